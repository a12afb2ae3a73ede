"""A class over a real database: all rows or none, each learner once, and what was awarded before is found again."""

import asyncio
import csv
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.adapters.cpu_pool import InlineCompute
from app.adapters.database import Database
from app.adapters.running_batches import RunningBatches
from app.core import strict_json
from app.core.credential.award_request import MINIMAL_EXAMPLE
from app.core.credential.class_request import GivenClass, read_files, read_json
from app.core.json_ld import Contexts
from app.core.personal import Personal
from app.core.problems import IDEMPOTENCY_IN_FLIGHT, IDEMPOTENCY_KEY_REUSED, JsonObject, Refused
from app.issuer.award import Issuer
from app.issuer.batch import Classes, Since, links
from app.issuer.life import Act
from app.ports import Compute, Overloaded, RowAwarded, RowFailed
from tests.conftest import ROOT
from tests.issuing import PUBLIC_URL, Died, MortalCompute, Office
from tests.verifying import NOW

TOML = (ROOT / "docs" / "achievement.example.toml").read_bytes()
LIST = (ROOT / "docs" / "class.example.csv").read_bytes()


@pytest.fixture
async def office(database: Database, contexts: Contexts, tmp_path: Path) -> Office:
    return await Office.opened(database, contexts, tmp_path / "keys")


