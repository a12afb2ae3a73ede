"""Credentials that others composed: each for itself, its bits in the published lists, erased and restored."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from sqlmodel import select

from app.adapters.act_journal import BitCleared, BitSet, BroughtErased, Entry
from app.adapters.database import Database
from app.adapters.database.acts import Acts
from app.adapters.database.brought_tables import BroughtCredentialRow
from app.adapters.database.restored import Restored
from app.core.personal import Personal
from app.core.problems import (
    IDEMPOTENCY_IN_FLIGHT,
    IDEMPOTENCY_KEY_REUSED,
    NOT_FOUND,
    STATE_CONFLICT,
    JsonObject,
    Refused,
)
from app.issuer.life import Act, State
from app.ports import BroughtCredential, BroughtIntended, BroughtIntention, Idempotency, StatusEntry, TooOften
from tests.unit.adapters.database.awarding import LEASE, NOW, Written, issue

BOTH = ("revocation", "suspension")
NAME = "urn:uuid:canary-name"
KEY = Idempotency(key="8e03978e-40d5-43dd-bc93-6894a57f9324", request_digest=b"\x01" * 32)
SAME_KEY_OTHER_REQUEST = Idempotency(key=KEY.key, request_digest=b"\x02" * 32)


@dataclass(frozen=True, slots=True)
class ToSign:
    document: JsonObject

    def at(self, entries: tuple[StatusEntry, ...]) -> Written:
        return Written({**self.document, "credentialStatus": [entry.index for entry in entries]})


def intention(
    *,
    name: str = NAME,
    purposes: tuple[str, ...] = ("revocation",),
    per_minute: int = 600,
    idempotency: Idempotency | None = None,
) -> BroughtIntention:
    return BroughtIntention(
        id=str(uuid4()),
        name=Personal(name),
        institution="north",
        mechanism="eddsa-rdfc-2022",
        verification_method="did:web:example.org:issuers:north#key-2",
        examined=ToSign({"id": name, "canary": "Zoë Canary"}),
        purposes=purposes,
        actor="north-1",
        per_minute=per_minute,
        idempotency=idempotency,
    )


async def intend(database: Database, **given: object) -> BroughtIntended:
    intended = await database.brought.intend(intention(**given), now=NOW)  # type: ignore[arg-type]
    assert isinstance(intended, BroughtIntended)
    return intended


async def signed(database: Database, **given: object) -> BroughtIntended:
    intended = await intend(database, **given)
    await database.brought.record(
        intended.id, b"signed " + intended.id.encode(), signed_data=sha256(intended.id.encode()).digest(), now=NOW
    )
    return intended


async def found(database: Database, name: str = NAME) -> list[BroughtCredential]:
    return list(await database.brought.find(Personal(name), institution="north"))


async def act(
    database: Database, which: Act, name: str = NAME, *, only: StatusEntry | None = None
) -> list[BroughtCredential]:
    return list(
        await database.brought.act(
            Personal(name), which, institution="north", actor="north-1", now=NOW + timedelta(hours=1), only=only
        )
    )


async def set_bits(database: Database, entry: StatusEntry) -> tuple[int, ...]:
    rows = await database.status_lists.rows(entry.list_id)
    assert rows is not None
    return tuple(rows.set_indexes)


async def test_what_was_recorded_is_found_by_its_name(with_institution: Database) -> None:
    intended = await signed(with_institution)
    (credential,) = await found(with_institution)
    assert credential.signed
    assert credential.signed.open() == b"signed " + intended.id.encode()
    assert [entry.purpose for entry in credential.entries] == ["revocation"]


async def test_the_document_is_what_was_examined_with_its_place(with_institution: Database) -> None:
    intended = await intend(with_institution, purposes=BOTH)
    assert len(intended.document["credentialStatus"]) == 2


async def test_an_intent_is_nobodys_yet(with_institution: Database) -> None:
    await intend(with_institution)
    assert await found(with_institution) == []


async def test_another_institution_has_it_not(with_institution: Database) -> None:
    await signed(with_institution)
    assert list(await with_institution.brought.find(Personal(NAME), institution="south")) == []


async def test_the_same_name_twice_is_two_credentials_the_newest_first(with_institution: Database) -> None:
    first = await signed(with_institution)
    later = await with_institution.brought.intend(intention(), now=NOW + timedelta(seconds=1))
    assert isinstance(later, BroughtIntended)
    await with_institution.brought.record(later.id, b"x", signed_data=b"x", now=NOW)
    assert [credential.id for credential in await found(with_institution)] == [later.id, first.id]


async def test_awards_and_brought_credentials_share_a_list_and_no_place(with_institution: Database) -> None:
    places = set()
    for _ in range(5):
        awarded = (await issue(with_institution)).document["credentialStatus"]
        name = str(uuid4())
        await signed(with_institution, name=name)
        ((entry,),) = (credential.entries for credential in await found(with_institution, name))
        places |= {(awarded["list"], awarded["index"]), (entry.list_id, entry.index)}
    assert len(places) == 10
    assert len({list_id for list_id, _ in places}) == 1


async def test_revoking_sets_its_bit_and_no_other(with_institution: Database) -> None:
    await signed(with_institution)
    await signed(with_institution, name="urn:uuid:another")
    (revoked,) = await act(with_institution, Act.REVOKE)
    assert revoked.state == State.REVOKED
    assert await set_bits(with_institution, revoked.entries[0]) == (revoked.entries[0].index,)


async def test_a_suspension_is_set_and_lifted(with_institution: Database) -> None:
    await signed(with_institution, purposes=BOTH)
    (suspended,) = await act(with_institution, Act.SUSPEND)
    place = next(entry for entry in suspended.entries if entry.purpose == "suspension")
    assert await set_bits(with_institution, place) == (place.index,)
    await act(with_institution, Act.REINSTATE)
    assert await set_bits(with_institution, place) == ()


async def test_what_is_revoked_is_suspended_no_more(with_institution: Database) -> None:
    await signed(with_institution, purposes=BOTH)
    await act(with_institution, Act.SUSPEND)
    (revoked,) = await act(with_institution, Act.REVOKE)
    set_now = {entry.purpose: await set_bits(with_institution, entry) for entry in revoked.entries}
    assert [len(set_now[purpose]) for purpose in BOTH] == [1, 0]


@pytest.mark.parametrize("which", [Act.REVOKE, Act.SUSPEND, Act.ERASE])
async def test_what_is_done_already_may_be_asked_for_again(with_institution: Database, which: Act) -> None:
    await signed(with_institution, purposes=BOTH)
    once = await act(with_institution, which)
    assert await act(with_institution, which) == once


@pytest.mark.parametrize(("purposes", "which"), [((), Act.REVOKE), (("revocation",), Act.SUSPEND)])
async def test_what_no_list_could_say_is_refused(
    with_institution: Database, purposes: tuple[str, ...], which: Act
) -> None:
    await signed(with_institution, purposes=purposes)
    with pytest.raises(Refused) as refused:
        await act(with_institution, which)
    assert refused.value.problems[0].type == STATE_CONFLICT


async def test_of_two_with_one_name_the_place_tells_which(with_institution: Database) -> None:
    await signed(with_institution)
    await signed(with_institution)
    first, second = await found(with_institution)
    await act(with_institution, Act.REVOKE, only=second.entries[0])
    states = {credential.id: credential.state for credential in await found(with_institution)}
    assert states == {first.id: State.ISSUED, second.id: State.REVOKED}


async def test_a_place_of_another_is_not_found(with_institution: Database) -> None:
    await signed(with_institution)
    with pytest.raises(Refused) as refused:
        await act(with_institution, Act.REVOKE, only=StatusEntry("nowhere", 1))
    assert refused.value.problems[0].type == NOT_FOUND


async def test_erasing_destroys_its_key_and_no_bit(with_institution: Database) -> None:
    await signed(with_institution)
    (erased,) = await act(with_institution, Act.ERASE)
    assert (erased.state, erased.signed) == (State.ERASED, None)
    assert await set_bits(with_institution, erased.entries[0]) == ()
    async with with_institution.brought._transactions.reading() as session:
        row = (await session.exec(select(BroughtCredentialRow))).one()
    assert (row.data_key, row.document_sealed, row.signed_sealed) == (b"", b"", None)
    (revoked,) = await act(with_institution, Act.REVOKE)
    assert revoked.state == State.REVOKED_ERASED


async def test_what_was_begun_and_never_ended_is_voided_and_its_place_burnt(with_institution: Database) -> None:
    intended = await intend(with_institution)
    assert await with_institution.brought.void_unfinished(now=NOW) == 0
    assert await with_institution.brought.void_unfinished(now=NOW + LEASE) == 1
    with pytest.raises(Refused) as refused:
        await with_institution.brought.record(intended.id, b"late", signed_data=b"late", now=NOW)
    assert refused.value.problems[0].type == STATE_CONFLICT
    list_id = await with_institution.brought.open_list(institution="north", purpose="revocation", now=NOW)
    rows = await with_institution.status_lists.rows(list_id)
    assert rows is not None
    assert list(rows.set_indexes) == intended.document["credentialStatus"]


async def test_what_was_recorded_is_not_voided(with_institution: Database) -> None:
    intended = await signed(with_institution)
    await with_institution.brought.void(intended.id, now=NOW)
    assert len(await found(with_institution)) == 1


async def test_when_it_was_recorded_is_known_by_what_was_signed(with_institution: Database) -> None:
    intended = await signed(with_institution)
    assert await with_institution.recorded_proofs.recorded(sha256(intended.id.encode()).digest()) == NOW
    key = "did:web:example.org:issuers:north#key-2"
    assert await with_institution.recorded_proofs.count(key, before=NOW + timedelta(days=1)) == (1, 0)


async def test_a_list_is_opened_once_and_then_is_there(with_institution: Database) -> None:
    opened = [
        await with_institution.brought.open_list(institution="north", purpose=purpose, now=NOW)
        for purpose in ("suspension", "suspension", "revocation")
    ]
    assert opened[0] == opened[1] != opened[2]
    rows = await with_institution.status_lists.rows(opened[0])
    assert rows is not None
    assert (rows.purpose, list(rows.set_indexes)) == ("suspension", [])


# ── restored from a backup ──


async def replay(database: Database, *entries: Entry) -> None:
    acts = Acts(database.brought._transactions, database.keeping._awards)
    async with database.brought._transactions.writing() as session:
        await Restored(session, acts, now=NOW).continue_from(entries)


async def test_what_the_journal_knows_is_done_again(with_institution: Database) -> None:
    intended = await signed(with_institution, purposes=BOTH)
    await signed(with_institution, purposes=BOTH, name="urn:uuid:another")
    (one,), (another,) = await found(with_institution), await found(with_institution, "urn:uuid:another")
    revocation, suspension = one.entries
    await replay(
        with_institution,
        BitSet(suspension.list_id, suspension.index, 2),
        BitSet(revocation.list_id, revocation.index, 2),
        BitCleared(suspension.list_id, suspension.index, 4),
        BroughtErased(intended.id),
        BitSet(another.entries[1].list_id, another.entries[1].index, 3),
        BroughtErased("of nobody"),
    )
    (one,), (another,) = await found(with_institution), await found(with_institution, "urn:uuid:another")
    assert (one.state, one.signed) == (State.REVOKED_ERASED, None)
    assert another.state == State.SUSPENDED
    assert await set_bits(with_institution, revocation) == (revocation.index,)
    assert await set_bits(with_institution, suspension) == (another.entries[1].index,)


async def test_a_suspension_that_was_lifted_since_the_backup_is_lifted(with_institution: Database) -> None:
    await signed(with_institution, purposes=BOTH)
    (suspended,) = await act(with_institution, Act.SUSPEND)
    place = suspended.entries[1]
    await replay(with_institution, BitSet(place.list_id, place.index, 2), BitCleared(place.list_id, place.index, 3))
    (lifted,) = await found(with_institution)
    assert lifted.state == State.ISSUED
    assert await set_bits(with_institution, place) == ()


async def test_a_bit_of_one_that_the_backup_has_not_stays_set(with_institution: Database) -> None:
    list_id = await with_institution.brought.open_list(institution="north", purpose="suspension", now=NOW)
    await replay(with_institution, BitSet(list_id, 7, 2), BitSet(list_id, 8, 3), BitCleared(list_id, 8, 4))
    assert await set_bits(with_institution, StatusEntry(list_id, 7, "suspension")) == (7,)


async def test_what_was_being_signed_when_it_was_saved_is_not_voided(with_institution: Database) -> None:
    await intend(with_institution)
    await replay(with_institution)
    assert await with_institution.brought.void_unfinished(now=NOW + LEASE) == 0
    (credential,) = await found(with_institution)
    assert (credential.state, credential.signed) == (State.ISSUED, None)


# ── idempotency ──


async def again(database: Database, idempotency: Idempotency = KEY) -> BroughtIntended | BroughtCredential:
    return await database.brought.intend(intention(idempotency=idempotency), now=NOW + LEASE)


async def test_a_key_whose_credential_is_recorded_gives_that_credential(with_institution: Database) -> None:
    first = await signed(with_institution, idempotency=KEY)
    answer = await again(with_institution)
    assert isinstance(answer, BroughtCredential)
    assert answer == await with_institution.brought.replay(KEY, institution="north")
    assert answer.id == first.id
    assert await found(with_institution) == [answer]


@pytest.mark.parametrize("recorded", [False, True])
async def test_a_key_is_refused_for_another_request(with_institution: Database, recorded: bool) -> None:
    await (signed if recorded else intend)(with_institution, idempotency=KEY)
    for work in (
        again(with_institution, SAME_KEY_OTHER_REQUEST),
        with_institution.brought.replay(SAME_KEY_OTHER_REQUEST, institution="north"),
    ):
        with pytest.raises(Refused) as refused:
            await work
        assert refused.value.problems[0].type == IDEMPOTENCY_KEY_REUSED


async def test_a_key_is_in_flight_until_its_intent_is_voided_and_good_as_new_then(with_institution: Database) -> None:
    left = await intend(with_institution, idempotency=KEY)
    assert await with_institution.brought.replay(KEY, institution="north") is None
    with pytest.raises(Refused) as refused:
        await again(with_institution)
    assert refused.value.problems[0].type == IDEMPOTENCY_IN_FLIGHT
    assert await with_institution.brought.void_unfinished(now=NOW + LEASE) == 1
    assert await with_institution.brought.replay(KEY, institution="north") is None
    anew = await again(with_institution)
    assert isinstance(anew, BroughtIntended)
    assert anew.id != left.id
    # Whoever began it first and lives after all hands nothing over.
    with pytest.raises(Refused) as refused:
        await with_institution.brought.record(left.id, b"late", signed_data=b"late", now=NOW)
    assert refused.value.problems[0].type == STATE_CONFLICT
    await with_institution.brought.record(anew.id, b"anew", signed_data=b"anew", now=NOW)
    assert [credential.id for credential in await found(with_institution)] == [anew.id]


async def test_of_requests_at_the_same_time_one_begins(with_institution: Database) -> None:
    outcomes = await asyncio.gather(*(again(with_institution) for _ in range(6)), return_exceptions=True)
    begun = [outcome for outcome in outcomes if isinstance(outcome, BroughtIntended)]
    refused = [outcome.problems[0].type for outcome in outcomes if isinstance(outcome, Refused)]
    assert (len(begun), refused) == (1, [IDEMPOTENCY_IN_FLIGHT] * 5)


async def test_a_key_of_an_award_is_another_key(with_institution: Database) -> None:
    await issue(with_institution, idempotency=KEY)
    assert await with_institution.brought.replay(KEY, institution="north") is None
    assert isinstance(await again(with_institution, SAME_KEY_OTHER_REQUEST), BroughtIntended)


async def test_an_intent_that_is_refused_uses_up_no_key(with_institution: Database) -> None:
    wanted = replace(intention(idempotency=KEY), institution="of nobody")
    with pytest.raises(Refused):
        await with_institution.brought.intend(wanted, now=NOW)
    assert isinstance(await again(with_institution), BroughtIntended)


async def test_what_was_answered_is_not_answered_again_once_it_is_erased(with_institution: Database) -> None:
    await signed(with_institution, idempotency=KEY)
    await act(with_institution, Act.ERASE)
    answer = await again(with_institution)
    assert isinstance(answer, BroughtCredential)
    assert (answer.state, answer.signed) == (State.ERASED, None)


async def test_what_was_begun_when_a_backup_was_made_is_not_signed_again_for_its_key(
    with_institution: Database,
) -> None:
    left = await intend(with_institution, idempotency=KEY)
    await replay(with_institution)
    answer = await again(with_institution)
    assert isinstance(answer, BroughtCredential)
    assert (answer.id, answer.state, answer.signed) == (left.id, State.ISSUED, None)


async def test_no_more_are_begun_in_a_minute_than_the_pace_has(with_institution: Database) -> None:
    brought = with_institution.brought
    for seconds in (0, 20):
        await brought.intend(intention(per_minute=2), now=NOW + timedelta(seconds=seconds))
    with pytest.raises(TooOften) as refused:
        await brought.intend(intention(per_minute=2), now=NOW + timedelta(seconds=21))
    assert refused.value.retry_after_seconds == 39
    await brought.intend(intention(per_minute=2), now=NOW + timedelta(seconds=60))


async def test_what_is_begun_at_once_keeps_the_pace_with_and_without_places(with_institution: Database) -> None:
    for purposes in ((), ("revocation",)):
        wanted = (intend(with_institution, purposes=purposes, per_minute=3) for _ in range(8))
        outcomes = await asyncio.gather(*wanted, return_exceptions=True)
        begun = [outcome for outcome in outcomes if isinstance(outcome, BroughtIntended)]
        assert len(begun) == (3 if purposes == () else 0)
        assert all(isinstance(outcome, TooOften) for outcome in outcomes if outcome not in begun)
