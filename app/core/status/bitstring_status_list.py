"""STILL valid? One bit for each credential, in a list that is a credential of its own.

https://www.w3.org/TR/vc-bitstring-status-list/
"""

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.core import date_time_stamp
from app.core.multiformats import decode_multibase, encode_base64url
from app.core.problems import (
    MALFORMED_VALUE_ERROR,
    RANGE_ERROR,
    STATUS_LIST_LENGTH_ERROR,
    STATUS_VERIFICATION_ERROR,
    JsonObject,
    Problem,
    Refused,
)

TYPE = "BitstringStatusListEntry"

# §2.2: no fewer, so that one bit says nothing about whom it is of.
MINIMUM_LENGTH = 131_072

# A list of 64 million entries; what is larger once unpacked was made to exhaust.
MAX_UNCOMPRESSED_BYTES = 8 * 1024 * 1024

# §2.1 wants a message for each of 2^statusSize values.
MAX_STATUS_SIZE = 8

_INDEX = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
_URL = re.compile(r"https?://[^\s/?#@]+(?:[/?][^\s#]*)?", re.ASCII)
_GZIP = 31


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a credential's status stands: `index` in the list at `url`, which has `purpose`; `size` bits for each."""

    url: str
    index: int
    purpose: str
    size: int = 1


# ── the entry in a credential ────────────────────────────────────────────────────────────────────────────────────────


def entry(*, status_list_credential: str, index: int, purpose: str) -> JsonObject:
    """`credentialStatus`, §2.1. Its id is not the list's."""
    return {
        "id": f"{status_list_credential}#{index}",
        "type": TYPE,
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": status_list_credential,
    }


def locate(entry: JsonObject, *, at: str = "/credentialStatus") -> Entry:
    """Raises Refused (MALFORMED_VALUE_ERROR) where the entry breaks §2.1."""
    match entry.get("statusPurpose"):
        case str(purpose) if purpose:
            pass
        case _:
            raise _malformed(f"{at}/statusPurpose", "must be a string")
    match entry.get("statusListCredential"):
        case str(url) if _URL.fullmatch(url):
            pass
        case other:
            raise _malformed(f"{at}/statusListCredential", f"{other!r:.120} is not the URL of a list")
    match entry.get("statusListIndex"):
        case str(index) if _INDEX.fullmatch(index):
            pass
        case other:
            raise _malformed(
                f"{at}/statusListIndex", f"{other!r:.40} is not a string of digits, as Bitstring Status List §2.1 wants"
            )
    match entry.get("statusSize", 1):
        case bool():
            raise _malformed(f"{at}/statusSize", "must be a number of bits")
        case int(size) if 1 <= size <= MAX_STATUS_SIZE:
            pass
        case _:
            raise _malformed(f"{at}/statusSize", f"must be a number of bits from 1 to {MAX_STATUS_SIZE}")
    match entry.get("id", ""):
        case str(identifier) if identifier != url:
            return Entry(url=url, index=int(index), purpose=purpose, size=size)
        case _:
            raise _malformed(f"{at}/id", "must be a URL, and not the list's own")


# ── the list ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def encode(length: int, set_indexes: Iterable[int]) -> str:
    """`encodedList` of `length` bits (§3.3). Raises Refused: RANGE_ERROR, STATUS_LIST_LENGTH_ERROR."""
    if length < MINIMUM_LENGTH or length % 8:
        raise Refused(Problem(STATUS_LIST_LENGTH_ERROR, detail=f"{length} is no length of a list"))
    bits = bytearray(length // 8)
    for index in set_indexes:
        if not 0 <= index < length:
            raise Refused(Problem(RANGE_ERROR, detail=f"index {index} is outside of a list of {length}"))
        bits[index // 8] |= 0x80 >> index % 8
    packer = zlib.compressobj(9, zlib.DEFLATED, _GZIP)
    return encode_base64url(packer.compress(bits) + packer.flush())


def credential(
    *,
    url: str,
    issuer: str,
    purpose: str,
    encoded_list: str,
    valid_from: datetime,
    valid_until: datetime,
    ttl_milliseconds: int,
) -> JsonObject:
    """The unsigned list credential, §2.2."""
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": date_time_stamp.write(valid_from),
        "validUntil": date_time_stamp.write(valid_until),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encoded_list,
            "ttl": ttl_milliseconds,
        },
    }


