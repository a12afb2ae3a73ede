"""TOML within bounds: any bytes give a table or a refusal, and no short file is long work."""

import time
import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core.strict_toml import MAX_PARTS, NotToml, read

_LONG = {
    "one key": ".".join(["a"] * 60_000) + "=1",
    "a heading over many lines": "[" + ".".join("a" * 3_000) + "]\n" + "b=1\n" * 25_000,
    "in an inline table": "a={" + "b." * 60_000 + "c=1}",
    "quoted": '"\\"".' * 40_000 + "a=1",
    "literal": "'a' . " * 40_000 + "a=1",
    "one part": "a" * 260_000,
    "parts without an end": '"' * 130_000 + "'" * 130_000,
    "backslashes": '"' + "\\" * 260_000,
    "lists": "a=" + "[" * 130_000,
}


@pytest.mark.parametrize("text", _LONG.values(), ids=_LONG.keys())
def test_a_long_one_is_refused_at_once(text: str) -> None:
    before = time.process_time()
    with pytest.raises(NotToml):
        read(text.encode())
    assert time.process_time() - before < 0.5


@given(st.binary(max_size=200) | st.text(st.sampled_from("a.\"'\\[]{}=\n \t1#-é"), max_size=60).map(str.encode))
@example(b"a=" + b"9" * 5_000)
@example(b"\xff")
def test_any_bytes_give_a_table_or_are_refused(data: bytes) -> None:
    try:
        found = read(data)
    except NotToml:
        return
    assert found == tomllib.loads(data.decode())


def test_it_says_at_which_line_a_key_is_too_deep() -> None:
    with pytest.raises(NotToml, match="more than 32 parts \\(at line 2\\)"):
        read(b"a=1\n" + b".".join([b"b"] * (MAX_PARTS + 1)) + b"=1")
    assert read(b".".join([b"b"] * MAX_PARTS) + b"=1")


def test_prose_with_dots_is_no_key() -> None:
    text = 'a = """\nContents ................................................ 7\nwww.example.org/a.b.c\n"""'
    assert read(text.encode())["a"].startswith("Contents")
