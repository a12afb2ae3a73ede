"""A list of StatusList2021: as Bitstring Status List reads one, but for its names and the letters of its bits."""

import base64
import gzip
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.problems import (
    MALFORMED_VALUE_ERROR,
    RANGE_ERROR,
    STATUS_LIST_LENGTH_ERROR,
    STATUS_VERIFICATION_ERROR,
    JsonObject,
    Refused,
)
from app.core.status import status_list_2021
from app.core.status.bitstring_status_list import MAX_UNCOMPRESSED_BYTES, Entry

URL = "https://uni.example/status/3"
ENTRY: JsonObject = {
    "id": f"{URL}#7",
    "type": "StatusList2021Entry",
    "statusPurpose": "revocation",
    "statusListIndex": "7",
    "statusListCredential": URL,
}
LOCATED = Entry(URL, 7, "revocation")


def bits(*indexes: int, size: int = 16_384) -> bytes:
    made = bytearray(size)
    for index in indexes:
        made[index // 8] |= 0x80 >> index % 8
    return gzip.compress(bytes(made))


def listed(encoded_list: object, **subject: object) -> JsonObject:
    about = {"type": "StatusList2021", "statusPurpose": "revocation", "encodedList": encoded_list}
    return {"type": ["VerifiableCredential", "StatusList2021Credential"], "credentialSubject": about | subject}


def refusal(document: JsonObject, entry: Entry = LOCATED) -> str:
    with pytest.raises(Refused) as refused:
        status_list_2021.read(document, entry)
    return refused.value.problems[0].type


def test_an_entry_names_its_place() -> None:
    assert status_list_2021.locate(ENTRY) == LOCATED


@pytest.mark.parametrize("change", [{"statusListIndex": 7}, {"statusPurpose": None}, {"id": URL}], ids=str)
def test_an_entry_of_another_form_is_refused(change: JsonObject) -> None:
    with pytest.raises(Refused) as refused:
        status_list_2021.locate(ENTRY | change)
    assert refused.value.problems[0].type == MALFORMED_VALUE_ERROR


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("padding", ["", "="])
@pytest.mark.parametrize("index", [7, 8])
def test_the_bit_is_read_in_each_alphabet_with_padding_and_without(encode: object, padding: str, index: int) -> None:
    assert callable(encode)
    text = encode(bits(index)).decode()
    document = listed(text if padding else text.rstrip("="))
    assert status_list_2021.read(document, LOCATED) is (index == 7)


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (listed("not base64"), STATUS_VERIFICATION_ERROR),
        (listed(base64.b64encode(b"no gzip").decode()), STATUS_VERIFICATION_ERROR),
        (listed(7), STATUS_VERIFICATION_ERROR),
        (listed(base64.b64encode(bits()).decode(), type="BitstringStatusList"), STATUS_VERIFICATION_ERROR),
        (listed(base64.b64encode(bits()).decode(), statusPurpose="suspension"), STATUS_VERIFICATION_ERROR),
        ({"type": ["VerifiableCredential"]}, STATUS_VERIFICATION_ERROR),
        (listed(base64.b64encode(bits(size=16_383)).decode()), STATUS_LIST_LENGTH_ERROR),
        (listed(base64.b64encode(bits(size=MAX_UNCOMPRESSED_BYTES + 1)).decode()), STATUS_LIST_LENGTH_ERROR),
    ],
    ids=range(8),
)
def test_a_list_that_is_none_is_refused(document: JsonObject, problem: str) -> None:
    assert refusal(document) == problem


def test_a_place_outside_of_the_list_is_refused() -> None:
    assert refusal(listed(base64.b64encode(bits()).decode()), Entry(URL, 131_072, "revocation")) == RANGE_ERROR


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda data: base64.b64encode(data).decode()))
def test_any_letters_are_a_list_or_refused(text: str) -> None:
    with suppress(Refused):
        status_list_2021.read(listed(text), LOCATED)