def read(list_document: JsonObject, entry: Entry) -> bool:
    """Whether the status is set that `entry` points to. The list's own proof has been verified.

    Raises Refused: STATUS_VERIFICATION_ERROR, STATUS_LIST_LENGTH_ERROR, RANGE_ERROR (§3.2).
    """
    match list_document:
        case {
            "type": list(types),
            "credentialSubject": {
                "type": "BitstringStatusList" | ["BitstringStatusList"],
                "statusPurpose": str(purpose) | [*purpose],
                "encodedList": str(encoded_list),
            },
        } if "BitstringStatusListCredential" in types:
            pass
        case _:
            raise _unverified("what stands there is not a BitstringStatusListCredential")
    if entry.purpose not in ([purpose] if isinstance(purpose, str) else purpose):
        raise _unverified(f"the list is not about {entry.purpose!r:.80}")
    return is_set(expand(encoded_list), entry)


def is_set(bits: bytes, entry: Entry) -> bool:
    """Raises Refused: STATUS_LIST_LENGTH_ERROR, RANGE_ERROR."""
    if len(bits) * 8 // entry.size < MINIMUM_LENGTH:
        detail = f"the list has {len(bits) * 8 // entry.size:,} entries, at least {MINIMUM_LENGTH:,} are wanted"
        raise Refused(Problem(STATUS_LIST_LENGTH_ERROR, detail=detail))
    first = entry.index * entry.size
    if first + entry.size > len(bits) * 8:
        detail = f"index {entry.index} is outside of the list, which has {len(bits) * 8 // entry.size:,} entries"
        raise Refused(Problem(RANGE_ERROR, detail=detail))
    return any(bits[position // 8] & 0x80 >> position % 8 for position in range(first, first + entry.size))


def ttl_seconds(list_document: JsonObject) -> float | None:
    """How long the list may be kept before it is asked for again (§2.2); None where it does not say."""
    match list_document:
        case {"credentialSubject": {"ttl": bool()}}:
            return None
        case {"credentialSubject": {"ttl": int(milliseconds) | float(milliseconds)}} if milliseconds >= 0:
            return milliseconds / 1000
        case _:
            return None


def expand(encoded_list: str) -> bytes:
    """§3.4, to one gzip member and no more than MAX_UNCOMPRESSED_BYTES."""
    if not encoded_list.startswith("u"):
        raise _unverified("encodedList does not begin with the multibase header u")
    try:
        packed = decode_multibase(encoded_list, bases="u")
    except Refused as unreadable:
        raise _unverified(f"encodedList cannot be unpacked: {unreadable}") from unreadable
    return unpack(packed)


def unpack(packed: bytes) -> bytes:
    """One gzip member, to no more than MAX_UNCOMPRESSED_BYTES."""
    try:
        unpacker = zlib.decompressobj(_GZIP)
        bits = unpacker.decompress(packed, MAX_UNCOMPRESSED_BYTES + 1)
    except zlib.error as unreadable:
        raise _unverified(f"encodedList cannot be unpacked: {unreadable}") from unreadable
    if len(bits) > MAX_UNCOMPRESSED_BYTES:
        detail = f"the list is larger than {MAX_UNCOMPRESSED_BYTES:,} bytes"
        raise Refused(Problem(STATUS_LIST_LENGTH_ERROR, detail=detail))
    if not unpacker.eof or unpacker.unused_data:
        raise _unverified("encodedList is not one whole gzip stream")
    return bits


def _malformed(at: str, detail: str) -> Refused:
    return Refused(Problem(MALFORMED_VALUE_ERROR, at=at, detail=detail, remedy="the issuer must correct the entry"))


def _unverified(detail: str) -> Refused:
    return Refused(Problem(STATUS_VERIFICATION_ERROR, detail=detail))
