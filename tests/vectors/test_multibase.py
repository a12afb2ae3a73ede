"""The test table of the multibase registry, multiformats/multibase: the two bases that we use, both ways."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.multiformats import decode_multibase, encode_base58btc, encode_base64url
from tests.shared import shared

_ENCODERS: dict[str, Callable[[bytes], str]] = {"base58btc": encode_base58btc, "base64url": encode_base64url}
_TABLES = ("basic.csv", "leading_zero.csv", "two_leading_zeros.csv")


def _table(path: Path) -> tuple[bytes, dict[str, str]]:
    """The plain bytes of a table's first line, and each base's text of them."""
    head, *rows = csv.reader(path.read_text("utf-8").splitlines(), skipinitialspace=True)
    plain = re.sub(rb"\\x([0-9a-fA-F]{2})", lambda found: bytes([int(found[1], 16)]), head[1].encode())
    return plain, {row[0]: row[1] for row in rows if row}


@pytest.mark.parametrize("name", _TABLES)
@pytest.mark.parametrize("base", _ENCODERS)
def test_it_encodes_as_published(name: str, base: str) -> None:
    plain, encoded = _table(shared("vectors", "multibase", "tests", name))
    assert _ENCODERS[base](plain) == encoded[base]


@pytest.mark.parametrize("name", _TABLES)
@pytest.mark.parametrize("base", _ENCODERS)
def test_it_decodes_as_published(name: str, base: str) -> None:
    plain, encoded = _table(shared("vectors", "multibase", "tests", name))
    assert decode_multibase(encoded[base]) == plain
