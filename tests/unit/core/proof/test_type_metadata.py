"""What a type of SD-JWT VC demands is held against its credentials, and only what really stands at its name."""

import base64
import contextlib
import hashlib
import json
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import strict_json
from app.core.credential import learning_credential
from app.core.problems import JsonObject, Refused
from app.core.proof import disclosures, type_metadata
from app.core.proof.disclosures import Place
from app.core.proof.sd_jwt_vc import VerifiedSdJwtVc
from app.core.proof.type_metadata import ClaimRule, SelectiveDisclosure, TypeMetadata

VCT = "urn:example:badge"
CLAIMS: JsonObject = {"vct": VCT, "name": "Zoë", "degrees": [{"date": "2020"}, {"date": "2018"}]}


def read(document: Any, *, vct: str = VCT, integrity: str | None = None) -> TypeMetadata:
    return type_metadata.read(strict_json.write(document), vct=vct, integrity=integrity)


def credential(claims: JsonObject, *disclosed: Place) -> VerifiedSdJwtVc:
    found = {place: disclosures.write("c2FsdA", "x", 1) for place in disclosed}
    return VerifiedSdJwtVc(vct=VCT, issuer=None, claims=claims, disclosed=MappingProxyType(found))


def broken(rule: JsonObject, *disclosed: Place, claims: JsonObject = CLAIMS) -> list[str]:
    metadata = read({"vct": VCT, "claims": [rule]})
    return [problem.at for problem in type_metadata.problems(metadata, credential(claims, *disclosed))]


def test_rules_are_read() -> None:
    document = {
        "vct": VCT,
        "extends": "urn:example:other",
        "extends#integrity": "sha256-x",
        "claims": [{"path": ["degrees", None, "date"], "sd": "always"}, {"path": ["name"], "mandatory": True}],
    }
    assert read(document) == TypeMetadata(
        VCT,
        (
            ClaimRule(("degrees", None, "date"), SelectiveDisclosure.ALWAYS),
            ClaimRule(("name",), SelectiveDisclosure.ALLOWED, mandatory=True),
        ),
        "urn:example:other",
        "sha256-x",
    )


@pytest.mark.parametrize(
    ("rule", "disclosed", "expected"),
    [
        ({"path": ["name"], "sd": "never"}, [], []),
        ({"path": ["name"], "sd": "never"}, [("name",)], ["/name"]),
        ({"path": ["name"], "sd": "always"}, [], ["/name"]),
        ({"path": ["name"], "sd": "always"}, [("name",)], []),
        ({"path": ["name"]}, [("name",)], []),
        ({"path": ["degrees", None, "date"], "sd": "always"}, [("degrees", 1, "date")], ["/degrees/0/date"]),
        ({"path": ["degrees", 0, "date"], "sd": "always"}, [], ["/degrees/0/date"]),
        ({"path": ["degrees", 7, "date"], "sd": "always"}, [], []),
        ({"path": ["degrees", "date"], "sd": "always"}, [], []),
        ({"path": ["none"], "sd": "never", "mandatory": True}, [], ["/none"]),
        ({"path": ["none", None], "sd": "never", "mandatory": True}, [], ["/none/*"]),
        ({"path": ["none"], "sd": "always", "mandatory": True}, [], []),
        ({"path": ["none"], "mandatory": True}, [], []),
    ],
    ids=str,
)
def test_a_rule_that_is_broken_is_told(rule: JsonObject, disclosed: list[Place], expected: list[str]) -> None:
    assert broken(rule, *disclosed) == expected


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"vct": VCT + "0"},
        {"vct": VCT, "claims": {}},
        {"vct": VCT, "claims": [{}]},
        {"vct": VCT, "claims": [{"path": []}]},
        {"vct": VCT, "claims": [{"path": "name"}]},
        {"vct": VCT, "claims": [{"path": [True]}]},
        {"vct": VCT, "claims": [{"path": [-1]}]},
        {"vct": VCT, "claims": [{"path": [1.5]}]},
        {"vct": VCT, "claims": [{"path": ["name"], "sd": "sometimes"}]},
        {"vct": VCT, "claims": [{"path": ["name"], "sd": None}]},
        {"vct": VCT, "claims": [{"path": ["name"], "mandatory": 1}]},
        {"vct": VCT, "claims": [{"path": ["name"]}, {"path": ["name"]}]},
        {"vct": VCT, "claims": [{"path": ["name"]}] * 501},
        {"vct": VCT, "extends": 1},
    ],
    ids=lambda document: str(document)[:60],
)
def test_metadata_that_are_none_are_refused(document: JsonObject) -> None:
    with pytest.raises(Refused, match="MALFORMED_VALUE_ERROR"):
        read(document)


def test_rules_that_ask_too_much_are_refused() -> None:
    rules = [{"path": ["many", None, f"name {number}"]} for number in range(500)]
    with pytest.raises(Refused, match="can be held against"):
        type_metadata.problems(read({"vct": VCT, "claims": rules}), credential({"many": [0] * 1_000}))


DATA = strict_json.write({"vct": VCT})


def sri(name: str, data: bytes = DATA) -> str:
    return f"{name}-{base64.b64encode(hashlib.new(name, data).digest()).decode()}"


@pytest.mark.parametrize(
    "integrity",
    [
        sri("sha256"),
        sri("sha384"),
        sri("sha512"),
        sri("sha256") + "?option",
        f"{sri('sha256', b'other')} {sri('sha256')}",
        f"{sri('sha256', b'other')} {sri('sha512')}",
        f"md5-x {sri('sha256')}",
    ],
)
def test_bytes_that_were_meant_are_read(integrity: str) -> None:
    assert type_metadata.read(DATA, vct=VCT, integrity=integrity).vct == VCT


@pytest.mark.parametrize(
    "integrity",
    [
        "",
        "x",
        "sha256-",
        "sha1-" + base64.b64encode(hashlib.sha1(DATA).digest()).decode(),
        sri("sha256", b"other"),
        f"{sri('sha256')} {sri('sha512', b'other')}",
        sri("sha256").rstrip("="),
        "sha256-·",
    ],
)
def test_other_bytes_are_refused(integrity: str) -> None:
    with pytest.raises(Refused):
        type_metadata.read(DATA, vct=VCT, integrity=integrity)


def test_our_own_type_is_published_with_its_digest() -> None:
    data, integrity = type_metadata.write(learning_credential.type_metadata())
    metadata = type_metadata.read(data, vct=learning_credential.TYPE, integrity=integrity)
    assert metadata.extends == learning_credential.EU_TYPE
    assert len(metadata.claims) == len(json.loads(data)["claims"])


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode), st.none() | st.text(max_size=40))
def test_any_bytes_are_metadata_or_refused(data: bytes, integrity: str | None) -> None:
    with contextlib.suppress(Refused):
        type_metadata.read(data, vct=VCT, integrity=integrity)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["name", "always", "degrees"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["path", "sd", "mandatory", "claims"]), inner, max_size=3)
        ),
    )
)
def test_any_claims_are_rules_or_refused(claims: Any) -> None:
    with contextlib.suppress(Refused):
        assert type_metadata.problems(read({"vct": VCT, "claims": claims}), credential(CLAIMS)) is not None
