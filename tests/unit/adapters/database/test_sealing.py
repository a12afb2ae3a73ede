"""What is about a person is nowhere in the database's files, and opens under its own award's key alone."""

from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from app.adapters.database import Database
from app.adapters.vault import AesGcmVault
from app.core.personal import Personal
from app.core.problems import CRYPTOGRAPHIC_SECURITY_ERROR, Refused
from app.ports import Idempotency
from tests.unit.adapters.database.awarding import CANARY, NOW, issue

SECRETS = (CANARY, "Canary", "canary reason", "canary key")


async def used(database: Database) -> str:
    intended = await issue(database, idempotency=Idempotency(key="canary key", request_digest=b"canary key"))
    await database.register.act(
        intended.award_id,
        "revoke",
        institution="north",
        actor="north-1",
        reason=Personal("canary reason"),
        now=NOW,
    )
    return intended.award_id


def everything(database_url: str) -> bytes:
    """All that the database keeps: the files as they are, or every row of every table."""
    if database_url.startswith("sqlite"):
        path = Path(database_url.removeprefix("sqlite:///"))
        return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    with psycopg.connect(database_url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        kept = []
        for (table,) in tables:
            with connection.cursor(binary=True) as cursor:
                rows = cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))).fetchall()
                kept += [repr(row).encode() for row in rows]
                kept += [bytes(value) for row in rows for value in row if isinstance(value, bytes)]
        return b"\n".join(kept)


async def test_nothing_personal_lies_open(with_institution: Database, database_url: str) -> None:
    await used(with_institution)
    content = everything(database_url)
    assert [secret for secret in SECRETS if secret.encode() in content or repr(secret).encode() in content] == []


async def test_what_is_not_personal_is_found_by_the_same_search(with_institution: Database, database_url: str) -> None:
    await used(with_institution)
    assert b"Data Literacy" in everything(database_url)


async def test_another_wrapping_key_opens_nothing(with_institution: Database, database_url: str) -> None:
    award_id = await used(with_institution)
    other = Database.connect(database_url, vault=AesGcmVault(b"\x07" * 32))
    with pytest.raises(Refused) as refused:
        await other.register.find(award_id, institution="north")
    await other.close()
    assert refused.value.problems[0].type == CRYPTOGRAPHIC_SECURITY_ERROR
