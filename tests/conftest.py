"""What every test may ask for: real parts, made once."""

from pathlib import Path

import pytest

from app.core.json_ld import Contexts
from tests.databases import (  # noqa: F401 - fixtures
    database,
    database_url,
    empty_database_url,
    migrated_postgres,
    migrated_sqlite,
    postgres_url,
    vault,
)

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def contexts() -> Contexts:
    from app.adapters.contexts import load_contexts

    return load_contexts(ROOT / "contexts")
