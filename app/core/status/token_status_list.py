"""STILL valid? A few bits for each token, in a list that is a signed JWT of its own.

https://datatracker.ietf.org/doc/draft-ietf-oauth-status-list/; `verify` follows its section "Validation Rules":

1. `signed_jwt.verify`, and the type says that it is a list.
2. `_refuse_other_list`: its `sub` is the very URI that the token named.
3. `_refuse_by_time`: it was not made in the future, and has not ended.
4. `_list`: the bits are unpacked, within bounds; an index beyond them is refused by `StatusList.status`.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from app.core.problems import (
    MALFORMED_VALUE_ERROR,
    RANGE_ERROR,
    STATUS_LIST_LENGTH_ERROR,
    STATUS_VERIFICATION_ERROR,
    JsonObject,
    Problem,
    Refused,
)
from app.core.proof import base64url, numeric_date, signed_jwt
from app.core.proof.signed_jwt import SignedJwt

# The member of a token's `status` claim.
TYPE = "status_list"

TOKEN_TYPE = "statuslist+jwt"  # noqa: S105 - the value of `typ`
MEDIA_TYPE = "application/statuslist+jwt"

MAX_UNCOMPRESSED_BYTES = 8 * 1024 * 1024
MAX_INDEX = MAX_UNCOMPRESSED_BYTES * 8 - 1

_SIZES = (1, 2, 4, 8)
_URI_START = "https://"
_ZLIB = 15


class Status(IntEnum):
    """The values that every issuer means alike; others are an application's own."""

    VALID = 0
    INVALID = 1
    SUSPENDED = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a token's status stands: `index` in the list at `uri`."""

    uri: str
    index: int


