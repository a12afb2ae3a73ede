"""Everybody acts on the same award at once: each gets a clear answer, and what is left makes sense."""

import asyncio
import json
from collections.abc import Awaitable
from datetime import timedelta
from pathlib import Path

import pytest

from app.adapters.database import Database
from app.adapters.keys.maker import FileKeyMaker
from app.adapters.keys.ring import KeyRing, open_key_ring
from app.core.json_ld import Contexts
from app.core.personal import Personal
from app.core.problems import GONE, IDEMPOTENCY_IN_FLIGHT, PROOF_GENERATION_ERROR, STATE_CONFLICT, Refused
from app.issuer.keys import revoke, rotate
from app.issuer.life import Act, State
from app.ports import Institution, KeyPurpose
from tests.issuing import Office, request
from tests.verifying import NOW

_CLEAR = {STATE_CONFLICT, GONE, IDEMPOTENCY_IN_FLIGHT, PROOF_GENERATION_ERROR}
_CORRECTION = json.dumps({"reason": "misspelt", "learner": {"fullName": "Zoë Marković"}}).encode()
_ACTS = (Act.REVOKE, Act.SUSPEND, Act.REINSTATE, Act.WITHDRAW, Act.WITHDRAW, Act.ERASE)


@pytest.fixture
async def office(database: Database, contexts: Contexts, tmp_path: Path) -> Office:
    return await Office.opened(database, contexts, tmp_path / "keys")


async def told(asked: Awaitable[object]) -> str:
    """ "done", or the problem that was named; anything else is a fault of ours."""
    try:
        await asked
    except Refused as refused:
        (problem,) = refused.problems
        return "refused" if problem.type in _CLEAR else str(problem)
    return "done"


async def awarded(office: Office, key: str | None = None) -> str:
    receipt = await office.issuer().award(
        request(), institution=office.institution, actor="a test", idempotency_key=key, now=NOW
    )
    return receipt.id


def acting(office: Office, award_id: str, act: Act) -> Awaitable[object]:
    return office.issuer().act(
        award_id, act, institution=office.institution, actor="a test", reason=Personal("why"), now=NOW
    )


def superseding(office: Office, award_id: str, key: str | None = None) -> Awaitable[object]:
    return office.issuer().supersede(
        award_id, _CORRECTION, institution=office.institution, actor="a test", idempotency_key=key, now=NOW
    )


async def test_every_act_at_once_is_done_or_refused_by_name(office: Office) -> None:
    awards = [await awarded(office) for _ in range(4)]
    answers = await asyncio.gather(
        *(told(acting(office, award, act)) for award in awards for act in _ACTS),
        *(told(superseding(office, award)) for award in awards for _ in range(3)),
    )
    assert set(answers) == {"done", "refused"}
    register = office.database.register
    for award_id in awards:
        award = await register.find(award_id, institution=office.institution.name)
        assert award is not None
        acts = [act.act for act in award.acts]
        assert acts.count("supersede") <= 1
        assert acts.count("erase") <= 1
        if award.superseded_by:
            following = await register.find(award.superseded_by, institution=office.institution.name)
            assert following is not None
            assert following.supersedes == award_id
        if award.state == State.ERASED:
            assert award.learner_name is None


async def test_the_same_correction_sent_five_times_at_once_is_one(office: Office) -> None:
    award_id = await awarded(office)
    answers = await asyncio.gather(*(told(superseding(office, award_id, "again")) for _ in range(5)))
    assert set(answers) <= {"done", "refused"}
    assert "done" in answers
    page = await office.issuer().list(institution=office.institution, cursor=None, limit=10)
    assert sorted(each.state for each in page.awards if each.state != State.VOIDED) == ["issued", "superseded"]


async def test_two_that_correct_two_awards_crosswise_do_not_wait_for_each_other(office: Office) -> None:
    first, second = await awarded(office), await awarded(office)
    answers = await asyncio.gather(
        *(told(superseding(office, award)) for award in (first, second, second, first)),
        *(told(acting(office, award, Act.ERASE)) for award in (second, first)),
    )
    assert set(answers) == {"done", "refused"}
    assert answers.count("done") >= 2


async def test_while_keys_change_every_award_is_signed_or_refused_by_name(
    database: Database, contexts: Contexts, tmp_path: Path
) -> None:
    """Two processes award; a third makes new keys and revokes one of them, again and again."""
    keys_dir = tmp_path / "keys"
    one = await Office.opened(database, contexts, keys_dir, public_url="https://north.example")
    name, maker = one.institution.name, FileKeyMaker(keys_dir, None)

    async def current() -> Institution:
        institution = await database.directory.institution(name)
        assert institution is not None
        return institution

    async def award() -> None:
        issuer = one.issuer(signers=another_ring())
        await issuer.award(request(), institution=await current(), actor="a test", idempotency_key=None, now=NOW)

    def another_ring() -> KeyRing:
        return open_key_ring(
            [one.institution],
            keys_dir=keys_dir,
            passphrase=None,
            find_institution=database.directory.institution_by_did,
        )

    async def change() -> None:
        for number in range(3):
            now = NOW + timedelta(seconds=number)
            changed = await rotate(
                database.directory, maker, await current(), purposes=frozenset({KeyPurpose.CREDENTIAL}), now=now
            )
            method = changed.made[0].verification_method
            await revoke(database.directory, maker, changed.institution, method, since=now, now=now)

    answers = await asyncio.gather(change(), *(told(award()) for _ in range(12)))
    assert set(answers[1:]) <= {"done", "refused"}
    assert await told(award()) == "done"
    await one.issuer().recover(now=NOW + timedelta(minutes=5))
    page = await one.issuer().list(institution=await current(), cursor=None, limit=50)
    assert {each.state for each in page.awards} <= {State.ISSUED, State.VOIDED}
