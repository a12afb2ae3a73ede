"""SD-JWT and SD-JWT VC: the examples of RFC 9901 and of the draft, and the test cases of 2023.

https://www.rfc-editor.org/rfc/rfc9901
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.core.problems import JsonObject, Refused
from app.core.proof import disclosures, numeric_date, sd_jwt, sd_jwt_json, sd_jwt_vc, type_metadata
from app.core.proof.disclosing import disclose
from app.core.proof.key_binding import KeyBindingWanted
from app.core.proof.sd_jwt import ReceivedSdJwt
from app.core.proof.type_metadata import ClaimRule, SelectiveDisclosure
from tests.shared import SHARED, shared

SUITES = ("rfc9901", "sd-jwt-vc", "testcases-2023")
# Their typ, and none at all in those of 2023, which are older than it.
TYPES: Any = ("example+sd-jwt", "dc+sd-jwt", None)
# Its key binding is older than `sd_hash`.
OLDER_KEY_BINDING = "testcases-2023/key_binding"


def examples(*files: str) -> list[str]:
    """The folders of the vectors that hold such files; one all the same where there are no vectors."""
    if SHARED is None:
        return ["rfc9901/simple"]
    root = SHARED / "vectors" / "sd-jwt"
    folders = (path for suite in SUITES for path in (root / suite).iterdir() if path.is_dir())
    return sorted(str(path.relative_to(root)) for path in folders if all((path / file).exists() for file in files))


def folder(name: str) -> Path:
    return shared("vectors", "sd-jwt") / name


def load(path: Path) -> Any:
    return json.loads(path.read_bytes())


def text(path: Path) -> bytes:
    return b"".join(path.read_bytes().split())


def keys() -> JsonObject:
    """The published key pairs of the examples, public halves."""
    file = folder("") / "keys.json"
    return {who: {k: v for k, v in jwk.items() if k not in ("d", "kid")} for who, jwk in load(file).items()}


def wanted(received: ReceivedSdJwt, name: str = "rfc9901") -> KeyBindingWanted | None:
    """What was asked for, where a key binding is there. The RFC's examples and the draft's are for two verifiers."""
    if received.key_binding is None:
        return None
    made = numeric_date.read(received.key_binding.payload, "iat") or datetime(2000, 1, 1, tzinfo=UTC)
    return KeyBindingWanted(
        audience="https://verifier.example.org" if name.startswith("rfc9901") else "https://example.com/verifier",
        nonce=received.key_binding.payload["nonce"],
        now=made + timedelta(seconds=5),
        max_age=timedelta(minutes=1),
        clock_skew=timedelta(0),
    )


@pytest.mark.parametrize("name", [name for name in examples("sd_jwt_presentation.txt") if name != OLDER_KEY_BINDING])
def test_a_published_presentation_says_what_it_should(name: str) -> None:
    received = sd_jwt.read(text(folder(name) / "sd_jwt_presentation.txt"))
    asked = wanted(received, name)
    verified = sd_jwt.verify(received, key=keys()["issuer"], types=TYPES, wanted=asked)
    assert verified.claims == load(folder(name) / "verified_contents.json")
    assert (verified.key_binding is None) == (asked is None)


@pytest.mark.parametrize("name", examples("sd_jwt_issuance.txt"))
def test_a_published_credential_holds_what_went_into_it(name: str) -> None:
    received = sd_jwt.read(text(folder(name) / "sd_jwt_issuance.txt"))
    verified = sd_jwt.verify(received, key=keys()["issuer"], types=TYPES, wanted=None)
    expected = load(folder(name) / "user_claims.json")
    assert {claim: verified.claims[claim] for claim in expected} == expected


@pytest.mark.parametrize("name", examples("sd_jwt_issuance.txt"))
def test_a_published_payload_is_what_was_signed(name: str) -> None:
    received = sd_jwt.read(text(folder(name) / "sd_jwt_issuance.txt"))
    assert received.issuer_signed.payload == load(folder(name) / "sd_jwt_payload.json")


@pytest.mark.parametrize("name", examples("disclosures.json"))
def test_a_published_disclosure_has_its_published_digest(name: str) -> None:
    for published in load(folder(name) / "disclosures.json"):
        read = disclosures.read(published["disclosure"])
        parts = published["contents"][1:] if read.name is not None else [None, *published["contents"][1:]]
        assert [read.name, read.value] == parts
        assert disclosures.digest(read.text, "sha-256") == published["sha256_digest"]


@pytest.mark.parametrize("name", examples("disclosures.json"))
def test_all_published_disclosures_belong_to_their_payload(name: str) -> None:
    payload = load(folder(name) / "sd_jwt_payload.json")
    offered = [disclosures.read(each["disclosure"]) for each in load(folder(name) / "disclosures.json")]
    digests = json.dumps([payload, [each.value for each in offered]])
    referred = [each for each in offered if disclosures.digest(each.text, "sha-256") in digests]
    assert len(disclose(payload, referred).disclosed) == len(referred) > 0


@pytest.mark.parametrize("kind", ["object_property", "array_element"])
def test_a_disclosure_is_hashed_as_it_is_written(kind: str) -> None:
    published = load(folder("rfc9901") / "disclosure-format.json")[kind]
    for encoding in published["encodings"]:
        read = disclosures.read(encoding["disclosure"])
        said = [read.value] if read.name is None else [read.name, read.value]
        assert said == published["decoded"][1:]
        assert disclosures.digest(read.text, "sha-256") == encoding["sha256_digest"]


@pytest.mark.parametrize("name", examples("sd_jwt_issuance.txt", "sd_jwt_presentation.txt"))
def test_cutting_the_credential_yields_the_published_presentation(name: str) -> None:
    issued = sd_jwt.read(text(folder(name) / "sd_jwt_issuance.txt"))
    published = sd_jwt.read(text(folder(name) / "sd_jwt_presentation.txt"))
    shown = {each.text for each in published.disclosures}
    places = disclose(issued.issuer_signed.payload, issued.disclosures).disclosed
    cut = sd_jwt.present(issued, [place for place, each in places.items() if each.text in shown])
    assert {each.text for each in cut.disclosures} == shown


@pytest.mark.parametrize("name", examples("sd_jwt_presentation.txt"))
def test_what_was_read_is_written_as_it_came(name: str) -> None:
    published = text(folder(name) / "sd_jwt_presentation.txt")
    assert sd_jwt.write(sd_jwt.read(published)) == published


def test_a_key_binding_without_sd_hash_is_refused() -> None:
    received = sd_jwt.read(text(folder(OLDER_KEY_BINDING) / "sd_jwt_presentation.txt"))
    asked = wanted(received, OLDER_KEY_BINDING)
    with pytest.raises(Refused, match="/sd_hash"):
        sd_jwt.verify(received, key=keys()["issuer"], types=TYPES, wanted=asked)
    assert sd_jwt.verify(received, key=keys()["issuer"], types=TYPES, wanted=None).claims["given_name"] == "John"


@pytest.mark.parametrize("name", [name for name in examples("verified_contents.json") if name.startswith("sd-jwt-vc/")])
def test_a_published_sd_jwt_vc_is_a_credential(name: str) -> None:
    received = sd_jwt.read(text(folder(name) / "sd_jwt_presentation.txt"))
    verified = sd_jwt_vc.verify(received, key=keys()["issuer"], wanted=wanted(received, name))
    assert verified.vct == load(folder(name) / "verified_contents.json")["vct"]


def test_the_flattened_form_says_the_same() -> None:
    data = (folder("rfc9901/json_serialization_flattened") / "sd_jwt_presentation.json").read_bytes()
    (received,) = sd_jwt_json.read(data)
    verified = sd_jwt.verify(received, key=keys()["issuer"], types=TYPES, wanted=wanted(received))
    assert {"given_name", "family_name"} <= verified.claims.keys()


def test_in_the_general_form_each_signature_is_of_its_own_key() -> None:
    data = (folder("rfc9901/json_serialization_general") / "sd_jwt_presentation.json").read_bytes()
    first, second = sd_jwt_json.read(data)
    said = sd_jwt.verify(first, key=keys()["issuer"], types=TYPES, wanted=wanted(first))
    assert sd_jwt.verify(second, key=keys()["issuer-key-2"], types=TYPES, wanted=None).claims == said.claims
    with pytest.raises(Refused, match="PROOF_VERIFICATION_ERROR"):
        sd_jwt.verify(second, key=keys()["issuer"], types=TYPES, wanted=None)


def test_the_published_type_metadata_are_those_that_the_credential_names() -> None:
    data = (folder("sd-jwt-vc/type-metadata") / "type_metadata.json").read_bytes()
    payload = load(folder("sd-jwt-vc/type-metadata") / "sd_jwt_vc_payload.json")
    metadata = type_metadata.read(data, vct=payload["vct"], integrity=payload["vct#integrity"])
    assert metadata.claims[0] == ClaimRule(("name",), SelectiveDisclosure.ALWAYS, mandatory=True)
    with pytest.raises(Refused, match="integrity"):
        type_metadata.read(data + b"\n", vct=payload["vct"], integrity=payload["vct#integrity"])
