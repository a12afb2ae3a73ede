"""While the database is away our own credentials are verified by the last copy of our documents, until its ttl."""

import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy import text

from app.adapters.cpu_pool import InlineCompute
from app.adapters.database import Database
from app.adapters.fetch import Offline
from app.adapters.known_issuers import OwnAndListedIssuers
from app.adapters.remembered_institutions import RememberedInstitutions
from app.core.json_ld import Contexts
from app.ports import Unavailable
from app.verifier.report import Headline
from app.verifier.verifier import Verifier
from tests.databases import take_away
from tests.issuing import Office, request
from tests.verifying import NOW, badge, sign

HTTPS = "https://uni.example"


@pytest.fixture
async def office(database: Database, contexts: Contexts, tmp_path: Path) -> Office:
    """On https, so that its identifier is a did:web: without a document of ours nobody could check its keys."""
    return await Office.opened(database, contexts, tmp_path / "keys", public_url=HTTPS)


def verifier(office: Office) -> Verifier:
    """It can ask no other host."""
    return Verifier(
        fetch=Offline(),
        publications=office.publisher(),
        known_issuers=OwnAndListedIssuers(remembered(office), {}),
        compute=InlineCompute(office.contexts),
        fetch_timeout_seconds=1.0,
    )


def remembered(office: Office, *, ttl_seconds: float = 60.0) -> RememberedInstitutions:
    return RememberedInstitutions(office.database.directory, ttl_seconds=ttl_seconds)


async def awarded(office: Office) -> bytes:
    receipt = await office.issuer().award(
        request(), institution=office.institution, actor="a test", idempotency_key=None, now=NOW
    )
    return receipt.credential


def of_another(office: Office) -> bytes:
    return json.dumps(sign(office.contexts, badge())).encode()


async def test_what_was_verified_before_is_verified_while_the_database_is_away(office: Office) -> None:
    credential, checking = await awarded(office), verifier(office)
    before = await checking.verify(credential, "application/vc", now=NOW)
    await take_away(office.database)
    after = await checking.verify(credential, "application/vc", now=NOW)
    assert (before.headline, after.headline) == (Headline.VALID_KNOWN, Headline.VALID_KNOWN)


async def test_an_issuer_of_another_host_is_asked_for_though_the_database_is_away(office: Office) -> None:
    checking = verifier(office)
    await take_away(office.database)
    report = await checking.verify(of_another(office), "application/vc", now=NOW)
    assert report.headline is Headline.INDETERMINATE_KEY


async def test_our_own_document_is_served_while_the_database_is_away(office: Office) -> None:
    publisher = office.publisher()
    before = await publisher.document_of(office.institution.name)
    await take_away(office.database)
    assert before == await publisher.document_of(office.institution.name)


async def test_the_last_answer_serves(office: Office) -> None:
    institutions, did = remembered(office), office.institution.did
    await institutions.institution_by_did(did)
    await take_away(office.database)
    assert await institutions.institution_by_did(did) == office.institution


async def test_the_last_answer_serves_no_longer_than_its_ttl(office: Office) -> None:
    institutions, did = remembered(office, ttl_seconds=0.05), office.institution.did
    await institutions.institution_by_did(did)
    await take_away(office.database)
    await asyncio.sleep(0.1)
    with pytest.raises(Unavailable):
        await institutions.institution_by_did(did)


async def test_whom_nobody_asked_for_in_time_nobody_remembers(office: Office) -> None:
    institutions = remembered(office)
    await institutions.institution_by_did("did:web:other.example")
    await take_away(office.database)
    for did in (office.institution.did, "did:web:other.example"):
        with pytest.raises(Unavailable):
            await institutions.institution_by_did(did)


async def test_the_database_is_asked_each_time_that_it_is_there(office: Office, database: Database) -> None:
    institutions = remembered(office)
    await institutions.institution(office.institution.name)
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE institution SET contact = 'new@uni.example'"))
    found = await institutions.institution(office.institution.name)
    assert found is not None
    assert found.contact == "new@uni.example"
