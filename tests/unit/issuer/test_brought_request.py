"""What an institution may have signed that it composed itself, and what is wrong with it, each at its place."""

import json
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.json_ld import Contexts
from app.core.problems import (
    DATA_LOSS_DETECTION_ERROR,
    MALFORMED_VALUE_ERROR,
    NOT_TO_BE_SIGNED,
    PARSING_ERROR,
    UNKNOWN_OPTION_PROVIDED,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Refused,
)
from app.http.described import EXAMPLE_CREDENTIAL
from app.issuer.brought_request import Bringing, Brought, read
from app.issuer.brought_status import read_change, read_list_request
from app.issuer.mechanisms import BROUGHT
from app.ports import MaySign, StatusEntry
from tests.verifying import NOW, UNIVERSITY, badge

V2 = "https://www.w3.org/ns/credentials/v2"
URL = "https://credentials.example"
BRINGING = Bringing(
    issuer=UNIVERSITY,
    may_sign=MaySign.ANY,
    mechanism="eddsa-rdfc-2022",
    purposes=("revocation", "suspension"),
    id_if_none="urn:uuid:minted",
    public_url=URL,
    now=NOW,
)


def credential(**members: Any) -> JsonObject:
    return {
        "@context": [V2],
        "type": ["VerifiableCredential"],
        "issuer": UNIVERSITY,
        "credentialSubject": {"id": "did:example:subject"},
        **members,
    }


def micro_credential() -> JsonObject:
    unsigned = deepcopy({member: value for member, value in EXAMPLE_CREDENTIAL.items() if member != "proof"})
    return {**unsigned, "issuer": {**unsigned["issuer"], "id": UNIVERSITY}}


def brought(contexts: Contexts, document: object, *, options: JsonObject | None = None, **changed: Any) -> Brought:
    request = {"credential": document, **({} if options is None else {"options": options})}
    return read(contexts, json.dumps(request).encode(), replace(BRINGING, **changed))


def problems(contexts: Contexts, document: object, **given: Any) -> set[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        brought(contexts, document, **given)
    return {(problem.type, problem.at) for problem in refused.value.problems}


KINDS = {MaySign.ANY: credential(), MaySign.OPEN_BADGES: badge(), MaySign.MICRO_CREDENTIALS: micro_credential()}
WIDEST_FIRST = (MaySign.ANY, MaySign.OPEN_BADGES, MaySign.MICRO_CREDENTIALS)


@pytest.mark.parametrize("kind", WIDEST_FIRST)
@pytest.mark.parametrize("may_sign", WIDEST_FIRST)
def test_an_institution_has_signed_what_it_may(contexts: Contexts, kind: MaySign, may_sign: MaySign) -> None:
    if WIDEST_FIRST.index(kind) >= WIDEST_FIRST.index(may_sign):
        assert brought(contexts, KINDS[kind], may_sign=may_sign).examined.draft
    else:
        assert (NOT_TO_BE_SIGNED, "/credential/type") in problems(contexts, KINDS[kind], may_sign=may_sign)


def test_a_micro_credential_that_lacks_an_element_is_refused(contexts: Contexts) -> None:
    lacking = micro_credential()
    del lacking["credentialSubject"]["achievement"]["criteria"]
    assert all(at.startswith("/credential/credentialSubject") for _, at in problems(contexts, lacking))


@pytest.mark.parametrize("mechanism", BROUGHT)
def test_under_every_mechanism_what_nobody_knows_is_refused(contexts: Contexts, mechanism: str) -> None:
    found = problems(contexts, credential(nobodyKnowsIt="x"), mechanism=mechanism)
    assert found == {(DATA_LOSS_DETECTION_ERROR, "/credential/nobodyKnowsIt")}


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (credential(issuer="did:example:another"), (NOT_TO_BE_SIGNED, "/credential/issuer")),
        (credential(issuer=None), (NOT_TO_BE_SIGNED, "/credential/issuer")),
        (credential(proof={}), (NOT_TO_BE_SIGNED, "/credential/proof")),
        (
            credential(type=["VerifiableCredential", "BitstringStatusListCredential"]),
            (NOT_TO_BE_SIGNED, "/credential/type"),
        ),
        (credential(credentialSubject={"type": "BitstringStatusList"}), (NOT_TO_BE_SIGNED, "/credential/type")),
        (
            credential(type=["VerifiableCredential", "https://w3id.org/vc/status-list#StatusList2021Credential"]),
            (NOT_TO_BE_SIGNED, "/credential/type"),
        ),
        (
            credential(credentialStatus={"type": "X", "statusListCredential": f"{URL}/status-lists/1"}),
            (NOT_TO_BE_SIGNED, "/credential/credentialStatus"),
        ),
        (credential(id=None), (MALFORMED_VALUE_ERROR, "/credential/id")),
        (credential(**{"@context": [V2, "https://a.example/"]}), (PARSING_ERROR, "/credential/@context/1")),
        (credential(**{"@context": [V2, {"a": "urn:a:b"}]}), (MALFORMED_VALUE_ERROR, "/credential/@context/1")),
        (
            credential(**{"@context": [V2, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]}),
            (MALFORMED_VALUE_ERROR, "/credential/@context/1"),
        ),
        ("x", (MALFORMED_VALUE_ERROR, "/credential")),
    ],
)
def test_what_is_not_signed_is_told_at_its_place(
    contexts: Contexts, document: object, problem: tuple[str, str]
) -> None:
    assert problem in problems(contexts, document)


