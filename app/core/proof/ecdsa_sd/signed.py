"""What the two keys of an ecdsa-sd-2023 proof sign: the issuer's, and the one that signs statements.

https://www.w3.org/TR/vc-di-ecdsa/#serializesigndata
"""

import hashlib
from collections.abc import Iterable, Sequence

from app.core.json_ld.parts import Labelled
from app.core.multiformats import PublicKey
from app.core.proof.ecdsa_sd.proof_value import write_proof_key


def base_data(configuration_hash: bytes, proof_key: PublicKey, mandatory: Iterable[str]) -> bytes:
    """What the issuer's key signs: how it is signed, with which key the statements, and those that must be shown."""
    mandatory_hash = hashlib.sha256("".join(mandatory).encode()).digest()
    return configuration_hash + write_proof_key(proof_key) + mandatory_hash


def divided(labelled: Labelled, mandatory_indexes: Sequence[int]) -> tuple[tuple[str, ...], tuple[bytes, ...]]:
    """The mandatory statements, and each other one as the proof's key signs it: with its final line feed."""
    mandatory = frozenset(mandatory_indexes)
    return (
        tuple(line for index, line in enumerate(labelled.lines) if index in mandatory),
        tuple(line.encode() for index, line in enumerate(labelled.lines) if index not in mandatory),
    )
