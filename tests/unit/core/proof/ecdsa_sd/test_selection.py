"""JSON Pointers: the part that they select, with what it takes to read it; one that leads nowhere is named."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.problems import PROOF_GENERATION_ERROR, JsonObject, Refused
from app.core.proof.ecdsa_sd.selection import select

DOCUMENT: JsonObject = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "id": "urn:uuid:1",
    "type": ["VerifiableCredential"],
    "name": "A name",
    "a/b": {"m~n": 1, "": 2},
    "credentialSubject": {
        "id": "did:example:learner",
        "type": "Person",
        "given": "Zoë",
        "family": "Marković",
        "results": [{"id": "urn:a", "value": 1, "of": "x"}, {"type": "B", "value": 2}, {"value": 3}],
    },
}
LEARNER = {"id": "did:example:learner", "type": "Person"}
ALWAYS = {member: DOCUMENT[member] for member in ("@context", "id", "type")}


@pytest.mark.parametrize(
    ("pointers", "part"),
    [
        ([], {}),
        (["/name"], {"name": "A name"}),
        (["/credentialSubject/given"], {"credentialSubject": LEARNER | {"given": "Zoë"}}),
        (
            ["/credentialSubject/results/1/value"],
            {"credentialSubject": LEARNER | {"results": [{"type": "B", "value": 2}]}},
        ),
        (
            ["/credentialSubject/results/2", "/credentialSubject/results/0/value"],
            {"credentialSubject": LEARNER | {"results": [{"id": "urn:a", "value": 1}, {"value": 3}]}},
        ),
        (["/credentialSubject/given", "/credentialSubject"], {"credentialSubject": DOCUMENT["credentialSubject"]}),
        (["/credentialSubject", "/credentialSubject/given"], {"credentialSubject": DOCUMENT["credentialSubject"]}),
        (["/a~1b/m~0n"], {"a/b": {"m~n": 1}}),
        (["/a~1b/"], {"a/b": {"": 2}}),
        (["/id", "/type/0", "/@context/0"], {}),
    ],
)
def test_what_is_selected_stands_where_it_stood(pointers: list[str], part: JsonObject) -> None:
    assert select(DOCUMENT, pointers) == ALWAYS | part


def test_the_empty_pointer_is_everything() -> None:
    assert select(DOCUMENT, [""]) == DOCUMENT


def test_the_members_stand_in_the_order_of_the_pointers() -> None:
    assert list(select(DOCUMENT, ["/credentialSubject", "/name"])) == [*ALWAYS, "credentialSubject", "name"]


def test_a_credential_inside_another_keeps_its_own_contexts() -> None:
    inner = {"@context": ["urn:c"], "type": "VerifiableCredential", "name": "a", "description": "b"}
    part = select({**ALWAYS, "endorsement": [inner]}, ["/endorsement/0/name"])
    assert part["endorsement"] == [{"@context": ["urn:c"], "type": "VerifiableCredential", "name": "a"}]


@pytest.mark.parametrize(
    "pointer",
    [
        "name",
        "#/name",
        "/",
        "/nom",
        "/name/0",
        "/name/",
        "/a~1b/m~n",
        "/a~1b/m~2n",
        "/a~1b~",
        "/credentialSubject/results/3",
        "/credentialSubject/results/-",
        "/credentialSubject/results/-1",
        "/credentialSubject/results/01",
        "/credentialSubject/results/٠",
        "/credentialSubject/results/99999999999999999999",
        "/proof",
        "/" * 100_000,
    ],
    ids=lambda pointer: pointer[:40],
)
def test_a_pointer_that_leads_nowhere_is_named_by_its_place(pointer: str) -> None:
    with pytest.raises(Refused, match="leads to nothing") as refused:
        select(DOCUMENT, ["/name", pointer])
    assert [(each.type, each.at) for each in refused.value.problems] == [(PROOF_GENERATION_ERROR, "/1")]


@given(st.lists(st.text(alphabet="/~01anmeidtyp@", max_size=20) | st.text(max_size=9)))
def test_any_pointers_select_a_part_or_are_refused(pointers: list[str]) -> None:
    try:
        part = select(DOCUMENT, pointers)
    except Refused:
        return
    assert _is_part(part, DOCUMENT)


def _is_part(part: Any, whole: Any) -> bool:
    match part:
        case dict():
            return all(member in whole and _is_part(value, whole[member]) for member, value in part.items())
        case list():
            return len(part) <= len(whole)
        case _:
            return bool(part == whole)
