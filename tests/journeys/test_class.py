"""Over real HTTP and on a real command line: a class of thirty is awarded by noon, and nobody is awarded twice."""

import csv
import os
import pty
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core.credential.award_request import MINIMAL_EXAMPLE
from tests.conftest import ROOT
from tests.service import Running, running
from tests.typed import begun, typed

TOML = ROOT / "docs" / "achievement.example.toml"
LIST = ROOT / "docs" / "class.example.csv"

_SETTINGS = {"INTENT_LEASE_SECONDS": "2", "TOKEN_PER_MINUTE": "100000", "CLAIM_PER_MINUTE": "100000"}


def a_list(count: int) -> bytes:
    rows = "".join(f"Learner {number};{20260000 + number};B\n" for number in range(1, count + 1))
    return f"Name;Matrikelnummer;Note\n{rows}".encode("utf-8-sig")


def send(service: Running, learners: bytes, query: str = "", **headers: str) -> httpx.Response:
    return service.client.post(
        f"/batches{query}",
        files={"achievement": ("a.toml", TOML.read_bytes()), "learners": ("class.csv", learners)},
        headers={**service.signed_in(), **headers},
    )


def done(service: Running, location: str) -> dict[str, Any]:
    """The class, once no row is under way any more."""
    for _ in range(600):
        found: dict[str, Any] = service.client.get(location, headers=service.signed_in()).json()
        if found["state"] == "done":
            return found
        time.sleep(0.1)
    raise AssertionError("the class was never done")


def awards(service: Running) -> list[dict[str, Any]]:
    answer = service.client.get("/awards?limit=200", headers=service.signed_in())
    found: list[dict[str, Any]] = answer.json()["awards"]
    return found


def test_a_class_of_thirty(empty_database_url: str, tmp_path: Path) -> None:
    with running(database_url=empty_database_url, folder=tmp_path, settings=_SETTINGS) as service:
        looked = send(service, a_list(30), "?dryRun=true").json()
        assert (looked["rows"], looked["awardedAlready"], looked["problems"]) == (30, 0, [])
        assert looked["recognised"] == {
            "encoding": "utf-8",
            "separator": "semicolon",
            "columns": [
                {"header": "Name", "gives": "fullName"},
                {"header": "Matrikelnummer", "gives": "identifier (ext:studentNumber)"},
                {"header": "Note", "gives": "grade"},
            ],
        }
        assert awards(service) == []

        accepted = send(service, a_list(30))
        assert accepted.status_code == 202, accepted.text
        awarded = done(service, accepted.headers["location"])
        assert (awarded["total"], awarded["done"], awarded["failed"]) == (30, 30, 0)
        claim = awarded["awards"][29]["claimUrl"].removeprefix(service.url)
        taken = service.client.post(f"{claim}/credential")
        assert service.verify(taken.content)["verdict"] == "valid"
        assert "Learner 30" in taken.text

        again = send(service, a_list(31))
        more = done(service, again.headers["location"])
        assert more["awards"][:30] == awarded["awards"]
        assert len(awards(service)) == 31

        links = service.client.get(
            accepted.headers["location"], headers={**service.signed_in(), "Accept": "text/csv"}
        ).content.decode("utf-8-sig")
        rows = list(csv.DictReader(links.splitlines()))
        assert [row["claimUrl"] for row in rows] == [each["claimUrl"] for each in awarded["awards"]]


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_class_is_told_as_it_stands_now(service: Running) -> None:
    learners = a_list(4).replace(b"Learner 1;", b"Canary Mistake;").replace(b"Learner 2;", b"Canary Erased;")
    location = send(service, learners).headers["location"]
    first = {row["row"]: row for row in done(service, location)["awards"]}
    headers = service.signed_in()
    corrected = {"reason": "misspelt", "learner": {"fullName": "Right Name"}}
    for row, act, body in (
        (2, "supersede", corrected),
        (3, "erase", {"reason": "asked for"}),
        (4, "withdraw", {"reason": "sent to another"}),
    ):
        answer = service.client.post(f"/awards/{first[row]['id']}/{act}", json=body, headers=headers)
        assert answer.status_code in (200, 201), answer.text
    # Sent again, it says the same: nobody is awarded twice, nobody's old name comes back.
    for again in (location, send(service, learners).headers["location"]):
        done(service, again)
        told = service.client.get(again, headers={**headers, "Accept": "text/csv"}).text
        assert "Canary" not in told
        assert "erased since" in told
        links = [line["claimUrl"] for line in csv.DictReader(told.removeprefix("\ufeff").splitlines())]
        assert links.count("") == 1
        for link in filter(None, links):
            assert service.client.get(link.removeprefix(service.url)).status_code == 200


