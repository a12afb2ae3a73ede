"""STILL valid? The list as it was before Bitstring Status List: read, and never made.

https://www.w3.org/TR/2023/WD-vc-status-list-20230427/. What differs are the names of its types, and that `encodedList`
is base64 without a multibase header. Its entries are those of Bitstring Status List, of one bit each.
"""

import base64
import binascii
from dataclasses import replace

from app.core.problems import STATUS_VERIFICATION_ERROR, JsonObject, Problem, Refused
from app.core.status import bitstring_status_list
from app.core.status.bitstring_status_list import Entry

TYPE = "StatusList2021Entry"


def locate(entry: JsonObject, *, at: str = "/credentialStatus") -> Entry:
    """Raises Refused (MALFORMED_VALUE_ERROR) where the entry breaks §4.1."""
    return replace(bitstring_status_list.locate(entry, at=at), size=1)


def read(list_document: JsonObject, entry: Entry) -> bool:
    """Whether the status is set that `entry` points to. The list's own proof has been verified.

    Raises Refused: STATUS_VERIFICATION_ERROR, STATUS_LIST_LENGTH_ERROR, RANGE_ERROR (§5.2).
    """
    match list_document:
        case {
            "type": list(types),
            "credentialSubject": {
                "type": "StatusList2021" | ["StatusList2021"],
                "statusPurpose": str(purpose),
                "encodedList": str(encoded_list),
            },
        } if "StatusList2021Credential" in types:
            pass
        case _:
            raise _unverified("what stands there is not a StatusList2021Credential")
    if entry.purpose != purpose:
        raise _unverified(f"the list is not about {entry.purpose!r:.80}")
    return bitstring_status_list.is_set(bitstring_status_list.unpack(_decoded(encoded_list)), entry)


def _decoded(encoded_list: str) -> bytes:
    """§5.1 says base64, and not which: both alphabets are in use, with padding and without."""
    letters = encoded_list.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
    except (binascii.Error, ValueError) as unreadable:
        raise _unverified("encodedList is not base64") from unreadable


def _unverified(detail: str) -> Refused:
    return Refused(Problem(STATUS_VERIFICATION_ERROR, detail=detail))
