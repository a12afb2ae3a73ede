"""What issuing tells of itself in numbers: acts, lists made anew, looks for what a dead process left."""

import asyncio
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

import pytest

from app.adapters.database import Database
from app.adapters.metrics import Metrics
from app.core.json_ld import Contexts
from app.core.personal import Personal
from app.core.problems import Refused
from app.issuer.award import Issuer
from app.issuer.life import Act
from app.issuer.publish import Publication
from app.issuer.recovery import Recovery, recover
from tests.counting import counted
from tests.databases import take_away
from tests.issuing import Died, MortalCompute, Office, request
from tests.verifying import NOW

LATER = NOW + timedelta(hours=1)


@pytest.fixture
async def office(database: Database, contexts: Contexts, tmp_path: Path) -> Office:
    return await Office.opened(database, contexts, tmp_path / "keys")


async def award(office: Office, issuer: Issuer) -> str:
    asked = {"institution": office.institution, "actor": "a test", "idempotency_key": "once", "now": NOW}
    return (await issuer.award(request(), **asked)).id  # type: ignore[arg-type]


class Looked(Metrics):
    """Tells when a look was counted."""

    def __init__(self) -> None:
        super().__init__()
        self.done = asyncio.Event()

    def add(self, what: StrEnum) -> None:
        super().add(what)
        if isinstance(what, Recovery):
            self.done.set()


async def outcome_of_a_look(issuer: Issuer, metrics: Looked) -> list[Recovery]:
    looking = asyncio.create_task(recover(issuer, clock=lambda: LATER, every_seconds=60, counts=metrics))
    await metrics.done.wait()
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    return [outcome for outcome in Recovery if counted(metrics, outcome)]


async def test_an_act_is_counted_once_it_is_done(office: Office) -> None:
    metrics = Metrics()
    issuer = office.issuer(counts=metrics)
    award_id = await award(office, issuer)
    assert await award(office, issuer) == award_id
    asked = {"institution": office.institution, "actor": "a test", "reason": Personal("a mistake"), "now": NOW}
    await issuer.act(award_id, Act.REVOKE, **asked)  # type: ignore[arg-type]
    with pytest.raises(Refused):
        await issuer.act(award_id, Act.REVOKE, **asked)  # type: ignore[arg-type]
    assert [(act, counted(metrics, act)) for act in Act if counted(metrics, act)] == [
        (Act.INTEND, 1),
        (Act.RECORD, 1),
        (Act.REVOKE, 1),
    ]


async def test_a_list_is_counted_when_it_is_made_anew_and_when_that_fails(office: Office) -> None:
    metrics = Metrics()
    await award(office, office.issuer())
    award_page = await office.issuer().list(institution=office.institution, cursor=None, limit=1)
    list_id = award_page.awards[0].credentials[0].status_list_id
    with pytest.raises(Refused):
        await office.publisher(signers=office.without_its_keys(), counts=metrics).published_list(list_id, now=NOW)
    publisher = office.publisher(counts=metrics)
    for _ in range(2):
        assert await publisher.published_list(list_id, now=NOW)
    assert (counted(metrics, Publication.FAILED), counted(metrics, Publication.PUBLISHED)) == (1, 1)


async def test_a_look_that_finds_nothing_is_counted(office: Office) -> None:
    metrics = Looked()
    assert await outcome_of_a_look(office.issuer(), metrics) == [Recovery.NOTHING_LEFT]


@pytest.mark.parametrize(("keyless", "act"), [(False, Act.RECORD), (True, Act.VOID)])
async def test_what_a_dead_process_left_is_counted(
    office: Office, contexts: Contexts, *, keyless: bool, act: Act
) -> None:
    metrics = Looked()
    with pytest.raises(Died):
        await award(office, office.issuer(compute=MortalCompute(contexts, "to_sign")))
    signers = office.without_its_keys() if keyless else office.keys
    assert await outcome_of_a_look(office.issuer(signers=signers, counts=metrics), metrics) == [Recovery.FINISHED]
    assert counted(metrics, act) == 1


async def test_a_look_while_the_database_is_away_waits(office: Office) -> None:
    metrics = Looked()
    issuer = office.issuer()
    await take_away(office.database)
    assert await outcome_of_a_look(issuer, metrics) == [Recovery.WAITS]
