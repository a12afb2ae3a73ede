"""Back up while it runs, award and revoke on, lose the machine, restore: nothing is reused, nothing is undone."""

import json
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from app.core.credential.award_request import MINIMAL_EXAMPLE
from app.core.status import bitstring_status_list
from tests.databases import fresh_database
from tests.long_proofs import fraction
from tests.service import Running, free_port, running
from tests.typed import typed

AWARDS = 1_000
_SETTINGS = {
    "INTENT_LEASE_SECONDS": "2",
    "WRITE_PER_MINUTE": "1000000",
    "TOKEN_PER_MINUTE": "100000",
    "VERIFY_PER_MINUTE": "100000",
    "CLAIM_PER_MINUTE": "100000",
}
KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Place:
    """One machine: its database, its keys, its journal; always at the same address."""

    database_url: str
    folder: Path
    port: int
    passphrase: str = ""

    @property
    def journal(self) -> Path:
        return self.folder / "testamur-acts.journal"

    @contextmanager
    def serving(self) -> Iterator[Running]:
        with running(database_url=self.database_url, folder=self.folder, port=self.port, settings=_SETTINGS) as service:
            yield service

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "DATABASE_URL": self.database_url,
            "KEYS_DIR": str(self.folder / "keys"),
        }
        return typed(*arguments, environment=environment)


@pytest.fixture
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Place, Place]]:
    """A machine, and the one that takes its place; what the first one's database is, the parameter says."""
    kinds: tuple[str, str] = request.param
    port = free_port()
    with ExitStack() as stack:
        lost, new = (
            Place(stack.enter_context(fresh_database(kind, request, tmp_path / name)), tmp_path / name, port)
            for kind, name in zip(kinds, ("lost", "new"), strict=True)
        )
        yield lost, new


@dataclass(frozen=True)
class Awarded:
    """An award as its learner has it."""

    id: str
    claim_url: str
    credential: dict[str, Any]

    @property
    def entry(self) -> tuple[str, int]:
        status = self.credential["credentialStatus"]
        return status["statusListCredential"], int(status["statusListIndex"])


def award(service: Running, number: int) -> Awarded:
    learner = {**MINIMAL_EXAMPLE["learner"], "fullName": f"Learner {number}"}
    answer = service.award({**MINIMAL_EXAMPLE, "learner": learner})
    assert answer.status_code == 201, answer.text
    body = answer.json()
    return Awarded(body["id"], body["claimUrl"], body["credential"])


def act(service: Running, awarded: Awarded, name: str) -> None:
    answer = service.client.post(f"/awards/{awarded.id}/{name}", json={"reason": "a test"}, headers=service.signed_in())
    assert answer.status_code == 200, answer.text


def verdict(service: Running, awarded: Awarded) -> str:
    return str(service.verify(json.dumps(awarded.credential, ensure_ascii=False).encode())["verdict"])


