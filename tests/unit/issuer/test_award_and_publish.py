"""An award on its way out and the list that speaks of it, over a real database: what is released, and what never is."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.adapters.cpu_pool import InlineCompute
from app.adapters.database import Database
from app.core.json_ld import Contexts
from app.core.personal import Personal
from app.core.problems import IDEMPOTENCY_KEY_REUSED, STATE_CONFLICT, Refused
from app.core.status import bitstring_status_list
from app.issuer.award import Wanted
from app.issuer.life import Act
from app.issuer.plan import signing_key
from app.ports import KeyPurpose, Unavailable
from tests.databases import take_away
from tests.issuing import Died, MortalCompute, Office, request
from tests.verifying import NOW


@pytest.fixture
async def office(database: Database, contexts: Contexts, tmp_path: Path) -> Office:
    return await Office.opened(database, contexts, tmp_path / "keys")


async def test_a_replay_is_owed_its_answer_though_the_request_has_become_bad(office: Office) -> None:
    issuer, body = office.issuer(), request(validUntil="2026-12-31T00:00:00Z")
    asked: dict[str, Any] = {"institution": office.institution, "actor": "a test", "idempotency_key": "once"}
    first = await issuer.award(body, now=NOW, **asked)
    later = NOW + timedelta(days=60)
    with pytest.raises(Refused):
        await issuer.award(body, now=later, **{**asked, "idempotency_key": "another"})
    again = await issuer.award(body, now=later, **asked)
    assert again.as_json_bytes() == first.as_json_bytes()


async def test_a_key_is_not_used_for_another_request(office: Office) -> None:
    issuer = office.issuer()
    asked: dict[str, Any] = {
        "institution": office.institution,
        "actor": "a test",
        "idempotency_key": "once",
        "now": NOW,
    }
    await issuer.award(request(), **asked)
    with pytest.raises(Refused) as caught:
        await issuer.award(request(awardedDate="2026-05-01"), **asked)
    assert caught.value.problems[0].type == IDEMPOTENCY_KEY_REUSED


async def test_an_intent_that_no_key_can_finish_is_voided(office: Office, contexts: Contexts) -> None:
    dying = office.issuer(compute=MortalCompute(contexts, "to_sign"))
    with pytest.raises(Died):
        await dying.award(request(), institution=office.institution, actor="a test", idempotency_key=None, now=NOW)
    keyless = office.issuer(signers=office.without_its_keys())
    assert await keyless.recover(now=NOW + timedelta(hours=1)) == 1
    page = await keyless.list(institution=office.institution, cursor=None, limit=10)
    assert [award.state for award in page.awards] == ["voided"]


async def test_what_died_before_it_was_signed_is_finished_by_another(office: Office, contexts: Contexts) -> None:
    dying = office.issuer(compute=MortalCompute(contexts, "to_sign"))
    with pytest.raises(Died):
        await dying.award(request(), institution=office.institution, actor="a test", idempotency_key="k", now=NOW)
    later = NOW + timedelta(hours=1)
    assert await office.issuer().recover(now=later) == 1
    receipt = await office.issuer().award(
        request(), institution=office.institution, actor="a test", idempotency_key="k", now=later
    )
    assert json.loads(receipt.credential)["proof"]


async def test_the_last_list_serves_while_the_database_is_away_until_its_ttl(office: Office) -> None:
    receipt = await office.issuer().award(
        request(), institution=office.institution, actor="a test", idempotency_key=None, now=NOW
    )
    url = json.loads(receipt.credential)["credentialStatus"]["statusListCredential"]
    publisher = office.publisher()
    seen = await publisher.status_list(url, now=NOW)
    await take_away(office.database)
    assert await publisher.status_list(url, now=NOW + timedelta(seconds=30)) == seen
    with pytest.raises(Unavailable):
        await publisher.status_list(url, now=NOW + timedelta(minutes=10))


async def test_a_clock_that_is_set_back_holds_no_revocation_up(office: Office, contexts: Contexts) -> None:
    issuer, publisher = office.issuer(), office.publisher()
    receipt = await issuer.award(
        request(), institution=office.institution, actor="a test", idempotency_key=None, now=NOW
    )
    entry = json.loads(receipt.credential)["credentialStatus"]
    await publisher.status_list(entry["statusListCredential"], now=NOW)
    reason = Personal("a mistake")
    await issuer.act(receipt.id, Act.REVOKE, institution=office.institution, actor="a test", reason=reason, now=NOW)
    listed = await publisher.status_list(entry["statusListCredential"], now=NOW - timedelta(minutes=5))
    assert bitstring_status_list.read(json.loads(listed or b""), bitstring_status_list.locate(entry))


async def test_a_retired_key_signs_nothing_more(office: Office) -> None:
    retired = replace(office.institution, keys=tuple(replace(key, retired=NOW) for key in office.institution.keys))
    with pytest.raises(Refused, match="no key in use"):
        signing_key(retired, KeyPurpose.CREDENTIAL)


async def test_a_link_that_has_ended_is_not_sent_again(office: Office) -> None:
    issuer = office.issuer(writes_to_learners=True)
    asked: dict[str, Any] = {"institution": office.institution, "actor": "a test"}
    learner = {"fullName": "Zoë", "email": "zoe@example.org"}
    receipt = await issuer.award(request(learner=learner), idempotency_key=None, now=NOW, **asked)
    later = NOW + timedelta(days=91)
    with pytest.raises(Refused, match="its link ended on") as refused:
        await issuer.act(receipt.id, Act.SEND, reason=None, now=later, **asked)
    assert "withdraw" in refused.value.problems[0].remedy
    await issuer.act(receipt.id, Act.WITHDRAW, reason=Personal("ended"), now=later, **asked)
    await issuer.act(receipt.id, Act.SEND, reason=None, now=later, **asked)


async def test_a_corrected_award_is_found_by_the_address_that_it_took_over(office: Office) -> None:
    issuer = office.issuer(writes_to_learners=True)
    learner = {"fullName": "Zoe Lind", "email": "zoe@example.org"}
    asked: dict[str, Any] = {"institution": office.institution, "actor": "a test", "idempotency_key": None, "now": NOW}
    old = await issuer.award(request(learner=learner), **asked)
    body = b'{"reason": "misspelt", "learner": {"fullName": "Zo\xc3\xab Lind"}}'
    new = await issuer.supersede(old.id, body, **asked)
    wanted = Wanted(learner="ZOE@example.org")
    page = await issuer.list(institution=office.institution, cursor=None, limit=9, wanted=wanted)
    assert [award.id for award in page.awards] == [new.id]


async def test_a_correction_of_what_was_erased_meanwhile_keeps_nothing(office: Office, contexts: Contexts) -> None:
    asked: dict[str, Any] = {"institution": office.institution, "actor": "a test", "idempotency_key": None, "now": NOW}
    old = await office.issuer().award(request(), **asked)

    class Erasing(InlineCompute):
        async def run(self, work: Any, *args: Any, **kwargs: Any) -> Any:
            done = await super().run(work, *args, **kwargs)
            if work.__name__ == "checked":
                await office.issuer().act(
                    old.id, Act.ERASE, institution=office.institution, actor="a test", reason=Personal("w"), now=NOW
                )
            return done

    body = b'{"reason": "misspelt", "learner": {"fullName": "Canary"}}'
    with pytest.raises(Refused) as refused:
        await office.issuer(compute=Erasing(contexts)).supersede(old.id, body, **asked)
    assert refused.value.problems[0].type == STATE_CONFLICT
    page = await office.issuer().list(institution=office.institution, cursor=None, limit=9)
    assert {(award.state, award.learner_name) for award in page.awards} == {("erased", None), ("voided", None)}