@dataclass
class Time:
    """A clock that goes on by a second whenever it is asked."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class Class:
    """A registrar at work: reads, looks over, awards."""

    office: Office
    compute: Compute | None = None
    key: str | None = None
    clock: Time = field(default_factory=Time)
    patience_seconds: float = 90
    outcomes: list[RowAwarded | RowFailed] = field(default_factory=list)

    @property
    def issuer(self) -> Issuer:
        return self.office.issuer(compute=self.compute)

    @property
    def classes(self) -> Classes:
        return Classes(
            issuer=self.issuer,
            compute=InlineCompute(self.office.contexts),
            public_url=PUBLIC_URL,
            most_rows=500,
            patience_seconds=self.patience_seconds,
        )

    async def award(self, given: GivenClass) -> dict[int, str]:
        """The award of each row."""
        looked = await self.classes.look_over(given, institution=self.office.institution, key=self.key, now=NOW)
        await self.classes.award(
            looked.sound(),
            institution=self.office.institution,
            actor="a test",
            clock=self.clock,
            tell=self.outcomes.append,
        )
        return {each.row: each.award_id for each in self._in_order() if isinstance(each, RowAwarded)}

    def _in_order(self) -> list[RowAwarded | RowFailed]:
        return sorted(self.outcomes, key=lambda each: each.row)


def learners(count: int, **members: object) -> list[JsonObject]:
    return [{"fullName": f"Learner {number}", **members} for number in range(1, count + 1)]


def given(contexts: Contexts, learners: list[JsonObject], **shared: object) -> GivenClass:
    body = {"achievement": MINIMAL_EXAMPLE["achievement"], "awardedDate": "2026-06-30", **shared, "learners": learners}
    return read_json(contexts, strict_json.write(body), most_rows=500)


async def awards(office: Office) -> list[str]:
    page = await office.issuer().list(institution=office.institution, cursor=None, limit=200)
    return [award.id for award in page.awards]


async def test_a_class_of_thirty_is_awarded(office: Office, contexts: Contexts) -> None:
    awarded = await Class(office).award(given(contexts, learners(30)))
    assert len(awarded) == 30
    assert sorted(awarded.values()) == sorted(await awards(office))


async def test_the_same_class_again_awards_nothing_twice(office: Office, contexts: Contexts) -> None:
    first, again = Class(office), Class(office)
    assert await first.award(given(contexts, learners(3))) == await again.award(given(contexts, learners(3)))
    assert links(first.outcomes) == links(again.outcomes)
    assert len(await awards(office)) == 3


async def test_who_is_added_to_the_list_is_all_that_is_awarded(office: Office, contexts: Contexts) -> None:
    first = await Class(office).award(given(contexts, learners(2)))
    second = await Class(office).award(given(contexts, learners(3)))
    assert second == {**first, 3: second[3]}
    assert len(await awards(office)) == 3


async def test_a_key_of_its_own_awards_the_class_once_more(office: Office, contexts: Contexts) -> None:
    await Class(office).award(given(contexts, learners(1)))
    await Class(office, key="a resit").award(given(contexts, learners(1)))
    assert len(await awards(office)) == 2


async def test_a_list_and_json_are_one_class(office: Office, contexts: Contexts) -> None:
    files = read_files(contexts, TOML, LIST, encoding=None, most_rows=500)
    first = await Class(office).award(files)
    sent = [{**each.learner.open(), "grade": each.grade.open()} for each in files.learners if each.grade]
    second = await Class(office).award(given(contexts, sent, **files.shared))
    assert list(first.values()) == list(second.values())


async def test_where_one_row_is_wrong_nothing_is_awarded(office: Office, contexts: Contexts) -> None:
    rows = [*learners(3), {"fullName": "Learner 4", "dateOfBirth": "1.1.1990"}]
    with pytest.raises(Refused) as caught:
        await Class(office).award(given(contexts, rows))
    (problem,) = caught.value.problems
    assert (problem.at, problem.detail) == (
        "/learners/3/dateOfBirth",
        'row 4, column dateOfBirth: "1.1.1990" is not a calendar day',
    )
    assert await awards(office) == []


async def test_every_mistake_is_told_at_once(office: Office, contexts: Contexts) -> None:
    rows: list[JsonObject] = [{"fullName": "A", "email": "x"}, {"givenName": "A"}, {"fullName": "B", "grade": "Z"}]
    wrong = given(contexts, rows, grade={"scale": ["A", "B"]}, awardedDate="yesterday")
    looked = await Class(office).classes.look_over(wrong, institution=office.institution, key=None, now=NOW)
    assert [(each.row, each.column) for each in looked.problems] == [
        (None, ""),
        (1, "email"),
        (2, "fullName"),
        (3, "grade"),
    ]


async def test_another_grade_for_who_was_awarded_is_refused(office: Office, contexts: Contexts) -> None:
    await Class(office).award(given(contexts, learners(2, grade="A")))
    with pytest.raises(Refused) as caught:
        await Class(office).award(given(contexts, [*learners(1, grade="B"), learners(2, grade="A")[1]]))
    assert [(each.type, each.at) for each in caught.value.problems] == [
        (IDEMPOTENCY_KEY_REUSED, "/learners/0/fullName")
    ]
    assert len(await awards(office)) == 2


async def test_what_was_awarded_is_owed_its_links_though_the_class_has_become_bad(
    office: Office, contexts: Contexts
) -> None:
    once = given(contexts, learners(2), validUntil="2026-12-31T00:00:00Z")
    first = Class(office)
    await first.award(once)
    later = NOW + timedelta(days=60)
    looked = await first.classes.look_over(once, institution=office.institution, key=None, now=later)
    assert set(looked.before) == {1, 2}
    assert not looked.problems


async def test_what_became_of_a_row_since_is_told_and_it_is_not_awarded_again(
    office: Office, contexts: Contexts
) -> None:
    awarded = await Class(office).award(given(contexts, learners(4)))
    reason = Personal("asked for")
    correction = strict_json.write({"reason": "misspelt", "learner": {"fullName": "Right"}})
    about: dict[str, Any] = {"institution": office.institution, "actor": "a test", "now": NOW}
    await office.issuer().supersede(awarded[2], correction, idempotency_key=None, **about)
    await office.issuer().act(awarded[3], Act.REVOKE, reason=reason, **about)
    await office.issuer().act(awarded[4], Act.ERASE, reason=reason, **about)
    looked = await Class(office).classes.look_over(
        given(contexts, learners(5)), institution=office.institution, key=None, now=NOW
    )
    assert looked.before == {1: Since.STANDS, 2: Since.CORRECTED, 3: Since.REVOKED, 4: Since.ERASED}
    assert [row.row for row in looked.new] == [5]


async def test_a_class_that_is_sent_again_tells_the_link_that_works(office: Office, contexts: Contexts) -> None:
    first, again = Class(office), Class(office)
    (award_id,) = (await first.award(given(contexts, learners(1)))).values()
    await office.issuer().act(
        award_id,
        Act.WITHDRAW,
        institution=office.institution,
        actor="a test",
        reason=Personal("sent to another"),
        now=NOW,
    )
    await again.award(given(contexts, learners(1)))
    award = await office.issuer().find(award_id, institution=office.institution)
    told = [each.claim_url for each in (*first.outcomes, *again.outcomes) if isinstance(each, RowAwarded)]
    assert told[1] == await office.issuer().claim_url(award) != told[0]


# ── one version of an achievement ────────────────────────────────────────────────────────────────────────────────────


async def _achievement_id(office: Office, contexts: Contexts, toml: bytes, name: str) -> str:
    (award_id,) = (
        await Class(office).award(read_files(contexts, toml, f"name\n{name}".encode(), encoding=None, most_rows=9))
    ).values()
    return (await office.issuer().find(award_id, institution=office.institution)).achievement_id


async def test_a_file_that_says_something_else_is_another_achievement(office: Office, contexts: Contexts) -> None:
    first = await _achievement_id(office, contexts, TOML, "A")
    assert first.startswith("urn:uuid:")
    assert await _achievement_id(office, contexts, TOML, "B") == first
    assert await _achievement_id(office, contexts, TOML + b"# a remark\n", "C") == first
    assert await _achievement_id(office, contexts, TOML.replace(b"PT75H", b"PT80H"), "D") != first
    # What was awarded before keeps its own.
    assert await _achievement_id(office, contexts, TOML, "A") == first


async def test_an_achievement_with_an_address_of_its_own_keeps_it(office: Office, contexts: Contexts) -> None:
    toml = b'id = "https://dunmore.example/a"\n' + TOML
    assert await _achievement_id(office, contexts, toml, "A") == "https://dunmore.example/a"


# ── who dies on the way ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_after_a_death_each_learner_has_one_award(office: Office, contexts: Contexts) -> None:
    with pytest.raises(BaseExceptionGroup) as caught:
        await Class(office, compute=MortalCompute(contexts, "to_sign")).award(given(contexts, learners(6)))
    assert caught.value.subgroup(Died)
    awarded = await Class(office, clock=Time(NOW + timedelta(hours=1))).award(given(contexts, learners(6)))
    assert len(awarded) == 6
    assert sorted(awarded.values()) == sorted(await awards(office))


async def test_a_row_that_another_is_awarding_is_waited_for_and_then_told(office: Office, contexts: Contexts) -> None:
    with pytest.raises(BaseExceptionGroup):
        await Class(office, compute=MortalCompute(contexts, "to_sign")).award(given(contexts, learners(1)))
    impatient = Class(office, patience_seconds=0.5)
    assert await impatient.award(given(contexts, learners(1))) == {}
    assert [each.problem.type for each in impatient.outcomes if isinstance(each, RowFailed)] == [IDEMPOTENCY_IN_FLIGHT]


# ── links, and classes in this process's memory ──────────────────────────────────────────────────────────────────────


async def test_the_links_are_a_list_without_formulas(office: Office, contexts: Contexts) -> None:
    registrar = Class(office)
    await registrar.award(given(contexts, [{"fullName": "=1+1", "key": "@a"}]))
    header, row = csv.reader(links(registrar.outcomes).decode("utf-8-sig").splitlines())
    assert header == ["row", "key", "learner", "awardId", "claimUrl", "problem"]
    assert row[:3] == ["1", "'@a", "'=1+1"]


async def test_a_class_is_remembered_for_its_own_institution(office: Office, contexts: Contexts) -> None:
    registrar = Class(office)
    looked = await registrar.classes.look_over(
        given(contexts, learners(2)), institution=office.institution, key=None, now=NOW
    )
    running = RunningBatches(classes=registrar.classes, clock=registrar.clock)
    began = await running.start(looked.sound(), institution=office.institution, actor="a test")
    assert (began.running, began.total) == (True, 2)
    joined = await running.start(looked.sound(), institution=office.institution, actor="a test")
    assert joined.id == began.id
    assert await running.find(began.id, institution="another") is None
    found = began
    for _ in range(2_000):
        await asyncio.sleep(0.01)
        found = await running.find(began.id, institution=office.institution.name) or began
        if not found.running:
            break
    assert [each.row for each in found.awarded] == [1, 2]
    assert len(await awards(office)) == 2
    await running.close()


async def test_an_institution_has_few_classes_under_way_at_a_time(office: Office, contexts: Contexts) -> None:
    registrar = Class(office)
    looked = await registrar.classes.look_over(
        given(contexts, learners(1)), institution=office.institution, key=None, now=NOW
    )
    running = RunningBatches(classes=registrar.classes, clock=registrar.clock)
    for number in range(4):
        await running.start(replace(looked.batch, id=str(number)), institution=office.institution, actor="a test")
    with pytest.raises(Overloaded):
        await running.start(looked.batch, institution=office.institution, actor="a test")
    await running.start(looked.batch, institution=replace(office.institution, name="another"), actor="a test")
    await running.close()
