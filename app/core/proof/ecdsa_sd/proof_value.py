"""What stands in `proofValue`: of a base proof, made for the holder alone, and of a derived one, made to be shown.

https://www.w3.org/TR/vc-di-ecdsa/#serializebaseproofvalue and #serializederivedproofvalue. The key is 35 bytes, as the
vectors have it, where the text says 36.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.core.multiformats import KeyKind, PublicKey, decode_multibase, encode_base64url, public_key
from app.core.problems import PROOF_VERIFICATION_ERROR, Problem, Refused
from app.core.proof.ecdsa_sd import cbor

# Each costs the check of a signature, some 60 µs. A badge with every element that there is makes some two hundred.
MAX_STATEMENTS = 2_000
# Of a document from which a part is taken, the mandatory ones included: it is worked through three times.
MAX_STATEMENTS_OF_THE_WHOLE = 4_000
MAX_POINTERS = 1_000

HMAC_KEY_BYTES = 32
SIGNATURE_BYTES = 64

_LABEL_BYTES = 32
_P256_HEADER = b"\x80\x24"
_BASE_HEADER = b"\xd9\x5d\x00"
_DERIVED_HEADER = b"\xd9\x5d\x01"


@dataclass(frozen=True, slots=True)
class BaseProofValue:
    """Everything, signed statement by statement: with it any part can be shown, so only the holder may have it."""

    base_signature: bytes
    proof_key: PublicKey
    hmac_key: bytes = field(repr=False)
    signatures: tuple[bytes, ...]
    mandatory_pointers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DerivedProofValue:
    """What shows that a part was signed. `labels` are by the number of a canonical name: 0 is `c14n0`."""

    base_signature: bytes
    proof_key: PublicKey
    signatures: tuple[bytes, ...]
    labels: Mapping[int, bytes]
    mandatory_indexes: tuple[int, ...]


def write_proof_key(key: PublicKey) -> bytes:
    return _P256_HEADER + key.raw


def write_base(value: BaseProofValue) -> str:
    parts: cbor.Value = [
        value.base_signature,
        write_proof_key(value.proof_key),
        value.hmac_key,
        value.signatures,
        value.mandatory_pointers,
    ]
    return encode_base64url(_BASE_HEADER + cbor.write(parts))


def write_derived(value: DerivedProofValue) -> str:
    parts: cbor.Value = [
        value.base_signature,
        write_proof_key(value.proof_key),
        value.signatures,
        value.labels,
        value.mandatory_indexes,
    ]
    return encode_base64url(_DERIVED_HEADER + cbor.write(parts))


def read_base(text: str) -> BaseProofValue:
    """Raises Refused (PROOF_VERIFICATION_ERROR) where `text` is not the `proofValue` of a base proof."""
    content = _content(text)
    if content.startswith(_DERIVED_HEADER):
        detail = "is of a derived proof, which shows a part already: only a base proof can be derived from"
        raise _malformed(detail, remedy="derive from the credential as its issuer gave it")
    match _parts(content, _BASE_HEADER):
        case [base, key, hmac_key, list(signatures), list(pointers)]:
            return BaseProofValue(
                base_signature=_of_length(base, SIGNATURE_BYTES, "its base signature"),
                proof_key=_proof_key(key),
                hmac_key=_of_length(hmac_key, HMAC_KEY_BYTES, "its HMAC key"),
                signatures=_signatures(signatures),
                mandatory_pointers=_pointers(pointers),
            )
        case _:
            raise _malformed("does not hold the five parts of a base proof")


def read_derived(text: str) -> DerivedProofValue:
    """Raises Refused (PROOF_VERIFICATION_ERROR) where `text` is not the `proofValue` of a derived proof."""
    content = _content(text)
    if content.startswith(_BASE_HEADER):
        # parseDerivedProofValue wants a derived one: who shows the base proof gives away every part of it.
        detail = "is of a base proof, which is for the holder alone: nobody else is to be given it"
        raise _malformed(detail, remedy="the holder derives from it what is to be shown, and shows that")
    match _parts(content, _DERIVED_HEADER):
        case [base, key, list(signatures), dict(labels), list(indexes)]:
            return DerivedProofValue(
                base_signature=_of_length(base, SIGNATURE_BYTES, "its base signature"),
                proof_key=_proof_key(key),
                signatures=_signatures(signatures),
                labels=_labels(labels),
                mandatory_indexes=_indexes(indexes),
            )
        case _:
            raise _malformed("does not hold the five parts of a derived proof")


def _content(text: str) -> bytes:
    try:
        return decode_multibase(text, bases="u")
    except Refused as refused:
        raise _malformed(refused.problems[0].detail) from refused


def _parts(content: bytes, header: bytes) -> cbor.Value:
    if not content.startswith(header):
        raise _malformed("does not begin as an ecdsa-sd-2023 proof does")
    try:
        return cbor.read(content[len(header) :])
    except Refused as refused:
        raise _malformed(refused.problems[0].detail) from refused


def _proof_key(key: object) -> PublicKey:
    if not isinstance(key, bytes) or not key.startswith(_P256_HEADER):
        raise _malformed("its key is no Multikey of P-256")
    try:
        return public_key(KeyKind.P256, key[len(_P256_HEADER) :])
    except Refused as refused:
        raise _malformed(f"in it {refused.problems[0].detail}") from refused


def _signatures(signatures: Sequence[object]) -> tuple[bytes, ...]:
    if len(signatures) > MAX_STATEMENTS:
        raise _malformed(f"has {len(signatures):,} signatures; at most {MAX_STATEMENTS:,} are read")
    return tuple(_of_length(signature, SIGNATURE_BYTES, "a signature") for signature in signatures)


def _pointers(pointers: Sequence[object]) -> tuple[str, ...]:
    texts = tuple(pointer for pointer in pointers if isinstance(pointer, str))
    if len(texts) != len(pointers) or len(texts) > MAX_POINTERS:
        raise _malformed(f"its mandatory pointers are not texts, or more than {MAX_POINTERS:,}")
    return texts


def _labels(labels: Mapping[int, object]) -> Mapping[int, bytes]:
    found = {number: _of_length(label, _LABEL_BYTES, "a label") for number, label in labels.items()}
    # Two objects by one label would be two halves of one, shown as if they were two.
    if len(set(found.values())) != len(found):
        raise _malformed("gives two objects the same label")
    return found


def _indexes(indexes: Sequence[object]) -> tuple[int, ...]:
    numbers = tuple(index for index in indexes if isinstance(index, int))
    if len(set(numbers)) != len(indexes):
        raise _malformed("its mandatory statements are not numbers, each once")
    return numbers


def _of_length(value: object, length: int, what: str) -> bytes:
    if not isinstance(value, bytes) or len(value) != length:
        raise _malformed(f"{what} is not {length} bytes")
    return value


def _malformed(detail: str, *, remedy: str = "ask for the original file") -> Refused:
    return Refused(Problem(PROOF_VERIFICATION_ERROR, at="/proofValue", detail=detail, remedy=remedy))