def test_one_wrong_row_and_nothing_is_awarded(service: Running) -> None:
    learners = b"name,dateOfBirth\nOne Wrong Row,1990-01-01\nAnother,1990-13-01\n"
    refused = send(service, learners)
    assert refused.status_code == 422
    (problem,) = refused.json()["problems"]
    assert problem["detail"].startswith("row 3, column dateOfBirth: ")
    assert "One Wrong Row" not in service.client.get("/awards?limit=200", headers=service.signed_in()).text


def test_the_mistakes_come_back_in_the_list(service: Running) -> None:
    learners = b"name,dateOfBirth\n=A,1990-13-01\n"
    answer = send(service, learners, "?dryRun=true", Accept="text/csv")
    assert answer.headers["content-type"].startswith("text/csv")
    header, row = csv.reader(answer.content.decode("utf-8-sig").splitlines())
    assert header == ["name", "dateOfBirth", "problem"]
    assert row[:2] == ["'=A", "1990-13-01"]
    assert "no day of the calendar" in row[2]


def test_an_encoding_is_asked_for_and_then_taken(service: Running) -> None:
    learners = "name\nŠimić\n".encode("cp1250")
    asked = send(service, learners, "?dryRun=true")
    assert asked.status_code == 422
    assert asked.json()["type"].endswith("#UNCERTAIN_ENCODING")
    taken = service.client.post(
        "/batches?dryRun=true",
        files={"achievement": TOML.read_bytes(), "learners": learners},
        data={"encoding": "windows-1250"},
        headers=service.signed_in(),
    ).json()
    assert taken["recognised"]["encoding"] == "windows-1250"
    assert taken["firstRows"][0]["learner"] == {"fullName": "Šimić"}


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({"learners": b"name\nA"}, 422),
        ({"achievement": b"a = 1", "learners": b""}, 422),
        ({"achievement": b"a = ", "learners": b"name\nA"}, 400),
        ({"achievement": b"a = 1", "learners": b"name\nA", "other": b"x"}, 422),
        ({"achievement": b"a = 1", "learners": b"name\nA", "encoding": b"\xff"}, 422),
    ],
)
def test_a_form_that_is_no_class_is_refused(service: Running, files: Mapping[str, bytes], status: int) -> None:
    answer = service.client.post("/batches", files=dict(files), headers=service.signed_in())
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_another_media_type_is_refused(service: Running) -> None:
    answer = service.client.post(
        "/batches", content=a_list(1), headers={**service.signed_in(), "Content-Type": "text/csv"}
    )
    assert answer.status_code == 415


def test_who_has_no_token_awards_no_class(service: Running) -> None:
    assert service.client.post("/batches", json={}).status_code == 401
    assert service.client.get("/batches/x").status_code == 401


def test_a_class_that_is_not_remembered_is_not_found_and_may_be_sent_again(service: Running) -> None:
    answer = service.client.get(f"/batches/{'0' * 32}", headers=service.signed_in())
    assert answer.status_code == 404
    assert "send the class again" in answer.json()["problems"][0]["remedy"]


def test_a_class_as_json_is_numbered_from_one(service: Running) -> None:
    shared = {name: MINIMAL_EXAMPLE[name] for name in ("achievement", "awardedDate")}
    body = {**shared, "learners": [{"fullName": "Json One"}, {"fullName": "Json Two", "dateOfBirth": "1.1.1990"}]}
    answer = service.client.post("/batches?dryRun=true", json=body, headers=service.signed_in())
    (problem,) = answer.json()["problems"]
    assert (problem["row"], problem["column"], problem["value"]) == (2, "dateOfBirth", "1.1.1990")
    assert problem["at"] == "/learners/1/dateOfBirth"


# ── kill -9 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_killed_in_the_middle_and_sent_again_each_learner_has_one_award(
    empty_database_url: str, tmp_path: Path
) -> None:
    def start(stack: ExitStack) -> Running:
        return stack.enter_context(
            running(
                database_url=empty_database_url,
                folder=tmp_path,
                public_url="http://127.0.0.1:9",
                settings=_SETTINGS,
            )
        )

    count = 40
    with ExitStack() as first:
        service = start(first)
        location = send(service, a_list(count)).headers["location"]
        for _ in range(600):
            if service.client.get(location, headers=service.signed_in()).json()["done"] >= 5:
                break
        service.process.kill()
        service.process.join()
    with ExitStack() as second:
        service = start(second)
        forgotten = service.client.get(location, headers=service.signed_in())
        assert forgotten.status_code == 404
        before = awards(service)
        assert 5 <= len(before) < count
        again = send(service, a_list(count))
        assert (again.status_code, again.headers["location"]) == (202, location)
        awarded = done(service, location)
        assert (awarded["done"], awarded["failed"]) == (count, 0)
        found = awards(service)
        assert sorted(each["id"] for each in found) == sorted(each["id"] for each in awarded["awards"])
        assert len({each["learner"]["fullName"] for each in found}) == len(found) == count


