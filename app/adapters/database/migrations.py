"""The schema's versions: brought up to date at start, by one process at a time, in one transaction."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from app.adapters.database.engine import POSTGRESQL

_ROOT = Path(__file__).resolve().parents[3]
# Any number will do, as long as nothing else in the database uses it: "testamur" in ASCII.
_ADVISORY_LOCK = 0x74657374616D7572


def upgrade(connection: Connection, *, revision: str = "head") -> None:
    """Where two processes start together, the second waits, and finds nothing left to do."""
    _alone(connection)
    command.upgrade(config(connection), revision)


def downgrade(connection: Connection, *, revision: str) -> None:
    _alone(connection)
    command.downgrade(config(connection), revision)


def is_current(connection: Connection) -> bool:
    heads = set(ScriptDirectory.from_config(config()).get_heads())
    return set(MigrationContext.configure(connection).get_current_heads()) == heads


def revision(connection: Connection) -> str:
    """The version that the schema has; empty where there is none yet."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def is_known(revision: str) -> bool:
    """Whether this program has a migration of that name, and so can bring such a schema up to date."""
    known = ScriptDirectory.from_config(config()).walk_revisions()
    return revision in {script.revision for script in known}


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration; with a connection, its commands run in that connection's transaction."""
    configuration = Config(_ROOT / "alembic.ini")
    configuration.set_main_option("script_location", str(_ROOT / "migrations").replace("%", "%%"))
    configuration.attributes["connection"] = connection
    return configuration


def _alone(connection: Connection) -> None:
    # SQLite's transaction has begun with BEGIN IMMEDIATE, and is alone already.
    if connection.dialect.name == POSTGRESQL:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