@dataclass(frozen=True, slots=True)
class StatusList:
    """A list whose issuer's key signed it, unpacked. `ttl` is how long it may be kept."""

    bits: int
    packed: bytes = field(repr=False)
    issued_at: datetime
    expires: datetime | None = None
    ttl: timedelta | None = None

    def __len__(self) -> int:
        return len(self.packed) * 8 // self.bits

    def status(self, index: int) -> int:
        """The value at `index`, of Status or an application's own. Raises Refused (RANGE_ERROR)."""
        if not 0 <= index < len(self):
            detail = f"index {index} is outside of the list, which has {len(self):,} entries"
            raise Refused(Problem(RANGE_ERROR, detail=detail))
        position = index * self.bits
        # Index 0 is in the least significant bits of the first byte: the opposite of a Bitstring Status List.
        return self.packed[position // 8] >> position % 8 & ((1 << self.bits) - 1)


# ── the entry in a token ─────────────────────────────────────────────────────────────────────────────────────────────


def entry(*, uri: str, index: int) -> JsonObject:
    """The claim `status`."""
    return {TYPE: {"idx": index, "uri": uri}}


def locate(status: JsonObject, *, at: str = "/status") -> Entry:
    """Raises Refused (MALFORMED_VALUE_ERROR) where `status` refers to no list of this kind."""
    match status.get(TYPE):
        case {"idx": bool()}:
            raise _malformed(f"{at}/{TYPE}/idx", "must be a number")
        case {"idx": int(index), "uri": str(uri)} if 0 <= index <= MAX_INDEX and uri.startswith(_URI_START):
            return Entry(uri, index)
        case _:
            raise _malformed(f"{at}/{TYPE}", "must have idx, a number from 0, and uri, the https URL of a list")


# ── the list ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def encode(length: int, statuses: Mapping[int, int], *, bits: int = 1) -> JsonObject:
    """The claim `status_list`: `length` entries of `bits` bits, VALID but for `statuses`. Raises Refused."""
    if bits not in _SIZES or length < 1 or length * bits % 8:
        raise Refused(Problem(STATUS_LIST_LENGTH_ERROR, detail=f"{length} entries of {bits} bits are no list"))
    packed = bytearray(length * bits // 8)
    for index, value in statuses.items():
        if not (0 <= index < length and 0 <= value < 1 << bits):
            detail = f"{value} at index {index} is outside of a list of {length} entries of {bits} bits"
            raise Refused(Problem(RANGE_ERROR, detail=detail))
        packed[index * bits // 8] |= value << index * bits % 8
    return {"bits": bits, "lst": base64url.write(zlib.compress(bytes(packed), 9))}


def signing_input(
    status_list: JsonObject,
    *,
    uri: str,
    algorithm: str,
    key_parameters: JsonObject,
    issued_at: datetime,
    expires: datetime,
    ttl_seconds: int,
) -> bytes:
    """The bytes to sign; `key_parameters` say how the key is found, `kid` or `x5c`."""
    header = {"alg": algorithm, "typ": TOKEN_TYPE, **key_parameters}
    claims = {
        "sub": uri,
        "iat": numeric_date.write(issued_at),
        "exp": numeric_date.write(expires),
        "ttl": ttl_seconds,
        TYPE: status_list,
    }
    return signed_jwt.signing_input(header, claims)


def verify(token: SignedJwt, *, key: JsonObject, uri: str, now: datetime, clock_skew: timedelta) -> StatusList:
    """Steps 1 to 4. `key` is that of the token's issuer; `uri` is where its entry says that the list is.

    Raises Refused: STATUS_VERIFICATION_ERROR, STATUS_LIST_LENGTH_ERROR, and as `signed_jwt.verify`.
    """
    signed_jwt.verify(token, key)
    if token.header.get("typ") != TOKEN_TYPE:
        raise _unverified(f"what stands there is of the type {token.header.get('typ')!r:.40}, not {TOKEN_TYPE}")
    _refuse_other_list(token.payload, uri)
    issued_at, expires = _refuse_by_time(token.payload, now=now, clock_skew=clock_skew)
    bits, packed = _list(token.payload.get(TYPE))
    return StatusList(bits, packed, issued_at, expires, _ttl(token.payload))


def _refuse_other_list(claims: JsonObject, uri: str) -> None:
    if claims.get("sub") != uri:
        raise _unverified(f"the list found at {uri:.200} says that it is {claims.get('sub')!r:.200}")


def _refuse_by_time(claims: JsonObject, *, now: datetime, clock_skew: timedelta) -> tuple[datetime, datetime | None]:
    issued_at, expires = (
        numeric_date.read(claims, name, problem_type=STATUS_VERIFICATION_ERROR) for name in ("iat", "exp")
    )
    if issued_at is None or issued_at > now + clock_skew:
        raise _unverified("the list does not say when it was made, or says that it was made later than now")
    if expires is not None and expires <= now:
        raise _unverified(f"the list ended {expires.isoformat()}")
    return issued_at, expires


def _ttl(claims: JsonObject) -> timedelta | None:
    match claims.get("ttl"):
        case None:
            return None
        case bool():
            pass
        case int(seconds) | float(seconds) if 0 < seconds <= timedelta.max.total_seconds() // 2:
            return timedelta(seconds=seconds)
    raise _unverified("its ttl is not a number of seconds, greater than 0")


def _list(claim: object) -> tuple[int, bytes]:
    match claim:
        case {"bits": bool()}:
            raise _unverified("its bits are no number")
        case {"bits": int(bits), "lst": str(packed)} if bits in _SIZES:
            pass
        case _:
            raise _unverified("it has no status_list of bits (1, 2, 4 or 8) and lst")
    unpacker = zlib.decompressobj(_ZLIB)
    try:
        unpacked = unpacker.decompress(base64url.read(packed), MAX_UNCOMPRESSED_BYTES + 1)
    except (Refused, zlib.error) as unreadable:
        raise _unverified(f"lst cannot be unpacked: {unreadable}") from unreadable
    if len(unpacked) > MAX_UNCOMPRESSED_BYTES:
        detail = f"the list is larger than {MAX_UNCOMPRESSED_BYTES:,} bytes"
        raise Refused(Problem(STATUS_LIST_LENGTH_ERROR, detail=detail))
    if not unpacker.eof or unpacker.unused_data:
        raise _unverified("lst is not one whole zlib stream")
    return bits, unpacked


def _malformed(at: str, detail: str) -> Refused:
    return Refused(Problem(MALFORMED_VALUE_ERROR, at=at, detail=detail, remedy="the issuer must correct the entry"))


def _unverified(detail: str) -> Refused:
    return Refused(Problem(STATUS_VERIFICATION_ERROR, detail=detail))
