"""What a proof really covers: step 4 of the way in."""

from dataclasses import dataclass
from datetime import datetime

from app.core.problems import JsonObject


@dataclass(frozen=True, slots=True)
class VerifiedProof:
    """One proof that holds."""

    verification_method: str
    cryptosuite: str
    created: datetime | None


@dataclass(frozen=True, slots=True)
class VerifiedCredential:
    """A credential as its proofs cover it: the only thing whose links are followed and that is drawn as paper.

    `document` is without its `proof`.
    """

    document: JsonObject
    media_type: str
    proofs: tuple[VerifiedProof, ...]
