"""N-Quads: read by the whole grammar, written in the one canonical form, and canonicalised within the work limit."""

import sys
from itertools import permutations
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.json_ld import canonicalize_n_quads
from app.core.problems import PARSING_ERROR, PROOF_TRANSFORMATION_ERROR, Refused


@pytest.mark.parametrize(
    ("statement", "canonical"),
    [
        pytest.param("<urn:s> <urn:p> <urn:o> .", "<urn:s> <urn:p> <urn:o> .\n", id="plain"),
        pytest.param('<urn:s><urn:p>"o"<urn:g>.', '<urn:s> <urn:p> "o" <urn:g> .\n', id="no spaces"),
        pytest.param('\t<urn:s>\t<urn:p> "o"@en-GB . # x', '<urn:s> <urn:p> "o"@en-GB .\n', id="tabs, a comment"),
        pytest.param(r'<urn:s> <urn:p> "\u00E9\U0001F600" .', '<urn:s> <urn:p> "é😀" .\n', id="escaped characters"),
        pytest.param(r'<urn:s> <urn:p> "\b\'\u0001" .', '<urn:s> <urn:p> "\\b\'\\u0001" .\n', id="escaped controls"),
        pytest.param(r"<urn:\u00E9> <urn:p> <urn:o> .", "<urn:é> <urn:p> <urn:o> .\n", id="an escape in an IRI"),
        pytest.param("_:é.1 <urn:p> _:é.1 _:g .", "_:c14n0 <urn:p> _:c14n0 _:c14n1 .\n", id="blank nodes"),
        pytest.param(
            '<urn:s> <urn:p> "o"^^<http://www.w3.org/2001/XMLSchema#string> .', '<urn:s> <urn:p> "o" .\n', id="string"
        ),
        pytest.param("# nothing\n\n\r\n", "", id="nothing"),
    ],
)
def test_a_statement_is_written_in_its_canonical_form(statement: str, canonical: str) -> None:
    assert canonicalize_n_quads(statement)[0].decode() == canonical


@pytest.mark.parametrize(
    "text",
    [
        "<urn:s> <urn:p> <urn:o>",
        "<urn:s> _:p <urn:o> .",
        '"s" <urn:p> <urn:o> .',
        "<urn:s> <urn:p> <urn:o> . <urn:s>",
        '<urn:s> <urn:p> "a\\x" .',
        r'<urn:s> <urn:p> "\uD800" .',
        r'<urn:s> <urn:p> "\U00110000" .',
        "<urn:s > <urn:p> <urn:o> .",
        '<urn:s> <urn:p> "o"@ .',
        '<urn:s> <urn:p> "\ud800" .',
    ],
)
def test_what_is_no_statement_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        canonicalize_n_quads(text)
    assert refused.value.problems[0].type == PARSING_ERROR


@given(st.text(st.sampled_from('<>_:."@^\\u0a \n#urnspo'), max_size=40))
def test_any_text_gives_n_quads_or_a_refusal(text: str) -> None:
    try:
        canonical, _ = canonicalize_n_quads(text)
    except Refused:
        return
    assert canonicalize_n_quads(canonical.decode())[0] == canonical


@given(st.permutations(range(6)), st.permutations(["a", "b", "c", "d"]))
def test_neither_order_nor_names_change_the_canonical_form(order: list[int], names: list[str]) -> None:
    def written(order: list[int], names: list[str]) -> bytes:
        a, b, c, d = (f"_:{name}" for name in names)
        edges = [(a, b), (b, c), (c, d), (d, a), (a, c), (b, d)]
        return canonicalize_n_quads("".join(f"{edges[i][0]} <urn:p> {edges[i][1]} .\n" for i in order))[0]

    assert written(order, names) == written(list(range(6)), ["a", "b", "c", "d"])


@pytest.mark.parametrize("size", [7, 8, 12, 40, 100])
def test_a_clique_is_stopped_soon(size: int) -> None:
    clique = "".join(f"_:n{a} <urn:p> _:n{b} .\n" for a, b in permutations(range(size), 2))
    assert steps_until_refused(clique) < 3_000_000


@pytest.mark.parametrize("length", [200, 5_000])
def test_a_chain_of_equal_things_is_stopped_soon(length: int) -> None:
    chain = "".join(f'_:n{i} <urn:next> _:n{i + 1} .\n_:n{i} <urn:is> "x" .\n' for i in range(length))
    assert steps_until_refused(chain) < 3_000_000


def steps_until_refused(n_quads: str) -> int:
    """How many functions were called: a cost that is the same on every machine."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        with pytest.raises(Refused) as refused:
            canonicalize_n_quads(n_quads)
    finally:
        sys.setprofile(None)
    assert refused.value.problems[0].type == PROOF_TRANSFORMATION_ERROR
    return calls