@pytest.mark.parametrize("member", ["jti", "exp", "vc", "vp"])
def test_a_token_has_no_room_for_members_of_its_own_names(contexts: Contexts, member: str) -> None:
    document = credential(**{"@context": [V2, "https://www.w3.org/ns/credentials/examples/v2"], member: "x"})
    assert problems(contexts, document, mechanism="vc+jwt") == {(MALFORMED_VALUE_ERROR, "/credential")}


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"type": "x"}, (UNKNOWN_OPTION_PROVIDED, "/options/type")),
        ({"checks": []}, (UNKNOWN_OPTION_PROVIDED, "/options/checks")),
        ({"credentialId": 1}, (MALFORMED_VALUE_ERROR, "/options/credentialId")),
        ({"credentialId": ""}, (MALFORMED_VALUE_ERROR, "/options/credentialId")),
        ({"mandatoryPointers": []}, (MALFORMED_VALUE_ERROR, "/options/mandatoryPointers")),
        ([], (MALFORMED_VALUE_ERROR, "/options")),
    ],
)
def test_options_are_known_or_refused(contexts: Contexts, options: Any, problem: tuple[str, str]) -> None:
    assert problems(contexts, credential(), options=options) == {problem}


@pytest.mark.parametrize(
    ("pointers", "at"),
    [
        ("/issuer", "/options/mandatoryPointers"),
        ([1], "/options/mandatoryPointers"),
        (["/no"], "/options/mandatoryPointers/0"),
    ],
)
def test_a_pointer_that_matches_nothing_is_refused(contexts: Contexts, pointers: Any, at: str) -> None:
    found = problems(contexts, credential(), options={"mandatoryPointers": pointers}, mechanism="ecdsa-sd-2023")
    assert found == {(MALFORMED_VALUE_ERROR, at)}


def test_what_has_no_id_gets_one_or_is_called_as_its_institution_calls_it(contexts: Contexts) -> None:
    minted = brought(contexts, credential())
    assert (minted.name.open(), minted.examined.draft["id"]) == ("urn:uuid:minted", "urn:uuid:minted")
    named = brought(contexts, credential(), options={"credentialId": "class-7"})
    assert (named.name.open(), "id" in named.examined.draft) == ("class-7", False)
    own = brought(contexts, credential(id="urn:a:b"))
    assert own.name.open() == "urn:a:b"


def test_a_badge_has_room_for_one_entry(contexts: Contexts) -> None:
    assert brought(contexts, badge()).purposes == ("revocation",)
    assert brought(contexts, credential()).purposes == ("revocation", "suspension")


def test_nothing_but_the_places_differs_from_what_was_examined(contexts: Contexts) -> None:
    examined = brought(contexts, credential()).examined
    document = examined.at((StatusEntry("one", 7),)).document
    entry = document.pop("credentialStatus")
    assert document == examined.draft
    assert (entry["statusListIndex"], entry["statusListCredential"]) == ("7", f"{URL}/status-lists/one")


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["VerifiableCredential", UNIVERSITY, V2]),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*credential(), "id", "proof"]) | st.text(), inner),
    max_leaves=10,
)


@given(members=st.dictionaries(st.sampled_from([*credential(), "id", "credentialStatus"]), ANY_JSON), options=ANY_JSON)
def test_any_json_is_signed_or_refused(contexts: Contexts, members: JsonObject, options: Any) -> None:
    with suppress(Refused):
        brought(contexts, credential(**members), options=options)


@given(body=st.binary() | ANY_JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_request_or_refused(contexts: Contexts, body: bytes) -> None:
    for reader in (lambda: read(contexts, body, BRINGING), lambda: read_change(body), lambda: read_list_request(body)):
        with suppress(Refused):
            reader()


@pytest.mark.parametrize("purpose", ["refresh", "message"])
def test_a_list_for_another_purpose_is_not_kept(purpose: str) -> None:
    with pytest.raises(Refused) as refused:
        read_list_request(json.dumps({"statusPurpose": purpose}).encode())
    assert refused.value.problems[0].type == UNSUPPORTED_MECHANISM
