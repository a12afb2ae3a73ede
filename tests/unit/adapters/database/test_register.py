"""The register: intents, the recorded bytes, idempotency keys, recovery."""

import asyncio
from datetime import timedelta

import pytest

from app.adapters.database import Database
from app.adapters.vault import AesGcmVault
from app.core.problems import IDEMPOTENCY_IN_FLIGHT, IDEMPOTENCY_KEY_REUSED, NOT_FOUND, STATE_CONFLICT, Refused
from app.ports import Idempotency, RegisteredAward
from tests.unit.adapters.database.awarding import (
    CLIENT,
    INSTITUTION,
    LEASE,
    NOW,
    intend,
    intention,
    issue,
    recorded,
    signed_bytes,
)

KEY = Idempotency(key="8e03978e-40d5-43dd-bc93-6894a57f9324", request_digest=b"\x01" * 32)
SAME_KEY_OTHER_REQUEST = Idempotency(key=KEY.key, request_digest=b"\x02" * 32)


async def test_an_intent_holds_the_document_at_its_status_entry(with_institution: Database) -> None:
    intended = await intend(with_institution)
    award = await with_institution.register.find(intended.award_id, institution="north")
    assert award is not None
    (credential,) = award.credentials
    assert intended.document["credentialStatus"] == {
        "list": credential.status_list_id,
        "index": credential.status_list_index,
    }


async def test_an_award_reads_as_it_was_written(with_institution: Database) -> None:
    wanted = intention()
    await with_institution.register.intend(wanted, now=NOW)
    await recorded(with_institution, wanted.credentials[0].id, b"signed")
    found = await with_institution.register.find(wanted.award_id, institution="north")
    assert found is not None
    (credential,) = found.credentials
    assert credential.signed is not None
    assert (
        found.id,
        found.state,
        found.title,
        found.learner_name,
        found.awarded_date,
        found.created,
        found.claim_expires,
        credential.state,
        credential.signed.open(),
        [(act.act, act.actor, act.at) for act in found.acts],
    ) == (
        wanted.award_id,
        "issued",
        wanted.title,
        wanted.learner_name,
        wanted.awarded_date,
        NOW,
        wanted.claim_expires,
        "issued",
        b"signed",
        [("intend", "north-1", NOW)],
    )


async def test_the_first_recorded_bytes_win(with_institution: Database) -> None:
    intended = await intend(with_institution)
    await recorded(with_institution, intended.credential_id, b"first")
    assert await recorded(with_institution, intended.credential_id, b"second") == b"first"


async def test_of_bytes_recorded_at_once_the_same_are_answered_to_all(with_institution: Database) -> None:
    intended = await intend(with_institution)
    answers = await asyncio.gather(
        *(recorded(with_institution, intended.credential_id, bytes([number])) for number in range(8))
    )
    assert len(set(answers)) == 1


async def test_of_requests_under_one_key_at_once_one_intends(with_institution: Database) -> None:
    answers = await asyncio.gather(
        *(with_institution.register.intend(intention(idempotency=KEY), now=NOW) for _ in range(8)),
        return_exceptions=True,
    )
    assert [isinstance(answer, tuple) for answer in answers].count(True) == 1


async def test_the_first_recorded_bytes_win_after_a_revocation(with_institution: Database) -> None:
    intended = await issue(with_institution)
    await with_institution.register.act(
        intended.award_id, "revoke", institution="north", actor="north-1", reason=None, now=NOW
    )
    assert await recorded(with_institution, intended.credential_id, b"late") == signed_bytes(intended)


async def test_nothing_is_recorded_for_an_unknown_credential(with_institution: Database) -> None:
    with pytest.raises(Refused) as refused:
        await recorded(with_institution, "urn:uuid:unknown", b"signed")
    assert refused.value.problems[0].type == NOT_FOUND


async def test_a_voided_intent_can_not_be_recorded(with_institution: Database) -> None:
    intended = await intend(with_institution)
    await with_institution.register.void(intended.credential_id, reason="did not verify", now=NOW)
    with pytest.raises(Refused) as refused:
        await recorded(with_institution, intended.credential_id, b"signed")
    assert refused.value.problems[0].type == STATE_CONFLICT


async def test_a_recorded_credential_can_not_be_voided(with_institution: Database) -> None:
    intended = await issue(with_institution)
    with pytest.raises(Refused) as refused:
        await with_institution.register.void(intended.credential_id, reason="late", now=NOW)
    assert refused.value.problems[0].type == STATE_CONFLICT


async def test_a_voided_index_is_burnt(database_url: str, vault: AesGcmVault) -> None:
    database = Database.connect(database_url, vault=vault, status_list_length=2)
    await database.directory.add_institution(INSTITUTION, CLIENT, public_url="https://example.org")
    voided = await intend(database)
    await database.register.void(voided.credential_id, reason="did not verify", now=NOW)
    others = [await issue(database) for _ in range(4)]
    places = [tuple(intended.document["credentialStatus"].values()) for intended in (voided, *others)]
    await database.close()
    assert len(set(places)) == 5


async def test_a_voided_index_is_set_in_its_list(with_institution: Database) -> None:
    intended = await intend(with_institution)
    await with_institution.register.void(intended.credential_id, reason="did not verify", now=NOW)
    place = intended.document["credentialStatus"]
    rows = await with_institution.status_lists.rows(place["list"])
    assert rows is not None
    assert tuple(rows.set_indexes) == (place["index"],)


