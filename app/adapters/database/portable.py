"""A database's rows as lines of JSON and back, the same from SQLite and from PostgreSQL, at any version of the schema.

Bytes are written as base64, instants in UTC; what is sealed stays sealed. The columns are those that the database has,
not those that this program knows: an older backup is read into the schema it was made of, and then brought up to date.
"""

import base64
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, DateTime, LargeBinary, MetaData, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.problems import PARSING_ERROR, JsonObject, Problem, Refused

_AT_ONCE = 500
_VERSION_TABLE = "alembic_version"


def tables(connection: Connection) -> tuple[Table, ...]:
    """Every table that holds rows of ours, one after those that it refers to."""
    metadata = MetaData()
    metadata.reflect(connection)
    return tuple(table for table in metadata.sorted_tables if table.name != _VERSION_TABLE)


def is_empty(connection: Connection) -> bool:
    """Whether there is not one row, in tables of ours or anybody's."""
    return not any(connection.execute(select(func.count()).select_from(table)).scalar() for table in tables(connection))


async def lines(connection: AsyncConnection, table: Table) -> AsyncIterator[bytes]:
    """Each row as one line, in the order of the primary key."""
    ordered = select(table).order_by(*table.primary_key.columns)
    result = await connection.stream(ordered, execution_options={"yield_per": _AT_ONCE})
    async for row in result.mappings():
        yield json.dumps({name: _written(value) for name, value in row.items()}, separators=(",", ":")).encode() + b"\n"


def insert(connection: Connection, table: Table, written: Iterable[bytes], *, whole: bool = True) -> None:
    """Where it need not be `whole`, a row may leave out what an earlier schema did not have.

    Raises Refused (PARSING_ERROR) where a line is no row of this table.
    """
    rows = (_row(table, line, whole=whole) for line in written)
    while batch := list(islice(rows, _AT_ONCE)):
        connection.execute(table.insert(), batch)


def _written(value: object) -> object:
    match value:
        case bytes() | memoryview():
            return base64.b64encode(value).decode()
        case datetime(tzinfo=None):
            return value.replace(tzinfo=UTC).isoformat()
        case datetime():
            return value.astimezone(UTC).isoformat()
        case _:
            return value


def _row(table: Table, line: bytes, *, whole: bool) -> JsonObject:
    try:
        return dict(_read(table, json.loads(line), whole=whole))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        detail = f"a line of the backup is no row of the table {table.name}"
        raise Refused(Problem(PARSING_ERROR, detail=detail)) from error


def _read(table: Table, members: dict[str, Any], *, whole: bool) -> Iterator[tuple[str, object]]:
    if whole and len(members) != len(table.columns):
        raise ValueError(table.name)
    for name, value in members.items():
        match table.columns[name].type:
            case LargeBinary() if value is not None:
                yield name, base64.b64decode(value, validate=True)
            case DateTime() if value is not None:
                yield name, datetime.fromisoformat(value)
            case _:
                yield name, value
