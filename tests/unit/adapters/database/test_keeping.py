"""Restoring is one transaction: who dies in the middle of it leaves a database as empty as it was."""

import asyncio
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.adapters.act_journal import (
    ActJournal,
    AwardErased,
    AwardSuperseded,
    BitSet,
    ClientChanged,
    Entry,
    KeyRevoked,
    LinkEnded,
    ListOpened,
    PersonRemoved,
    read_journal,
)
from app.adapters.database import Database
from app.adapters.database.restored import VERSION_LEAP, Replayed
from app.adapters.vault import AesGcmVault
from app.core.problems import Refused
from tests.databases import TEST_VAULT_KEY
from tests.typed import forks
from tests.unit.adapters.database.awarding import CLIENT, INSTITUTION, NOW, intend, issue
from tests.unit.adapters.database.test_people import ANA
from tests.unit.adapters.database.test_superseding import supersede

LATER = datetime(2026, 11, 25, tzinfo=UTC)


async def saved(database: Database, folder: Path) -> str:
    return await database.keeping.save(folder / "saved")


def rows(folder: Path) -> dict[str, Iterator[bytes]]:
    return {path.stem: iter(path.read_bytes().splitlines(keepends=True)) for path in (folder / "saved").iterdir()}


async def restored(url: str, folder: Path, schema: str, *journal: Entry) -> tuple[Database, Replayed]:
    database = Database.connect(url, vault=AesGcmVault(TEST_VAULT_KEY))
    await database.prepare()
    return database, await database.keeping.restore(schema, rows(folder), journal=journal, now=LATER)


def die_in_the_middle(url: str, folder: Path, schema: str) -> None:
    def dying() -> Iterator[bytes]:
        yield from rows(folder)["credential"]
        os.kill(os.getpid(), signal.SIGKILL)

    async def restore() -> None:
        database = Database.connect(url, vault=AesGcmVault(TEST_VAULT_KEY))
        await database.prepare()
        await database.keeping.restore(schema, {**rows(folder), "credential": dying()}, journal=(), now=LATER)

    asyncio.run(restore())


async def test_who_is_killed_in_the_middle_leaves_nothing(
    with_institution: Database, empty_database_url: str, tmp_path: Path
) -> None:
    awarded = await issue(with_institution)
    schema = await saved(with_institution, tmp_path)
    process = forks().Process(target=die_in_the_middle, args=(empty_database_url, tmp_path, schema))
    process.start()
    await asyncio.to_thread(process.join, 60)
    assert process.exitcode == -signal.SIGKILL

    database, _ = await restored(empty_database_url, tmp_path, schema)
    assert await database.register.find(awarded.award_id, institution="north")
    await database.close()


async def test_what_is_sealed_under_another_key_is_not_restored(
    with_institution: Database, empty_database_url: str, tmp_path: Path
) -> None:
    await issue(with_institution)
    schema = await saved(with_institution, tmp_path)
    foreign = Database.connect(empty_database_url, vault=AesGcmVault(b"\x07" * 32))
    await foreign.prepare()
    with pytest.raises(Refused, match="sealed under another key"):
        await foreign.keeping.restore(schema, rows(tmp_path), journal=(), now=LATER)
    database, _ = await restored(empty_database_url, tmp_path, schema)
    for each in (foreign, database):
        await each.close()


async def test_a_backup_of_a_newer_program_is_refused(
    with_institution: Database, empty_database_url: str, tmp_path: Path
) -> None:
    await saved(with_institution, tmp_path)
    with pytest.raises(Refused, match="does not know"):
        await restored(empty_database_url, tmp_path, "9999")


async def test_the_journal_sets_bits_ends_links_and_erases_what_the_backup_had(
    with_institution: Database, empty_database_url: str, tmp_path: Path
) -> None:
    register = with_institution.register
    revoked, erased, ended, open_intent = [await issue(with_institution) for _ in range(3)] + [
        await intend(with_institution)
    ]
    entries = {}
    for each in (revoked, erased, ended):
        award = await register.find(each.award_id, institution="north")
        assert award
        entries[each.award_id] = (award.credentials[0].status_list_id, award.credentials[0].status_list_index)
    list_id, index = entries[revoked.award_id]
    status = open_intent.document["credentialStatus"]
    lost = next(
        number for number in range(9) if number not in {place[1] for place in entries.values()} | {status["index"]}
    )
    schema = await saved(with_institution, tmp_path)

    database, replayed = await restored(
        empty_database_url,
        tmp_path,
        schema,
        ListOpened("since", "north", "revocation", 131_072),
        BitSet(list_id, index, 2),
        BitSet(list_id, index, 2),
        BitSet(list_id, lost, 70),
        BitSet(list_id, status["index"], 71),
        BitSet("since", 5, 2),
        BitSet("of nobody", 5, 2),
        AwardErased(erased.award_id),
        LinkEnded(ended.award_id, 1),
    )

    assert replayed == Replayed(2, 2, 1, 1, 1, 0, {"of nobody"})
    found = await database.status_lists.rows(list_id)
    assert found
    assert set(found.set_indexes) == {index, lost, status["index"]}
    assert found.version == 71 + VERSION_LEAP
    since = await database.status_lists.rows("since")
    assert since
    assert since.set_indexes == (5,)
    states = {}
    for each in (revoked, erased, ended, open_intent):
        award = await database.register.find(each.award_id, institution="north")
        assert award
        states[each.award_id] = award.state
    assert list(states.values()) == ["revoked", "erased", "issued", "voided"]
    fresh = await intend(database, now=NOW)
    assert fresh.document["credentialStatus"]["list"] not in {list_id, "since"}
    await database.close()


