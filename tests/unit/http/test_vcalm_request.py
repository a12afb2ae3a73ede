"""What VCALM's verifier is asked about a presentation: read, or refused at its place."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.vcalm_request import read_presentation_request, read_request
from app.core.json_ld import Contexts
from app.core.problems import JsonObject, Refused
from app.verifier.presentation import Asked, read_presentation

GIVEN = {"verifiablePresentation": {"type": "x"}}


def read(contexts: Contexts, body: Any, *, strict_http: bool = False) -> tuple[bytes, Asked, bool]:
    return read_presentation_request(contexts, json.dumps(body).encode(), strict_http=strict_http)


def test_what_is_asked_is_read(contexts: Contexts) -> None:
    options = {"challenge": "c", "domain": "d", "returnPresentation": True}
    assert read(contexts, GIVEN | {"options": options}) == (b'{"type":"x"}', Asked("c", "d"), True)


def test_one_that_nobody_signed_is_told_by_its_member(contexts: Contexts) -> None:
    assert read(contexts, {"presentation": {}}) == (b"{}", Asked(secured=False), False)


def test_a_suite_may_name_checks(contexts: Contexts) -> None:
    assert read(contexts, GIVEN | {"options": {"checks": []}}, strict_http=True)[1] == Asked()


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, ("MALFORMED_VALUE_ERROR", "/verifiablePresentation")),
        ({"verifiablePresentation": "x"}, ("MALFORMED_VALUE_ERROR", "/verifiablePresentation")),
        (GIVEN | {"presentation": {}}, ("MALFORMED_VALUE_ERROR", "/presentation")),
        (GIVEN | {"options": []}, ("MALFORMED_VALUE_ERROR", "/options")),
        (GIVEN | {"options": {"challenge": 1}}, ("MALFORMED_VALUE_ERROR", "/options/challenge")),
        (GIVEN | {"options": {"domain": ["d"]}}, ("MALFORMED_VALUE_ERROR", "/options/domain")),
        (GIVEN | {"options": {"returnPresentation": "x"}}, ("MALFORMED_VALUE_ERROR", "/options/returnPresentation")),
        (GIVEN | {"options": {"checks": []}}, ("UNKNOWN_OPTION_PROVIDED", "/options/checks")),
    ],
)
def test_what_is_wrong_is_told_at_its_place(contexts: Contexts, body: JsonObject, problem: tuple[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        read(contexts, body)
    assert (refused.value.problems[0].code, refused.value.problems[0].at) == problem


@given(body=st.binary())
def test_any_bytes_are_a_request_or_refused(contexts: Contexts, body: bytes) -> None:
    with suppress(Refused):
        read_presentation_request(contexts, body, strict_http=False)
    with suppress(Refused):
        read_presentation(contexts, body)
    with suppress(Refused):
        read_request(contexts, body, strict_http=False)
