"""WHO: a controlled identifier document, its keys, and what each may be used for, and since and until when.

https://www.w3.org/TR/cid-1.0/
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Relationship(StrEnum):
    """Verification relationships, Controlled Identifiers 1.0 §2.3; the values of `proofPurpose`."""

    ASSERTION_METHOD = "assertionMethod"
    AUTHENTICATION = "authentication"
    KEY_AGREEMENT = "keyAgreement"
    CAPABILITY_INVOCATION = "capabilityInvocation"
    CAPABILITY_DELEGATION = "capabilityDelegation"


@dataclass(frozen=True, slots=True)
class VerificationMethod:
    """A public key as a document publishes it. `public_key` is what `multiformats.decode_multikey` made of it.

    A retired key stands here like any other; a compromised one has `revoked`, and nothing by it counts.
    """

    id: str
    type: str
    controller: str
    public_key_multibase: str
    expires: datetime | None = None
    revoked: datetime | None = None


@dataclass(frozen=True, slots=True)
class ControlledIdentifierDocument:
    """Keys by their full URL, and the relationships that each stands in."""

    id: str
    verification_methods: tuple[VerificationMethod, ...]
    relationships: frozenset[tuple[Relationship, str]]

    def method(self, url: str, purpose: Relationship) -> VerificationMethod:
        """The method at `url`, where it may be used for `purpose` (Controlled Identifiers §3.3).

        Raises Refused: INVALID_VERIFICATION_METHOD, INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD.
        """
        raise NotImplementedError
