"""What our keys signed, on record: by whom it was never signed it is not found, and it tells nothing of a person."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from app.adapters.database import Database
from app.core.problems import STATE_CONFLICT, Refused
from tests.unit.adapters.database.awarding import NOW, intend, recorded

METHOD = "did:web:example.org:issuers:north#key-2"


def signed_data(credential_id: str) -> bytes:
    """As `recorded` makes it up."""
    return repr(credential_id).encode()


async def test_what_was_recorded_is_found_with_its_time(with_institution: Database) -> None:
    intended = await intend(with_institution)
    later = NOW + timedelta(minutes=1)
    await recorded(with_institution, intended.credential_id, b"signed", now=later)
    assert await with_institution.recorded_proofs.recorded(signed_data(intended.credential_id)) == later


async def test_what_was_intended_alone_is_not_found(with_institution: Database) -> None:
    intended = await intend(with_institution)
    assert await with_institution.recorded_proofs.recorded(signed_data(intended.credential_id)) is None


async def test_what_came_second_does_not_change_the_time(with_institution: Database) -> None:
    intended = await intend(with_institution)
    await recorded(with_institution, intended.credential_id, b"first")
    await recorded(with_institution, intended.credential_id, b"second", now=NOW + timedelta(days=1))
    assert await with_institution.recorded_proofs.recorded(signed_data(intended.credential_id)) == NOW


async def test_what_was_voided_is_not_on_record(with_institution: Database) -> None:
    intended = await intend(with_institution)
    await with_institution.register.void(intended.credential_id, reason="A test.", now=NOW)
    with pytest.raises(Refused) as refused:
        await recorded(with_institution, intended.credential_id, b"late")
    assert refused.value.problems[0].type == STATE_CONFLICT
    assert await with_institution.recorded_proofs.recorded(signed_data(intended.credential_id)) is None


async def test_they_are_counted_by_key_and_time(with_institution: Database) -> None:
    for now in (NOW, NOW, NOW + timedelta(days=2)):
        intended = await intend(with_institution)
        await recorded(with_institution, intended.credential_id, b"signed", now=now)
    assert await with_institution.recorded_proofs.count(METHOD, before=NOW + timedelta(days=1)) == (2, 1)
    assert await with_institution.recorded_proofs.count("another", before=NOW + timedelta(days=1)) == (0, 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_row_holds_a_keyed_digest_alone(with_institution: Database, tmp_path: Path) -> None:
    intended = await intend(with_institution)
    await recorded(with_institution, intended.credential_id, b"signed")
    with sqlite3.connect(tmp_path / "testamur.sqlite3") as connection:
        ((digest,),) = connection.execute("SELECT digest FROM recorded_proof").fetchall()
    assert len(digest) == 32
    assert signed_data(intended.credential_id) not in digest
