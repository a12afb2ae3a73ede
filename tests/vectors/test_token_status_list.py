"""Token Status List: the published lists and the signed example.

https://datatracker.ietf.org/doc/draft-ietf-oauth-status-list/
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.core.problems import JsonObject, Refused
from app.core.proof import numeric_date, signed_jwt
from app.core.proof.signed_jwt import SignedJwt
from app.core.status import token_status_list
from app.core.status.token_status_list import StatusList
from tests.jwt_keys import key
from tests.shared import shared

NAMES = ("example-1bit", "example-2bit", "long-1bit", "long-2bit", "long-4bit", "long-8bit")
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
URI = "https://example.com/statuslists/1"


def lists() -> dict[str, Any]:
    published = json.loads((shared("vectors", "token-status-list") / "vectors.json").read_bytes())
    return {vector["name"]: vector for vector in published}


def load(status_list: JsonObject) -> StatusList:
    signer = key("ES256")
    claims = {"sub": URI, "iat": int(NOW.timestamp()), "status_list": status_list}
    token = signed_jwt.read(signer.token(claims, typ="statuslist+jwt"))
    return token_status_list.verify(token, key=signer.public, uri=URI, now=NOW, clock_skew=timedelta(0))


def test_these_are_all_lists_that_were_published() -> None:
    assert set(lists()) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_published_list_has_exactly_the_published_statuses(name: str) -> None:
    vector, read = lists()[name], load(lists()[name]["json"])
    assert (read.bits, len(read)) == (vector["bits"], vector["size"])
    assert hashlib.sha256(read.packed).hexdigest() == vector["uncompressed_sha256"]
    assert [[index, read.status(index)] for index, _ in vector["statuses"]] == vector["statuses"]


@pytest.mark.parametrize("name", NAMES)
def test_the_same_statuses_are_encoded_to_the_same_list(name: str) -> None:
    vector = lists()[name]
    encoded = token_status_list.encode(vector["size"], dict(vector["statuses"]), bits=vector["bits"])
    assert load(encoded).packed == load(vector["json"]).packed


def token() -> tuple[SignedJwt, JsonObject]:
    folder = shared("vectors", "token-status-list")
    public = {name: value for name, value in json.loads((folder / "key.json").read_bytes()).items() if name != "d"}
    return signed_jwt.read((folder / "status_list_token.jwt").read_text().strip()), public


def test_the_published_token_verifies() -> None:
    published, public = token()
    issued_at = numeric_date.read(published.payload, "iat")
    assert issued_at is not None
    read = token_status_list.verify(
        published, key=public, uri=published.payload["sub"], now=issued_at, clock_skew=timedelta(0)
    )
    vector = lists()["example-1bit"]
    assert [[index, read.status(index)] for index, _ in vector["statuses"]] == vector["statuses"]


def test_the_published_token_is_of_no_other_uri() -> None:
    published, public = token()
    issued_at = numeric_date.read(published.payload, "iat")
    assert issued_at is not None
    with pytest.raises(Refused, match="says that it is"):
        token_status_list.verify(published, key=public, uri=URI + "0", now=issued_at, clock_skew=timedelta(0))
