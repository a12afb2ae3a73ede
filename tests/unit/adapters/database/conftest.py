"""A database with one institution in it."""

import pytest

from app.adapters.database import Database
from tests.unit.adapters.database.awarding import CLIENT, INSTITUTION


@pytest.fixture
async def with_institution(database: Database) -> Database:
    await database.directory.add_institution(INSTITUTION, CLIENT, public_url="https://example.org")
    return database
