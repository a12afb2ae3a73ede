"""What is written about the code is true: settings, problems, targets, links, and nothing that is about one machine."""

import json
import re
import subprocess
import tomllib
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest

from app.core import problems
from app.core.proof.cryptosuites import CRYPTOSUITES
from app.settings import ROOT as DEFAULT_ROOT
from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent

SETTINGS = {each.name.upper(): each.default for each in fields(Settings)}
OWN_PROBLEMS = sorted(
    name
    for name, value in vars(problems).items()
    if name.isupper() and name != "TESTAMUR" and isinstance(value, str) and value.startswith(problems.TESTAMUR)
)

# What must not be in the repository: one machine's paths, a registry's host, a number that means something elsewhere.
FOREIGN = re.compile(
    r"/work/|/root/|/farm/|/home/[a-z]|/Users/[A-Z]|(?<![\w.])/tmp/"
    r"|\bpypi\.org|files\.pythonhosted|registry\.npmjs|proxy\.golang"
    r"|\bissues? #?\d|\bhelper session|\bthis workplace|\bthe lead\b",
    re.IGNORECASE,
)
# Others' bytes, which are kept as they are; and this list.
NOT_READ = ("contexts/", "tests/test_docs.py", "tests/cases/", "LICENSE", "tests/interop/package-lock.json")


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@cache
def written() -> tuple[str, ...]:
    """Every file of the repository, those not yet committed too."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return tuple(sorted(name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()))


def texts() -> tuple[str, ...]:
    binary = (".png", ".woff2", ".otf", ".ico", ".sqlite3", ".bin")
    return tuple(name for name in written() if not name.startswith(NOT_READ) and not name.endswith(binary))


# ── settings ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def documented_settings() -> dict[str, str]:
    return dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \|", read("docs/settings.md"), re.MULTILINE))


def test_every_setting_is_documented_and_no_other() -> None:
    assert documented_settings().keys() == SETTINGS.keys()


@pytest.mark.parametrize("name", [name for name, default in SETTINGS.items() if isinstance(default, int | float)])
def test_a_documented_default_is_the_default(name: str) -> None:
    default = SETTINGS[name]
    assert documented_settings()[name].strip("`") == (str(default).lower() if default is False else f"{default:.15g}")


def test_the_default_folders_are_beside_the_code() -> None:
    assert DEFAULT_ROOT == ROOT


# ── problems ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", OWN_PROBLEMS)
def test_every_problem_of_ours_has_a_section(name: str) -> None:
    assert re.search(rf"^#+ .*\b{name}\b", read("docs/problems.md"), re.MULTILINE)


# ── the Makefile and the image ───────────────────────────────────────────────────────────────────────────────────────


def targets() -> set[str]:
    return set(re.findall(r"^\.PHONY: (.*)$", read("Makefile"), re.MULTILINE)[0].split())


@pytest.mark.parametrize("target", sorted(targets()))
def test_make_help_tells_of_every_target(target: str) -> None:
    assert re.search(rf"^{target}:.*## \w", read("Makefile"), re.MULTILINE)


def test_the_image_runs_nothing_but_targets_of_make() -> None:
    commands = re.findall(r"^\s*RUN (.*)$", read("Dockerfile"), re.MULTILINE | re.IGNORECASE)
    assert commands
    assert [command for command in commands if not re.fullmatch(r"make ([a-z]+)", command)] == []
    assert {command.removeprefix("make ") for command in commands} <= targets()


def test_the_image_runs_as_a_user_without_rights() -> None:
    last_stage = read("Dockerfile").rpartition("\nFROM ")[2]
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", last_stage, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK ", last_stage, re.MULTILINE)


def test_the_ci_runs_every_target_that_proves_something() -> None:
    assert re.findall(r"^make (\w+)$", read(".ci/run"), re.MULTILINE) == ["test", "prove", "interop", "check"]


# ── suites and their vectors ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", sorted(CRYPTOSUITES))
def test_a_cryptosuite_has_its_published_vectors(name: str) -> None:
    assert (ROOT / "tests" / "vectors" / f"test_{name.replace('-', '_').lower()}.py").exists()


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("page", [name for name in written() if name.endswith(".md") and not name.startswith(NOT_READ)])
def test_a_link_to_another_file_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", read(page))
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("page", [name for name in written() if re.match(r"docs/[^/]+$", name)])
def test_a_page_and_an_example_can_be_found_from_the_readme(page: str) -> None:
    found, ahead = set[str](), {"README.md"}
    while ahead:
        here = ahead.pop()
        found.add(here)
        if here.endswith(".md") and here in written():
            links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", read(here))
            ahead |= {str((ROOT / here).parent.joinpath(link).resolve().relative_to(ROOT)) for link in links} - found
    assert page in found


@pytest.mark.parametrize("page", [name for name in written() if re.match(r"docs/adr/.*\.md$", name)])
def test_a_decision_has_a_number_a_title_and_a_date(page: str) -> None:
    number = re.match(r"docs/adr/(\d{4})-[a-z0-9-]+\.md$", page)
    assert number
    assert re.match(rf"# {number[1]} \S.*\n\nAccepted, 20\d\d-\d\d-\d\d\.", read(page))


def test_no_two_decisions_have_one_number() -> None:
    numbers = [name[len("docs/adr/") :][:4] for name in written() if name.startswith("docs/adr/")]
    assert len(numbers) == len(set(numbers))


def test_the_changelog_knows_the_version() -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert re.search(rf"^## {re.escape(version)}\b", read("CHANGELOG.md"), re.MULTILINE)


# ── the ten principles, and what an employer is told ────────────────────────────────────────────────────────────────

PRINCIPLES = (
    "Quality",
    "Transparency",
    "Relevance",
    "Valid assessment",
    "Learning pathways",
    "Recognition",
    "Portable",
    "Learner-centred",
    "Authentic",
    "Information and guidance",
)


def principles() -> dict[str, str]:
    """Each principle of Annex II, with what serves it."""
    return dict(re.findall(r"^\| \d+ ([^|]+) \| ([^|]+) \|", read("docs/principles.md"), re.MULTILINE))


def test_each_of_the_ten_principles_has_its_row() -> None:
    assert tuple(principles()) == PRINCIPLES


@pytest.mark.parametrize("principle", PRINCIPLES)
def test_a_principle_is_shown_by_a_test_or_said_to_be_empty(principle: str) -> None:
    shown = re.findall(r"`([^`]+\.py)::(\w+)`", principles()[principle])
    assert bool(shown) != principles()[principle].startswith("*Empty.*")
    assert [name for file, name in shown if not re.search(rf"^(async )?def {name}\(", read(file), re.MULTILINE)] == []


def test_an_employer_is_told_what_each_headline_means() -> None:
    rows = re.findall(r"^\| ([^|]+[.}]) \|", read("docs/how-to-employer.md"), re.MULTILINE)
    words = {key: each["text"] for key, each in json.loads(read("app/web/locales/en.json")).items()}
    headlines = {
        text
        for key, text in words.items()
        if re.fullmatch(r"verdict\.(valid|revoked|suspended|expired|not_yet|indeterminate|invalid)\w*", key)
    }
    assert {*rows} == {*headlines, words["unreadable.title"]}


# ── what does not belong here ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", texts())
def test_a_file_is_about_the_product_alone(name: str) -> None:
    found = [line.strip() for line in read(name).splitlines() if FOREIGN.search(line)]
    assert found == []


def test_no_key_and_no_lock_with_addresses_is_committed() -> None:
    forbidden = re.compile(r"(^|/)(uv\.lock|pylock[^/]*\.toml)$|^keys/(?!README\.md$)|\.sqlite3$|\.env$")
    assert [name for name in written() if forbidden.search(name)] == []
