"""HOW it is secured, and shown in part: SD-JWT, read, verified, and cut to what is to be shown.

https://www.rfc-editor.org/rfc/rfc9901; `verify` follows its sections 7.1 and 7.3:

1. `read` separates the issuer's JWT, the disclosures and the Key Binding JWT.
2. `verify`: its type is one that policy accepts, and the issuer's key signed it.
3. `disclosing.disclose` puts the disclosures in the place of their digests.
4. `_key_binding`: where policy asks for it, it must be there and hold. Whether it is there decides nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from app.core.problems import (
    MALFORMED_VALUE_ERROR,
    PARSING_ERROR,
    PROOF_VERIFICATION_ERROR,
    JsonObject,
    Problem,
    Refused,
)
from app.core.proof import disclosures, key_binding, signed_jwt
from app.core.proof.disclosing import disclose
from app.core.proof.disclosures import ClaimPath, Disclosure, Place
from app.core.proof.key_binding import KeyBinding, KeyBindingWanted
from app.core.proof.signed_jwt import SignedJwt

# Half of what is read elsewhere: here each value is read, hashed and put in its place.
MAX_BYTES = 524_288
# More than any credential has claims; each costs a reading of its own.
MAX_DISCLOSURES = 1_000


@dataclass(frozen=True, slots=True)
class ReceivedSdJwt:
    """An SD-JWT as it was read: well-formed, not verified."""

    issuer_signed: SignedJwt
    disclosures: tuple[Disclosure, ...] = ()
    key_binding: SignedJwt | None = None

    @property
    def presented(self) -> str:
        """All but the Key Binding JWT, final `~` included: what that one is about (§4.3.1)."""
        return _joined(self.issuer_signed.text, self.disclosures)


@dataclass(frozen=True, slots=True)
class VerifiedSdJwt:
    """What the issuer said, as far as it was disclosed. `key_binding` is None where nobody asked for one.

    `signed` is the payload as it was signed, digests and all; `disclosed` are the claims that came from disclosures.
    """

    header: JsonObject
    claims: JsonObject
    signed: JsonObject = field(repr=False)
    disclosed: Mapping[Place, Disclosure] = field(repr=False)
    key_binding: KeyBinding | None = None


def read(data: bytes) -> ReceivedSdJwt:
    """Step 1, of the compact form, `<jwt>~<disclosure>~…~[<key binding jwt>]` (§4).

    Raises Refused: PARSING_ERROR, MALFORMED_VALUE_ERROR, RANGE_ERROR.
    """
    if len(data) > MAX_BYTES:
        detail = f"has {len(data):,} bytes; at most {MAX_BYTES:,} are read"
        raise Refused(Problem(MALFORMED_VALUE_ERROR, detail=detail))
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError as error:
        raise _unreadable("an SD-JWT is ASCII text") from error
    match text.split("~"):
        case [_]:
            raise _unreadable("an SD-JWT has a ~ at the end of its JWT and of each disclosure")
        case [issued, *disclosed, last]:
            return assemble(issued, disclosed, last or None)
        case _:
            raise _unreadable("is empty")


def assemble(issued: str, disclosed: list[str], bound: str | None) -> ReceivedSdJwt:
    """The parts, each read. Raises Refused as `read` does."""
    if len(disclosed) > MAX_DISCLOSURES:
        detail = f"has {len(disclosed):,} disclosures; at most {MAX_DISCLOSURES:,} are read"
        raise Refused(Problem(MALFORMED_VALUE_ERROR, detail=detail))
    return ReceivedSdJwt(
        signed_jwt.read(issued),
        tuple(_read_disclosure(text, number) for number, text in enumerate(disclosed, 1)),
        None if bound is None else signed_jwt.read(bound),
    )


def verify(
    received: ReceivedSdJwt, *, key: JsonObject, types: Collection[str | None], wanted: KeyBindingWanted | None
) -> VerifiedSdJwt:
    """Steps 2 to 4. `key` is the issuer's, a JWK; `types` the values of `typ` that policy accepts, None for one
    without; no values accept nothing. `wanted` is the key binding that policy asks for.

    Raises Refused: PROOF_VERIFICATION_ERROR, MALFORMED_VALUE_ERROR, and as `signed_jwt.verify`, `key_binding.verify`.
    """
    issued = received.issuer_signed
    signed_jwt.verify(issued, key)
    # RFC 8725 §3.11: what was signed for another use is not one of these.
    match issued.header.get("typ"):
        case str() | None as name if name in types:
            pass
        case other:
            detail = f"a token of the type {other!r:.60} is not accepted here"
            raise Refused(Problem(PROOF_VERIFICATION_ERROR, detail=detail))
    payload = disclose(issued.payload, received.disclosures)
    return VerifiedSdJwt(
        header=issued.header,
        claims=payload.claims,
        signed=issued.payload,
        disclosed=payload.disclosed,
        key_binding=None if wanted is None else _key_binding(received, payload.claims, wanted),
    )


def present(received: ReceivedSdJwt, reveal: Collection[ClaimPath]) -> ReceivedSdJwt:
    """With those disclosures alone that show the claims at `reveal`, and what they stand in; no key binding yet.

    None in a path is every element of an array. What is disclosable inside of a revealed claim stays hidden until it
    is named too. Raises Refused (MALFORMED_VALUE_ERROR) where the disclosures are not sound.
    """
    disclosed = disclose(received.issuer_signed.payload, received.disclosures).disclosed
    shown = {each.text for place, each in disclosed.items() if any(_leads_to(place, path) for path in reveal)}
    return ReceivedSdJwt(received.issuer_signed, tuple(each for each in received.disclosures if each.text in shown))


def write(received: ReceivedSdJwt) -> bytes:
    """The compact form."""
    return (received.presented + (received.key_binding.text if received.key_binding else "")).encode()


def _key_binding(received: ReceivedSdJwt, claims: JsonObject, wanted: KeyBindingWanted) -> KeyBinding:
    if received.key_binding is None:
        raise Refused(
            Problem(
                PROOF_VERIFICATION_ERROR,
                detail="whoever presents it did not show that it is theirs: there is no key binding",
                remedy="present it from the wallet that it was issued to",
            )
        )
    return key_binding.verify(
        received.key_binding,
        confirmation=claims.get("cnf"),
        presented=received.presented,
        hash_algorithm=disclosures.hash_algorithm(received.issuer_signed.payload),
        wanted=wanted,
    )


def _leads_to(place: Place, path: ClaimPath) -> bool:
    """Whether the claim at `path` is, or stands in, what is at `place`."""
    return len(place) <= len(path) and all(
        part == wanted or (wanted is None and isinstance(part, int))
        for part, wanted in zip(place, path[: len(place)], strict=True)
    )


def _read_disclosure(text: str, number: int) -> Disclosure:
    try:
        return disclosures.read(text)
    except Refused as refused:
        problems = (Problem(each.type, detail=f"disclosure {number} {each.detail}") for each in refused.problems)
        raise Refused(*problems) from refused


def _joined(issued: str, disclosed: Collection[Disclosure]) -> str:
    return "".join(part + "~" for part in (issued, *(disclosure.text for disclosure in disclosed)))


def _unreadable(detail: str) -> Refused:
    return Refused(Problem(PARSING_ERROR, detail=detail))