# ── the command line ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    folder = tmp_path_factory.mktemp("command-line")
    environment = {
        "DATABASE_URL": f"sqlite:///{folder / 'testamur.sqlite3'}",
        "KEYS_DIR": str(folder / "keys"),
    }
    assert typed("setup", environment=environment).returncode == 0
    return environment


def award(environment: Mapping[str, str], *words: str | Path) -> subprocess.CompletedProcess[str]:
    return typed("award", "--achievement", TOML, *words, environment=environment)


def test_a_class_on_the_command_line(environment: Mapping[str, str], tmp_path: Path) -> None:
    output = tmp_path / "links.csv"
    dry = award(environment, "--learners", LIST, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert "Read as utf-8, separated by comma." in dry.stderr
    assert '"studentNumber" is read as identifier (ext:studentNumber)' in dry.stderr
    assert 'row 2: fullName "Zoë Marković-Núñez"' in dry.stderr

    unasked = award(environment, "--learners", LIST)
    assert unasked.returncode == 1
    assert "--yes" in unasked.stderr

    first = award(environment, "--learners", LIST, "--yes", "--output", output)
    assert first.returncode == 0, first.stderr
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    again = award(environment, "--learners", LIST, "--yes")
    assert again.stdout.encode() == output.read_bytes()
    assert "Awarded and signed: 3, 3 of them before." in again.stderr
    assert award(environment, "--learners", LIST, "--yes", "--output", output).returncode == 1


def test_mistakes_on_the_command_line(environment: Mapping[str, str], tmp_path: Path) -> None:
    learners, annotated = tmp_path / "class.csv", tmp_path / "problems.csv"
    learners.write_bytes("Name;geboren\nŠimić;1.1.1990\nB;31.2.1990\n".encode("cp1250"))
    asked = award(environment, "--learners", learners, "--yes")
    assert asked.returncode == 1
    assert 'in windows-1250 line 2 reads "Šimić' in asked.stderr
    wrong = award(environment, "--learners", learners, "--encoding", "windows-1250", "--annotated", annotated, "--yes")
    assert wrong.returncode == 1
    assert "row 3, column geboren: " in wrong.stderr
    assert "Nothing was awarded." in wrong.stderr
    assert annotated.read_text("utf-8-sig").splitlines()[0] == "Name;geboren;problem"


@pytest.mark.parametrize(
    "arguments", [("--achievement", str(TOML)), ("--learners", str(LIST), "--example")], ids=["no class", "no file"]
)
def test_half_a_class_is_refused(environment: Mapping[str, str], arguments: tuple[str, ...]) -> None:
    done = typed("award", *arguments, environment=environment)
    assert done.returncode == 1
    assert "Say --" in done.stderr


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("no", 1)])
def test_on_a_terminal_one_is_asked_and_sees_a_bar(
    environment: Mapping[str, str], tmp_path: Path, answer: str, code: int
) -> None:
    learners = tmp_path / "class.csv"
    learners.write_text(f"name,key\nTerminal {answer},{answer}\n", "utf-8")
    links = tmp_path / "links.csv"
    command = ["award", "--achievement", str(TOML), "--learners", str(learners), "--output", str(links)]
    seen, returned = _on_a_terminal(environment, command, answer)
    assert "Award 1 in the name of Institute for Examples (demo)? Type yes: " in seen
    assert returned == code
    assert ("[##############################] 1 of 1" in seen) == (code == 0)
    assert links.exists() == (code == 0)


def _on_a_terminal(environment: Mapping[str, str], command: list[str], answer: str) -> tuple[str, int]:
    controller, terminal = pty.openpty()
    device = Path(os.ttyname(terminal))
    process = begun(*command, environment=environment, given=device, output=device, error=device)
    with os.fdopen(controller, "rb+", buffering=0) as screen:
        seen = screen.read(1)
        os.close(terminal)
        for piece in _read(screen.fileno()):
            asked = b"Type yes: " in seen
            seen += piece
            if b"Type yes: " in seen and not asked:
                screen.write(f"{answer}\n".encode())
    process.join(60)
    assert process.exitcode is not None
    return seen.decode(), process.exitcode


def _read(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # Linux says so where the last process has let go of the terminal
            return
        if not piece:
            return
        yield piece
