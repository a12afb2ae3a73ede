"""What verifiers of SD-JWT ask a host for: the issuer's keys and the list, by anybody's script."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.adapters.database import Database
from app.api import sd_jwt
from app.core import strict_json
from app.core.json_ld import Contexts
from app.core.proof import signed_jwt
from app.http import headers, problems
from tests.issuing import Office, request
from tests.verifying import NOW


@pytest.fixture
async def office(database: Database, contexts: Contexts, tmp_path: Path) -> Office:
    return await Office.opened(database, contexts, tmp_path / "keys", public_url="https://dunmore.example")


@pytest.fixture
async def client(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    problems.install(app)
    app.include_router(sd_jwt.routes(publisher=office.publisher(), clock=lambda: NOW, max_age_seconds=60))
    app.add_middleware(headers.Headers)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://dunmore.example") as client:
        yield client


async def test_the_issuers_keys_stand_below_well_known(client: httpx.AsyncClient) -> None:
    answer = await client.get("/.well-known/jwt-vc-issuer/issuers/demo")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert strict_json.read_object(answer.content)["issuer"] == "https://dunmore.example/issuers/demo"
    assert (await client.get("/.well-known/jwt-vc-issuer/issuers/nobody")).status_code == 404


async def test_the_list_is_a_token_that_names_its_address(client: httpx.AsyncClient, office: Office) -> None:
    await office.issuer().award(
        request(), institution=office.institution, actor="a test", idempotency_key=None, now=NOW
    )
    page = await office.issuer().list(institution=office.institution, cursor=None, limit=1)
    path = f"/token-status-lists/{page.awards[0].credentials[0].status_list_id}"
    answer = await client.get(path)
    assert answer.headers["content-type"] == "application/statuslist+jwt"
    assert answer.headers["access-control-allow-origin"] == "*"
    token = signed_jwt.read(answer.text)
    assert (token.header["typ"], token.payload["sub"]) == ("statuslist+jwt", f"https://dunmore.example{path}")
    again = await client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert (await client.get("/token-status-lists/none")).status_code == 404