@pytest.mark.parametrize("revoked", [False, True])
async def test_what_was_being_issued_and_was_erased_since_is_erased(
    with_institution: Database, empty_database_url: str, tmp_path: Path, revoked: bool
) -> None:
    intended = await intend(with_institution)
    status = intended.document["credentialStatus"]
    schema = await saved(with_institution, tmp_path)
    bits = [BitSet(status["list"], status["index"], 2)] if revoked else []

    database, replayed = await restored(
        empty_database_url, tmp_path, schema, *bits, AwardErased(intended.award_id), AwardErased(intended.award_id)
    )

    assert replayed.awards_erased >= 1
    award = await database.register.find(intended.award_id, institution="north")
    assert award
    assert award.learner_name is None
    found = await database.status_lists.rows(status["list"])
    assert found
    assert found.set_indexes == ((status["index"],) if revoked else ())
    assert await database.register.unfinished(now=LATER) is None
    await database.close()


async def test_who_was_let_in_no_more_since_the_backup_is_not_let_in(
    with_institution: Database, empty_database_url: str, tmp_path: Path
) -> None:
    directory, people = with_institution.directory, with_institution.people
    await people.add(ANA, now=NOW)
    schema = await saved(with_institution, tmp_path)
    key = INSTITUTION.keys[0].verification_method
    changes = (
        KeyRevoked("north", key, NOW.isoformat()),
        ClientChanged(CLIENT.id, "00" * 32, ""),
        ClientChanged(CLIENT.id, "00" * 32, LATER.isoformat()),
        PersonRemoved(ANA.id, LATER.isoformat()),
    )
    unknown = (KeyRevoked("north", "#since", NOW.isoformat()), ClientChanged("since", "", ""), PersonRemoved("x", ""))
    assert await directory.client(CLIENT.id) == CLIENT

    database, replayed = await restored(empty_database_url, tmp_path, schema, *changes, *unknown, *changes)

    assert replayed.access_ended == 4
    institution, client = await database.directory.institution("north"), await database.directory.client(CLIENT.id)
    assert institution
    assert client
    assert {each.verification_method: each.revoked for each in institution.keys}[key] == NOW
    assert (client.secret_sha256, client.revoked) == (bytes(32), LATER)
    assert await database.people.by_login(ANA.login) is None
    await database.close()


async def test_what_ends_is_in_the_journal_before_it_is_acknowledged(database_url: str, tmp_path: Path) -> None:
    journal = ActJournal(tmp_path / "acts.journal")
    journal.prepare()
    database = Database.connect(database_url, vault=AesGcmVault(TEST_VAULT_KEY), journal=journal)
    await database.upgrade()
    await database.directory.add_institution(INSTITUTION, CLIENT, public_url="https://example.org")
    await database.people.add(ANA, now=NOW)
    (first, second) = INSTITUTION.keys
    after = replace(INSTITUTION, keys=(replace(first, revoked=NOW), second))
    await database.directory.change_institution(INSTITUTION, after)
    await database.directory.change_client(CLIENT, replace(CLIENT, revoked=LATER))
    await database.people.remove(ANA.id, now=LATER)
    entries = read_journal(journal.path.read_bytes()).entries
    assert set(entries) >= {
        KeyRevoked("north", first.verification_method, NOW.isoformat()),
        ClientChanged(CLIENT.id, CLIENT.secret_sha256.hex(), LATER.isoformat()),
        PersonRemoved(ANA.id, LATER.isoformat()),
    }
    await database.close()


async def test_a_name_that_was_corrected_since_does_not_come_back(
    with_institution: Database, empty_database_url: str, tmp_path: Path
) -> None:
    corrected = await issue(with_institution)
    schema = await saved(with_institution, tmp_path)
    database, replayed = await restored(
        empty_database_url, tmp_path, schema, AwardSuperseded(corrected.award_id), AwardSuperseded("unknown")
    )
    award = await database.register.find(corrected.award_id, institution="north")
    assert award
    assert (award.learner_name, award.credentials[0].signed) == (None, None)
    assert replayed.awards_erased == 1
    await database.close()


async def test_a_correction_that_the_backup_has_stays_one(
    with_institution: Database, empty_database_url: str, tmp_path: Path
) -> None:
    old = await issue(with_institution)
    new = await supersede(with_institution, old.award_id)
    schema = await saved(with_institution, tmp_path)
    database, replayed = await restored(empty_database_url, tmp_path, schema, AwardSuperseded(old.award_id))
    award = await database.register.find(old.award_id, institution="north")
    assert award
    assert (award.state, award.superseded_by) == ("superseded", new.award_id)
    assert replayed.awards_erased == 0
    await database.close()
