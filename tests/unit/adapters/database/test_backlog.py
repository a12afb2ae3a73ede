"""What is left to be done, as whoever runs the service is told of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.adapters.database import Database
from app.adapters.database.backlog import Backlog
from app.adapters.database.engine import Away
from app.adapters.metrics import Metrics
from app.adapters.vault import AesGcmVault
from app.core.personal import Personal
from app.ports import MessageState, PublishedList, Unavailable
from tests.counting import counted
from tests.unit.adapters.database.awarding import LEASE, NOW, intend, intention, issue, recorded, signed_bytes

LATER = NOW + LEASE


async def test_of_nothing_nothing_is_left(with_institution: Database) -> None:
    assert await with_institution.backlog.read(now=NOW) == Backlog(0, 0, None, None)


async def test_an_intent_counts_once_its_lease_ran_out_and_until_it_is_recorded(with_institution: Database) -> None:
    intended = await intend(with_institution)
    assert (await with_institution.backlog.read(now=NOW)).intents == 0
    assert (await with_institution.backlog.read(now=LATER)).intents == 1
    await recorded(with_institution, intended.credential_id, signed_bytes(intended))
    assert (await with_institution.backlog.read(now=LATER)).intents == 0


async def test_a_letter_counts_until_it_is_settled(with_institution: Database) -> None:
    wanted = replace(intention(), learner_email=Personal("zoe@example.org"))
    intended = await with_institution.register.intend(wanted, now=NOW)
    assert not hasattr(intended, "state")
    await recorded(with_institution, wanted.credentials[0].id, b"{}")
    backlog = await with_institution.backlog.read(now=NOW)
    assert (backlog.letters, backlog.oldest_letter) == (1, NOW)
    due = await with_institution.outbox.due(now=NOW)
    assert due is not None
    await with_institution.outbox.settle(due.message.id, MessageState.SENT, detail="", now=LATER)
    assert (await with_institution.backlog.read(now=LATER)).letters == 0


async def test_when_a_list_was_last_published_is_told(with_institution: Database) -> None:
    list_id = str((await issue(with_institution)).document["credentialStatus"]["list"])
    await with_institution.status_lists.publish(PublishedList(list_id, 1, NOW, b"{}"))
    assert (await with_institution.backlog.read(now=LATER)).last_published == NOW


@pytest.mark.parametrize(
    "url", ["sqlite:////no/such/folder/testamur.sqlite3", "postgresql://testamur@/testamur?host=/no/such/folder"]
)
async def test_a_transaction_that_finds_no_database_is_counted(url: str, vault: AesGcmVault) -> None:
    metrics = Metrics()
    database = Database.connect(url, vault=vault, counts=metrics)
    with pytest.raises(Unavailable):
        await database.backlog.read(now=NOW)
    await database.close()
    assert (counted(metrics, Away.READING), counted(metrics, Away.WRITING)) == (1, 0)


async def test_a_lease_that_runs_is_nobody_else_s_concern(with_institution: Database) -> None:
    await intend(with_institution)
    assert (await with_institution.backlog.read(now=LATER - timedelta(seconds=1))).intents == 0
