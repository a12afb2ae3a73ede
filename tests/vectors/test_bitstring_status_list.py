"""Bitstring Status List 1.0: the published lists and examples.

https://www.w3.org/TR/vc-bitstring-status-list/
"""

import json
from typing import Any

import pytest

from app.core.problems import JsonObject, Refused
from app.core.status import bitstring_status_list
from app.core.status.bitstring_status_list import MINIMUM_LENGTH, Entry, encode, expand, read
from tests.shared import shared

READABLE = {"w3c-rec-example", "db-100k-empty", "db-100k-50000-set", "db-mock-100k-50000-set"}


def lists() -> dict[str, dict[str, Any]]:
    published = json.loads((shared("vectors", "bitstring-status-list") / "vectors.json").read_bytes())
    return {vector["name"]: vector for vector in published}


def example(name: str) -> JsonObject:
    read_example: JsonObject = json.loads(
        (shared("vectors", "bitstring-status-list", "spec-examples") / name).read_bytes()
    )
    return read_example


@pytest.mark.parametrize("name", sorted(READABLE))
def test_a_published_list_has_exactly_the_published_bits(name: str) -> None:
    vector = lists()[name]
    bits = expand(vector["encodedList"])
    set_bits = [index for index in range(len(bits) * 8) if bits[index // 8] & 0x80 >> index % 8]
    assert (len(bits), set_bits) == (vector["uncompressed_bytes"], vector["set_bits_left_to_right"])


@pytest.mark.parametrize("name", ["db-missing-multibase-prefix", "db-bitstring-8", "db-bitstring-8-right-to-left"])
def test_a_list_without_the_multibase_header_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="STATUS_VERIFICATION_ERROR"):
        expand(lists()[name]["encodedList"])


def test_the_same_bits_are_encoded_to_the_same_list() -> None:
    assert expand(encode(MINIMUM_LENGTH, [])) == expand(lists()["w3c-rec-example"]["encodedList"])


def test_a_list_shorter_than_the_minimum_is_refused_however_well_it_decodes() -> None:
    short = example("02.json")
    short["credentialSubject"]["encodedList"] = lists()["db-100k-empty"]["encodedList"]
    with pytest.raises(Refused, match="STATUS_LIST_LENGTH_ERROR"):
        read(short, Entry(url="https://example.com/credentials/status/3", index=1, purpose="revocation"))


def test_the_example_s_entries_are_located_as_it_says() -> None:
    located = [bitstring_status_list.locate(entry) for entry in example("01.json")["credentialStatus"]]
    assert located == [
        Entry(url="https://example.com/credentials/status/3", index=94567, purpose="revocation"),
        Entry(url="https://example.com/credentials/status/4", index=23452, purpose="suspension"),
    ]


def test_the_example_s_entry_is_written_as_it_stands_there() -> None:
    assert (
        bitstring_status_list.entry(
            status_list_credential="https://example.com/credentials/status/3", index=94567, purpose="revocation"
        )
        == example("03.json")["credentialStatus"]
    )


def test_the_example_s_list_does_not_revoke_the_example() -> None:
    located = bitstring_status_list.locate(example("03.json")["credentialStatus"])
    assert read(example("02.json"), located) is False
