"""What a nameless object is called in the statements that are signed, so that no number tells how many there are.

https://www.w3.org/TR/vc-di-ecdsa/#createhmacidlabelmapfunction
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping

from app.core.multiformats import decode_multibase, encode_base64url
from app.core.problems import PROOF_VERIFICATION_ERROR, Problem, Refused

_CANONICAL = "c14n"


def hmac_labels(hmac_key: bytes) -> Callable[[str], str]:
    """A label for each canonical name, which says nothing to who does not have the key."""
    return lambda canonical: encode_base64url(hmac.digest(hmac_key, canonical.encode(), hashlib.sha256))


def disclosed_labels(labels: Mapping[int, bytes]) -> Callable[[str], str]:
    """The label that a derived proof gives for each canonical name of what is shown."""

    def label(canonical: str) -> str:
        disclosed = labels.get(_number(canonical))
        if disclosed is None:
            detail = f"gives no label for {canonical}, an object without an id"
            raise Refused(Problem(PROOF_VERIFICATION_ERROR, at="/proofValue", detail=detail))
        return encode_base64url(disclosed)

    return label


def to_disclose(label_of: Mapping[str, str]) -> Mapping[int, bytes]:
    """For a derived proof: canonical names and their labels, as `disclosed_labels` reads them."""
    return {_number(canonical): decode_multibase(label, bases="u") for canonical, label in label_of.items()}


def _number(canonical: str) -> int:
    return int(canonical.removeprefix(_CANONICAL))
