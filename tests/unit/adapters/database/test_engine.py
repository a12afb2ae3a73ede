"""Where the database is, how its transactions behave, and what is said when it does not answer."""

import asyncio
import stat
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, exc, text
from sqlalchemy.engine import Connection

from app.adapters.database import Database
from app.adapters.database.engine import Transactions, create_engine
from app.adapters.database.engine import database_url as normalised
from app.adapters.vault import AesGcmVault
from app.core.problems import NOT_FOUND, Refused
from app.ports import Unavailable
from tests.unit.adapters.database.awarding import NOW, intend, intention, issue, recorded


@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("sqlite:///some/path", "sqlite+aiosqlite:///some/path"),
        ("sqlite:////some/path", "sqlite+aiosqlite:////some/path"),
        ("sqlite+aiosqlite:///path", "sqlite+aiosqlite:///path"),
        ("postgresql://user@host/name", "postgresql+psycopg://user@host/name"),
        ("postgres://user@host/name", "postgresql+psycopg://user@host/name"),
        (
            "postgresql+psycopg://user@host:5433/name?sslmode=require",
            "postgresql+psycopg://user@host:5433/name?sslmode=require",
        ),
    ],
)
def test_every_usual_form_of_a_url_leads_to_our_drivers(written: str, used: str) -> None:
    assert normalised(written).render_as_string() == used


@pytest.mark.parametrize(
    "url",
    ["", "testamur.sqlite3", "sqlite://", "sqlite:///:memory:", "mysql://host/name", "postgresql+asyncpg://host/name"],
)
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///path"):
        normalised(url)


@pytest.mark.parametrize("url", ["mysql://user:hunter2@host/name", "postgresql://user:hunter2@host:port/name"])
def test_a_refused_url_does_not_show_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL") as refused:
        normalised(url)
    assert "hunter2" not in str(refused.value)


async def test_the_database_is_ready(database: Database) -> None:
    await database.check()


async def test_an_sqlite_file_is_its_owner_s_alone(tmp_path: Path, vault: AesGcmVault) -> None:
    database = Database.connect(f"sqlite:///{tmp_path / 'own.sqlite3'}", vault=vault)
    await database.upgrade()
    await database.close()
    assert stat.S_IMODE((tmp_path / "own.sqlite3").stat().st_mode) == 0o600


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_sqlite_that_would_lose_a_commit_is_not_ready(database_url: str, vault: AesGcmVault) -> None:
    database = Database.connect(database_url, vault=vault)

    @event.listens_for(database.engine.sync_engine, "connect")
    def weaken(connection: object, _record: object) -> None:
        connection.cursor().execute("PRAGMA synchronous = 1")  # type: ignore[attr-defined]

    with pytest.raises(Unavailable, match="synchronous"):
        await database.check()
    await database.close()


async def test_a_reader_sees_one_moment(database_url: str, with_institution: Database) -> None:
    engine = create_engine(normalised(database_url))
    transactions = Transactions(engine)
    async with transactions.reading() as session:
        counted = text("SELECT count(*) FROM award")
        before = (await session.exec(counted)).scalar_one()  # type: ignore[call-overload]
        await intend(with_institution)
        after = (await session.exec(counted)).scalar_one()  # type: ignore[call-overload]
    await engine.dispose()
    assert before == after


async def test_a_reader_does_not_wait_for_a_writer(database_url: str, with_institution: Database) -> None:
    engine = create_engine(normalised(database_url))
    async with Transactions(engine).writing() as session:
        await session.exec(text("UPDATE institution SET accent = '#000000'"))  # type: ignore[call-overload]
        async with asyncio.timeout(2):
            assert await with_institution.directory.institution("north") is not None
    await engine.dispose()


async def test_a_cancelled_request_leaves_the_database_usable(with_institution: Database) -> None:
    for milliseconds in range(0, 12, 2):
        request = asyncio.create_task(intend(with_institution))
        await asyncio.sleep(milliseconds / 1_000)
        request.cancel()
        await asyncio.gather(request, return_exceptions=True)
    assert (await issue(with_institution)).institution == "north"


