"""VCALM's holder interface: what is asked for is derived; what can't be is told, at its place in the request."""

import json
from typing import Any

import pytest

from app.api.derive_request import derived
from app.core import strict_json
from app.core.json_ld import Contexts
from app.core.problems import JsonObject, Refused
from app.http.described import EXAMPLE_BASE_CREDENTIAL
from tests.disclosing import badge_by_did_key, sign_base, verify_shown


def ask(contexts: Contexts, body: Any) -> JsonObject:
    return strict_json.read_object(derived(contexts, json.dumps(body).encode()))


def refusal(contexts: Contexts, body: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        ask(contexts, body)
    problem = refused.value.problems[0]
    return problem.code, problem.at


def test_what_is_selected_is_derived(contexts: Contexts) -> None:
    options = {"selectivePointers": ["/credentialSubject/result"]}
    credential = ask(contexts, {"verifiableCredential": EXAMPLE_BASE_CREDENTIAL, "options": options})
    verify_shown(contexts, credential)
    assert "result" in credential["credentialSubject"]


@pytest.mark.parametrize("more", [{}, {"options": {}}, {"options": {"selectivePointers": []}}])
def test_without_pointers_what_must_be_shown_is(contexts: Contexts, more: JsonObject) -> None:
    credential = ask(contexts, {"verifiableCredential": EXAMPLE_BASE_CREDENTIAL, **more})
    verify_shown(contexts, credential)
    assert "result" not in credential["credentialSubject"]


def test_the_example_is_what_a_test_would_sign(contexts: Contexts) -> None:
    assert sign_base(contexts, badge_by_did_key()) == EXAMPLE_BASE_CREDENTIAL


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"verifiableCredential": "x"}, ("MALFORMED_VALUE_ERROR", "/verifiableCredential")),
        ({"more": 1}, ("MALFORMED_VALUE_ERROR", "/more")),
        ({"options": []}, ("MALFORMED_VALUE_ERROR", "/options")),
        ({"options": {"a/b": 1}}, ("UNKNOWN_OPTION_PROVIDED", "/options/a~1b")),
        ({"options": {"selectivePointers": "/name"}}, ("MALFORMED_VALUE_ERROR", "/options/selectivePointers")),
        ({"options": {"selectivePointers": [1]}}, ("MALFORMED_VALUE_ERROR", "/options/selectivePointers")),
        ({"options": {"selectivePointers": ["/no"]}}, ("MALFORMED_VALUE_ERROR", "/options/selectivePointers/0")),
        ({"verifiableCredential": {}}, ("UNSUPPORTED_MECHANISM", "/verifiableCredential/proof")),
        (
            {"verifiableCredential": EXAMPLE_BASE_CREDENTIAL | {"nonsense": 1}},
            ("DATA_LOSS_DETECTION_ERROR", "/verifiableCredential/nonsense"),
        ),
        (
            {"verifiableCredential": {**EXAMPLE_BASE_CREDENTIAL, "proof": {"cryptosuite": "ecdsa-sd-2023"}}},
            ("PROOF_VERIFICATION_ERROR", "/verifiableCredential/proof/type"),
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_place(contexts: Contexts, change: JsonObject, problem: tuple[str, str]) -> None:
    assert refusal(contexts, {"verifiableCredential": EXAMPLE_BASE_CREDENTIAL} | change) == problem
