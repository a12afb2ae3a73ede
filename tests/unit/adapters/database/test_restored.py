"""An award of two credentials, of which the backup had one recorded: what becomes of it where it is restored."""

from datetime import timedelta

import pytest

from app.adapters.act_journal import AwardErased, BitSet, Entry
from app.adapters.database import Database
from app.adapters.database.acts import Acts
from app.adapters.database.restored import Restored
from app.issuer.life import State
from app.ports import Intended, RegisteredCredential
from tests.unit.adapters.database.awarding import LEASE, NOW, intention, recorded, signed_bytes

LATER = NOW + timedelta(days=1)


async def half_recorded(database: Database) -> tuple[Intended, Intended]:
    intended = await database.register.intend(intention(credentials=2), now=NOW)
    assert isinstance(intended, tuple)
    first, second = intended
    await recorded(database, first.credential_id, signed_bytes(first))
    return first, second


async def replay(database: Database, *entries: Entry) -> None:
    acts = Acts(database.brought._transactions, database.keeping._awards)
    async with database.brought._transactions.writing() as session:
        await Restored(session, acts, now=NOW).continue_from(entries)


async def credentials_of(database: Database, intended: Intended) -> tuple[RegisteredCredential, ...]:
    award = await database.register.find(intended.award_id, institution="north")
    assert award is not None
    return award.credentials


def revoked(credential: RegisteredCredential) -> BitSet:
    return BitSet(credential.status_list_id, credential.status_list_index, 2)


async def test_where_nothing_happened_since_the_rest_of_it_is_finished(with_institution: Database) -> None:
    _, second = await half_recorded(with_institution)
    await replay(with_institution)
    assert await with_institution.register.unfinished(now=NOW + LEASE) == second
    await recorded(with_institution, second.credential_id, signed_bytes(second), now=LATER)
    states = [each.state for each in await credentials_of(with_institution, second)]
    assert states == [State.ISSUED, State.ISSUED]


@pytest.mark.parametrize("which", [(0, 1), (1, 0), (0,), (1,)])
async def test_one_that_was_revoked_since_is_never_finished(with_institution: Database, which: tuple[int, ...]) -> None:
    first, _ = await half_recorded(with_institution)
    credentials = await credentials_of(with_institution, first)
    told = [revoked(credentials[each]) for each in which]
    await replay(with_institution, *told)
    assert await with_institution.register.unfinished(now=LATER) is None
    for entry in told:
        rows = await with_institution.status_lists.rows(entry.list_id)
        assert rows is not None
        assert entry.index in rows.set_indexes
    # Nobody was given what is left of it, and nobody is.
    assert all(each.signed is None for each in await credentials_of(with_institution, first))


async def test_one_that_was_erased_since_is_erased_whole(with_institution: Database) -> None:
    first, _ = await half_recorded(with_institution)
    await replay(with_institution, AwardErased(first.award_id))
    assert await with_institution.register.unfinished(now=LATER) is None
    credentials = await credentials_of(with_institution, first)
    assert [(each.state, each.signed) for each in credentials] == [(State.ERASED, None), (State.ERASED, None)]
