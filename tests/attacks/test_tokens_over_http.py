"""Tokens handed to a running service: good ones in each way that there is, and hostile ones, which cost little."""

import json
import time
from collections.abc import Iterator

import httpx
import pytest

from app.core.containers import svg
from app.core.credential import enveloped
from app.core.multiformats import KeyKind, encode_multikey, public_key
from tests import pictures
from tests.service import Running, running
from tests.tokens import TokenKey, credential_token, decode, encode, key_of, token
from tests.verifying import badge

_KEY = key_of("EdDSA")
_MULTIBASE = encode_multikey(public_key(KeyKind.ED25519, decode(_KEY.jwk["x"])))
_DID = f"did:key:{_MULTIBASE}"
_ISSUER = {"id": _DID, "type": ["Profile"], "name": "A school"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("tokens")
    limits = {"VERIFY_PER_MINUTE": "100000"}
    with running(database_url=f"sqlite:///{folder / 'service.sqlite3'}", folder=folder, settings=limits) as service:
        yield service


def signed(key: TokenKey = _KEY) -> str:
    return credential_token(key, header={"kid": f"{_DID}#{_MULTIBASE}"}, issuer=_ISSUER, iss=_DID)


def verify(service: Running, content: str | bytes, media_type: str, path: str = "/verify") -> httpx.Response:
    headers = {"Content-Type": media_type, "Accept": "application/json"}
    return service.client.post(path, content=content, headers=headers)


@pytest.mark.parametrize("media_type", ["application/vc+jwt", "application/jwt", "text/plain"])
def test_a_token_is_verified_as_what_it_is_declared(service: Running, media_type: str) -> None:
    report = verify(service, signed(), media_type).json()
    assert report["verdict"] == "valid"
    assert report["issuer"] == {"standing": "unknown", "id": _DID}
    assert report["findings"][0] == {"check": "proof", "outcome": "passed", "seen": {"algorithm": "EdDSA"}}


def test_a_token_is_verified_in_a_picture_and_as_a_pasted_text(service: Running) -> None:
    baked = svg.bake(pictures.svg(), signed().encode())
    assert verify(service, baked, "image/svg+xml").json()["verdict"] == "valid"
    pasted = service.client.post("/verify", data={"text": f"\n{signed()}\n"}, headers={"Accept": "application/json"})
    assert pasted.json()["verdict"] == "valid"


def test_the_page_draws_what_a_token_says_once_its_signature_holds(service: Running) -> None:
    headers = {"Content-Type": "text/plain", "Accept": "text/html"}
    page = service.client.post("/verify", content=signed(), headers=headers)
    assert page.status_code == 200
    assert "Data Literacy" in page.text
    assert "eyJ" not in page.text.replace(signed(), "")


def test_an_envelope_is_verified_and_given_back_as_it_came(service: Running) -> None:
    envelope = enveloped.write(signed(), enveloped.CREDENTIAL)
    options = {"returnCredential": True, "returnResults": True}
    body = json.dumps({"verifiableCredential": envelope, "options": options})
    result = verify(service, body, "application/json", "/credentials/verify").json()
    assert result["verified"] is True
    assert result["credential"] == envelope
    assert result["results"]["proof"] == [{"verified": True, "input": envelope}]
    changed = enveloped.write(signed()[:-8] + "AAAAAAAA", enveloped.CREDENTIAL)
    body = json.dumps({"verifiableCredential": changed})
    assert verify(service, body, "application/json", "/credentials/verify").json()["verified"] is False


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("A" * 60_000_000 + ".e30.AAAA", id="a header of 60 MB"),
        pytest.param("e30." + "A" * 60_000_000 + ".AAAA", id="a payload of 60 MB"),
        pytest.param("A" * 1_000_000 + ".e30.AAAA", id="a header of 1 MB"),
        pytest.param("e30." + "A" * 1_000_000 + ".AAAA", id="a payload of 1 MB of nothing"),
        pytest.param("e30." + encode(b'{"a":[' + b"{}," * 200_000 + b"{}]}") + ".AAAA", id="many values"),
        pytest.param("e30." + encode(b'{"a":' * 5_000 + b"1" + b"}" * 5_000) + ".AAAA", id="a deep payload"),
        pytest.param(encode(b'{"alg":"dir","enc":"A128GCM"}') + "..AAAA.AAAA.AAAA", id="encrypted"),
        pytest.param("." * 900_000, id="dots"),
        pytest.param("e30.e30." + "\n" * 900_000, id="lines"),
    ],
)
def test_a_token_that_would_cost_much_is_refused_soon(service: Running, content: str) -> None:
    begun = time.monotonic()
    answer = verify(service, content, "application/vc+jwt")
    assert answer.status_code in {400, 413}
    assert time.monotonic() - begun < 5


def test_a_header_that_asks_to_inflate_is_refused(service: Running) -> None:
    compressed = token({"alg": "EdDSA", "typ": "vc+jwt", "zip": "DEF"}, badge(issuer=_ISSUER), _KEY)
    report = verify(service, compressed, "application/vc+jwt").json()
    assert report["verdict"] == "invalid"
    assert "CRYPTOGRAPHIC_SECURITY_ERROR" in json.dumps(report)


@pytest.mark.parametrize("path", ["/verify", "/credentials/verify"])
def test_a_signature_in_json_is_no_credential(service: Running, path: str) -> None:
    header, payload, signature = signed().split(".")
    one = {"protected": header, "signature": signature}
    for jws in (
        {"payload": payload, "signatures": []},
        {"payload": payload, "signatures": [one]},
        {"payload": payload, "signatures": [one, one]},
        {"payload": payload, "header": {"alg": "none"}, "signature": signature},
        {"payload": payload, "protected": header, "signature": signature},
    ):
        body = json.dumps(jws if path == "/verify" else {"verifiableCredential": jws})
        answer = verify(service, body, "application/json", path)
        assert answer.status_code == 400
        assert "PARSING_ERROR" in answer.text