# ── idempotency ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_key_whose_award_is_recorded_gives_that_award(with_institution: Database) -> None:
    first = await issue(with_institution, idempotency=KEY)
    again = await with_institution.register.intend(intention(idempotency=KEY), now=NOW)
    assert again == await with_institution.register.find(first.award_id, institution="north")


async def test_a_key_is_replayed_without_intending_anything(with_institution: Database) -> None:
    first = await issue(with_institution, idempotency=KEY)
    replayed = await with_institution.register.replay(KEY, institution="north")
    assert replayed == await with_institution.register.find(first.award_id, institution="north")


async def test_an_unused_key_replays_nothing(with_institution: Database) -> None:
    assert await with_institution.register.replay(KEY, institution="north") is None


async def test_an_unfinished_intent_replays_nothing(with_institution: Database) -> None:
    await intend(with_institution, idempotency=KEY)
    assert await with_institution.register.replay(KEY, institution="north") is None


async def test_a_key_is_in_flight_while_its_lease_runs(with_institution: Database) -> None:
    await intend(with_institution, idempotency=KEY)
    with pytest.raises(Refused) as refused:
        await with_institution.register.intend(intention(idempotency=KEY), now=NOW + LEASE / 2)
    assert refused.value.problems[0].type == IDEMPOTENCY_IN_FLIGHT


async def test_a_key_whose_lease_ran_out_goes_on_with_its_own_intent(with_institution: Database) -> None:
    first = await intend(with_institution, idempotency=KEY)
    assert await with_institution.register.intend(intention(idempotency=KEY), now=NOW + LEASE) == (first,)


@pytest.mark.parametrize("recorded", [False, True])
async def test_a_key_is_refused_for_another_request(with_institution: Database, recorded: bool) -> None:
    await (issue if recorded else intend)(with_institution, idempotency=KEY)
    with pytest.raises(Refused) as refused:
        await with_institution.register.intend(intention(idempotency=SAME_KEY_OTHER_REQUEST), now=NOW)
    assert refused.value.problems[0].type == IDEMPOTENCY_KEY_REUSED


async def test_a_replay_is_refused_for_another_request(with_institution: Database) -> None:
    await issue(with_institution, idempotency=KEY)
    with pytest.raises(Refused) as refused:
        await with_institution.register.replay(SAME_KEY_OTHER_REQUEST, institution="north")
    assert refused.value.problems[0].type == IDEMPOTENCY_KEY_REUSED


async def test_a_key_whose_intent_was_voided_is_as_good_as_new(with_institution: Database) -> None:
    voided = await intend(with_institution, idempotency=KEY)
    await with_institution.register.void(voided.credential_id, reason="did not verify", now=NOW)
    again = await intend(with_institution, idempotency=KEY)
    await recorded(with_institution, again.credential_id, b"signed")
    found = await with_institution.register.intend(intention(idempotency=KEY), now=NOW)
    assert isinstance(found, RegisteredAward)
    assert found.id == again.award_id


async def test_an_intent_that_is_refused_uses_up_no_key(with_institution: Database) -> None:
    taken = await issue(with_institution)
    with pytest.raises(Refused):
        await with_institution.register.intend(intention(award_id=taken.award_id, idempotency=KEY), now=NOW)
    assert isinstance(await with_institution.register.intend(intention(idempotency=KEY), now=NOW), tuple)


async def test_an_intent_for_an_unknown_institution_is_refused(with_institution: Database) -> None:
    with pytest.raises(Refused) as refused:
        await with_institution.register.intend(intention(institution="south"), now=NOW)
    assert refused.value.problems[0].type == NOT_FOUND


# ── recovery ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_intent_whose_lease_ran_out_is_unfinished(with_institution: Database) -> None:
    intended = await intend(with_institution)
    assert await with_institution.register.unfinished(now=NOW + LEASE) == intended


async def test_an_intent_whose_lease_runs_is_not_unfinished(with_institution: Database) -> None:
    await intend(with_institution)
    assert await with_institution.register.unfinished(now=NOW + LEASE - timedelta(microseconds=1)) is None


async def test_an_unfinished_intent_is_given_to_one_caller(with_institution: Database) -> None:
    await intend(with_institution)
    await with_institution.register.unfinished(now=NOW + LEASE)
    assert await with_institution.register.unfinished(now=NOW + LEASE) is None


async def test_the_longest_unfinished_intent_comes_first(with_institution: Database) -> None:
    await intend(with_institution, now=NOW + timedelta(seconds=1))
    oldest = await intend(with_institution, now=NOW)
    assert await with_institution.register.unfinished(now=NOW + timedelta(hours=1)) == oldest


@pytest.mark.parametrize("ended_by", ["record", "void"])
async def test_what_is_ended_is_never_unfinished(with_institution: Database, ended_by: str) -> None:
    intended = await intend(with_institution)
    if ended_by == "record":
        await recorded(with_institution, intended.credential_id, b"signed")
    else:
        await with_institution.register.void(intended.credential_id, reason="did not verify", now=NOW)
    assert await with_institution.register.unfinished(now=NOW + timedelta(days=1)) is None
