"""A backup of the database of every release: each is restored and brought up to date for ever, on both databases."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.adapters.backup_archive import Archive
from app.cli import main
from app.core import strict_json
from app.core.json_ld import Contexts
from app.core.status import bitstring_status_list
from app.issuer.life import BITS, REVOCATION, State
from app.issuer.publish import controlled_identifier
from app.main import clock, composed
from app.settings import Settings, from_environment
from app.verifier.verifier import checked
from tests.conftest import ROOT

GOLDEN = sorted((Path(__file__).parent / "golden").glob("db-*.tar"))
# The keys in these backups were made for these tests, and sign nothing else.
PASSPHRASE = "golden, for tests alone"


def test_every_release_left_its_database() -> None:
    releases = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert releases
    assert {path.stem for path in GOLDEN} >= {f"db-{release}" for release in releases}


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_every_table_of_a_release_has_rows(path: Path) -> None:
    with Archive.open(path) as archive:
        for table, rows in archive.rows().items():
            assert next(iter(rows), None), table


@pytest.fixture(params=GOLDEN, ids=lambda path: path.stem)
def restored(
    request: pytest.FixtureRequest, empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Archive, Settings]]:
    """A release's backup, and the settings of a service that was made from it."""
    settings = {
        "DATABASE_URL": empty_database_url,
        "KEYS_DIR": str(tmp_path / "keys"),
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "KEY_PASSPHRASE": PASSPHRASE,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert main(["restore", str(request.param), "--without-journal"]) == 0
    with Archive.open(request.param) as archive:
        yield archive, from_environment(settings)


def rows(archive: Archive, table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.rows()[table]]


def test_of_a_release_nothing_is_lost(restored: tuple[Archive, Settings], contexts: Contexts) -> None:
    asyncio.run(everything_is_there(*restored, contexts=contexts))


async def everything_is_there(archive: Archive, settings: Settings, *, contexts: Contexts) -> None:
    async with composed(settings, inline=True, offline=True) as service:
        (institution,) = service.institutions
        controller = controlled_identifier(institution)
        credentials = {row["id"]: row for row in rows(archive, "credential")}
        for row in rows(archive, "award"):
            award = await service.issuer.find(row["id"], institution=institution)
            assert (award.title, award.state) == (row["title"], row["state"])
            assert award.learner_name
            assert award.learner_name.open().startswith("Golden Learner")
            assert len(award.acts) == sum(act["award_id"] == award.id for act in rows(archive, "act"))
            (credential,) = award.credentials
            assert credential.signed
            checked(contexts, credential.signed.open(), controller, now=clock())
            assert credential.status_list_index == credentials[credential.id]["status_list_index"]
        for status_list in rows(archive, "status_list"):
            published = await service.publisher.published_list(status_list["id"], now=clock())
            assert published
            assert published.version > status_list["version"]
            checked(contexts, published.content, controller, now=clock())
            encoded = strict_json.read_object(published.content)["credentialSubject"]["encodedList"]
            bits = bitstring_status_list.expand(encoded)
            for row in credentials.values():
                index = row["status_list_index"]
                assert bool(bits[index // 8] >> (7 - index % 8) & 1) == (State(row["state"]) in BITS[REVOCATION])