# ── a database that does not answer ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "url", ["sqlite:////no/such/folder/testamur.sqlite3", "postgresql://testamur@/testamur?host=/no/such/folder"]
)
async def test_a_database_that_is_not_there_is_unavailable(url: str, vault: AesGcmVault) -> None:
    database = Database.connect(url, vault=vault)
    with pytest.raises(Unavailable):
        await database.directory.public_url()
    await database.close()


async def test_a_folder_that_is_not_there_is_said_at_start(vault: AesGcmVault) -> None:
    database = Database.connect("sqlite:////no/such/folder/testamur.sqlite3", vault=vault)
    with pytest.raises(Unavailable, match="No such file"):
        await database.upgrade()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_connections_that_the_server_ended_are_replaced(database_url: str, with_institution: Database) -> None:
    await issue(with_institution)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert (await issue(with_institution)).institution == "north"


# ── a COMMIT whose answer is lost ────────────────────────────────────────────────────────────────────────────────────


def lose_the_answer(database: Database, *, committed: bool) -> None:
    """The next COMMIT is done, or not, and its answer is lost either way."""

    @event.listens_for(database.engine.sync_engine, "commit", once=True)
    def lose(connection: Connection) -> None:
        if committed:
            connection.connection.dbapi_connection.commit()  # type: ignore[union-attr]
        raise exc.OperationalError("COMMIT", None, ConnectionError("the answer is lost"))


async def test_an_intent_whose_commit_was_lost_on_the_way_back_is_read_back(with_institution: Database) -> None:
    wanted = intention()
    lose_the_answer(with_institution, committed=True)
    found = await with_institution.register.intend(wanted, now=NOW)
    assert isinstance(found, tuple)
    assert [each.award_id for each in found] == [wanted.award_id]


async def test_an_intent_that_was_not_committed_is_not_there(with_institution: Database) -> None:
    wanted = intention()
    lose_the_answer(with_institution, committed=False)
    with pytest.raises(Unavailable):
        await with_institution.register.intend(wanted, now=NOW)
    assert await with_institution.register.find(wanted.award_id, institution="north") is None


async def test_recorded_bytes_whose_commit_was_lost_on_the_way_back_are_read_back(with_institution: Database) -> None:
    intended = await intend(with_institution)
    lose_the_answer(with_institution, committed=True)
    assert await recorded(with_institution, intended.credential_id, b"signed") == b"signed"


async def test_bytes_that_were_not_recorded_are_not_acknowledged(with_institution: Database) -> None:
    intended = await intend(with_institution)
    lose_the_answer(with_institution, committed=False)
    with pytest.raises(Unavailable):
        await recorded(with_institution, intended.credential_id, b"signed")


async def test_a_revocation_whose_commit_was_lost_on_the_way_back_is_read_back(with_institution: Database) -> None:
    intended = await issue(with_institution)
    lose_the_answer(with_institution, committed=True)
    award = await with_institution.register.act(
        intended.award_id, "revoke", institution="north", actor="north-1", reason=None, now=NOW
    )
    assert award.state == "revoked"


async def test_a_revocation_that_was_not_committed_is_not_acknowledged(with_institution: Database) -> None:
    intended = await issue(with_institution)
    lose_the_answer(with_institution, committed=False)
    with pytest.raises(Unavailable):
        await with_institution.register.act(
            intended.award_id, "revoke", institution="north", actor="north-1", reason=None, now=NOW
        )


async def test_a_void_whose_commit_was_lost_on_the_way_back_is_done(with_institution: Database) -> None:
    intended = await intend(with_institution)
    lose_the_answer(with_institution, committed=True)
    await with_institution.register.void(intended.credential_id, reason="did not verify", now=NOW)
    found = await with_institution.register.find(intended.award_id, institution="north")
    assert found is not None
    assert found.state == "voided"


@pytest.mark.parametrize("credential_id", ["nul\0", "surrogate\ud800"])
async def test_a_name_that_can_not_be_kept_is_not_found(with_institution: Database, credential_id: str) -> None:
    with pytest.raises(Refused) as refused:
        await recorded(with_institution, credential_id, b"signed")
    assert refused.value.problems[0].type == NOT_FOUND
