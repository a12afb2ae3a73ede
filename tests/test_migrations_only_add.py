"""Expand, then contract: a migration only adds, so that the program before it works on beside the new one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from app.adapters.backup_archive import Archive
from app.adapters.database import Database, migrations, portable
from app.adapters.vault import AesGcmVault
from tests.conftest import ROOT
from tests.test_golden_databases import GOLDEN

VERSIONS = sorted((ROOT / "migrations" / "versions").glob("*.py"))
ADDING = frozenset({"create_table", "create_index", "add_column"})


def operations(path: Path) -> Iterator[ast.Call]:
    """What `upgrade` asks Alembic for."""
    tree = ast.parse(path.read_text("utf-8"))
    (upgrade,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade")
    for node in ast.walk(upgrade):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="op" | "batch"), attr=name)) if name != "f":
                yield node


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_a_migration_only_adds(path: Path) -> None:
    for call in operations(path):
        assert isinstance(call.func, ast.Attribute)
        assert call.func.attr in ADDING
        if call.func.attr == "add_column":
            # What the program before inserts does not name the new column.
            options = {keyword.arg: keyword.value for node in call.args for keyword in getattr(node, "keywords", [])}
            nullable = options.get("nullable")
            assert "server_default" in options or (isinstance(nullable, ast.Constant) and nullable.value is True)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
async def test_what_a_release_wrote_the_schema_of_today_still_takes(
    path: Path, empty_database_url: str, vault: AesGcmVault
) -> None:
    database = Database.connect(empty_database_url, vault=vault)
    await database.upgrade()
    with Archive.open(path) as archive:
        written = {table: list(lines) for table, lines in archive.rows().items()}
        schema = archive.manifest.schema

    def insert_as_then(connection: Connection) -> None:
        for table in portable.tables(connection):
            if table.name in written:
                # Each row names the columns that there were.
                portable.insert(connection, table, written[table.name], whole=False)

    def counted(connection: Connection) -> dict[str, int]:
        tables = portable.tables(connection)
        return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables}

    async with database.engine.begin() as connection:
        await connection.run_sync(insert_as_then)
        full = await connection.run_sync(counted)
        await connection.run_sync(lambda sync: migrations.downgrade(sync, revision=schema))
        await connection.run_sync(migrations.upgrade)
        assert await connection.run_sync(counted) == full
    assert {table: full[table] for table in written} == {table: len(lines) for table, lines in written.items()}
    await database.close()
