"""What every test may ask for: real parts, made once."""

import gc
from pathlib import Path

import pytest

from app.adapters.keys import pkcs8, secret
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


# What was collected stays for the whole run: whoever looks for garbage needs not look at it again and again.


def pytest_configure() -> None:
    gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.fixture
def quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """A passphrase costs whoever guesses it a quarter of a second; where keys are opened by the dozen, not the test."""
    monkeypatch.setattr(pkcs8, "ROUNDS", 1_000)
    monkeypatch.setattr(secret, "COST", 2)


@pytest.fixture(scope="session")
def contexts() -> Contexts:
    from app.adapters.contexts import load_contexts

    return load_contexts(ROOT / "contexts")