@dataclass(frozen=True)
class Seen:
    """What a stranger saw of a list."""

    valid_from: datetime
    bits: bytes

    def has(self, index: int) -> bool:
        return bool(self.bits[index // 8] >> (7 - index % 8) & 1)


def lists(service: Running, urls: set[str]) -> Mapping[str, Seen]:
    seen = {}
    for url in urls:
        answer = service.client.get(url)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        bits = bitstring_status_list.expand(body["credentialSubject"]["encodedList"])
        seen[url] = Seen(datetime.fromisoformat(body["validFrom"]), bytes(bits))
    return seen


@pytest.mark.long
@pytest.mark.parametrize("places", [(kind, kind) for kind in KINDS], indirect=True, ids=KINDS)
def test_what_a_backup_does_not_know_is_neither_reused_nor_undone(places: tuple[Place, Place], tmp_path: Path) -> None:
    lost, new = places
    many = int(AWARDS * fraction())
    with lost.serving() as service:
        before = [award(service, number) for number in range(20)]
        act(service, before[0], "revoke")
        saved = lost.command("backup", str(tmp_path / "saved.tar"))
        assert saved.returncode == 0, saved.stderr
        since = [award(service, number) for number in range(many)]
        revoked = {before[0].id}
        for awarded in (*before[1:4], *since[: many // 10]):
            act(service, awarded, "revoke")
            revoked.add(awarded.id)
        act(service, before[5], "erase")
        act(service, since[-1], "erase")
        act(service, before[6], "withdraw")
        urls = {awarded.entry[0] for awarded in (*before, *since)}
        published = lists(service, urls)
        service.process.kill()
        service.process.join()

    restored = new.command("restore", str(tmp_path / "saved.tar"), "--journal", str(lost.journal))
    assert restored.returncode == 0, restored.stderr

    with new.serving() as service:
        again = [award(service, number) for number in range(many)]
        taken = [awarded.entry for awarded in (*before, *since, *again)]
        assert len(set(taken)) == len(taken)
        assert {awarded.entry[0] for awarded in again}.isdisjoint(urls)
        for url, now in lists(service, urls).items():
            assert now.valid_from > published[url].valid_from
            assert all(mine & theirs == theirs for mine, theirs in zip(now.bits, published[url].bits, strict=True))
        for awarded in (*before, *since[: many // 5], *since[-1:], *again[:3]):
            assert verdict(service, awarded) == ("revoked" if awarded.id in revoked else "valid")
        for awarded in (before[4], again[0]):
            assert service.client.get(awarded.claim_url).status_code == 200
        for awarded in (before[5], before[6]):
            assert service.client.get(awarded.claim_url).status_code == 410
        act(service, again[0], "revoke")
        assert verdict(service, again[0]) == "revoked"


@pytest.mark.parametrize("places", [KINDS, KINDS[::-1]], indirect=True, ids=["to postgresql", "to sqlite"])
def test_a_backup_of_one_database_is_restored_into_the_other(places: tuple[Place, Place], tmp_path: Path) -> None:
    lost, new = places
    with lost.serving() as service:
        awarded = award(service, 1)
        assert lost.command("backup", str(tmp_path)).returncode == 0
    (saved,) = tmp_path.glob("testamur-*.tar")
    restored = new.command("restore", str(saved), "--journal", str(lost.journal))
    assert restored.returncode == 0, restored.stderr
    with new.serving() as service:
        assert verdict(service, awarded) == "valid"
        assert service.client.get(f"/awards/{awarded.id}", headers=service.signed_in()).status_code == 200


@pytest.fixture
def backed_up(places: tuple[Place, Place], tmp_path: Path) -> tuple[Path, Place, Place]:
    """A backup with a few awards in it, and where it may go."""
    lost, new = places
    with lost.serving() as service:
        for number in range(3):
            award(service, number)
    saved = lost.command("backup", str(tmp_path / "saved.tar"))
    assert saved.returncode == 0, saved.stderr
    return tmp_path / "saved.tar", lost, new


on_sqlite = pytest.mark.parametrize("places", [("sqlite", "sqlite")], indirect=True, ids=["sqlite"])


@on_sqlite
def test_a_backup_is_for_its_owner_alone_and_shows_no_name(backed_up: tuple[Path, Place, Place]) -> None:
    saved, lost, _ = backed_up
    assert saved.stat().st_mode & 0o777 == 0o600
    assert b"Learner 1" not in saved.read_bytes()
    assert lost.command("backup", str(saved)).returncode == 1


@on_sqlite
def test_what_is_not_whole_not_ours_or_not_empty_is_refused_and_nothing_is_left(
    backed_up: tuple[Path, Place, Place], tmp_path: Path
) -> None:
    saved, lost, new = backed_up
    content = saved.read_bytes()
    journal = ("--journal", str(lost.journal))
    refusals = {
        "cut short": content[: len(content) // 2],
        "not what was saved": _with(saved, "database/award.jsonl", lambda old: old.replace(b"20", b"21", 1)),
        "manifest was not sealed": _with(
            saved, "manifest.json", lambda old: old.replace(b'"made"', b'"made" ', 1).replace(b'0.1.0"', b'0.1.9"', 1)
        ),
        "no backup": b"\x1f\x8b" * 600,
    }
    for reason, changed in refusals.items():
        (tmp_path / "changed.tar").write_bytes(changed)
        refused = new.command("restore", str(tmp_path / "changed.tar"), *journal)
        assert refused.returncode == 1, reason
        assert reason in refused.stderr
    assert "--without-journal" in new.command("restore", str(saved)).stderr
    (tmp_path / "other.journal").write_bytes(b'\n{"kind":"journal","id":"00","at":"2026-11-24T10:00:00+00:00"}\n')
    assert "continues" in new.command("restore", str(saved), "--journal", str(tmp_path / "other.journal")).stderr
    assert not list((new.folder / "keys").glob("*"))

    elsewhere = Place(new.database_url, new.folder, free_port())
    assert "PUBLIC_URL" in elsewhere.command("restore", str(saved), *journal).stderr
    assert "not empty" in lost.command("restore", str(saved)).stderr
    full = Place(lost.database_url, new.folder, lost.port)
    assert "database is not empty" in full.command("restore", str(saved), *journal).stderr

    loud = new.command("restore", str(saved), "--without-journal")
    assert loud.returncode == 0, loud.stderr
    assert "WITHOUT A JOURNAL" in loud.stdout


def _with(saved: Path, name: str, change: Any) -> bytes:
    """The same archive, one file in it changed."""
    changed = BytesIO()
    with tarfile.open(saved) as old, tarfile.open(fileobj=changed, mode="w") as new:
        for member in old.getmembers():
            file = old.extractfile(member)
            assert file is not None
            content = change(file.read()) if member.name == name else file.read()
            member.size = len(content)
            new.addfile(member, BytesIO(content))
    return changed.getvalue()
