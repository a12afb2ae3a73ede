"""What is said of a credential: the findings, and the verdict that follows from them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from app.core.credential.received import ReceivedCredential
from app.core.problems import Problem
from app.ports import KnownIssuer
from app.verifier.verify_proofs import VerifiedCredential


class Check(StrEnum):
    """The fixed list of checks; a report holds each once, in this order."""

    PROOF = "proof"
    CONTROLLER = "controller"
    VALIDITY_PERIOD = "validity_period"
    DATA_MODEL = "data_model"
    SCHEMA = "schema"
    STATUS = "status"
    OPEN_BADGE = "open_badge"
    MICRO_CREDENTIAL = "micro_credential"
    KNOWN_ISSUER = "known_issuer"


class Verdict(StrEnum):
    VALID = "valid"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    INDETERMINATE = "indeterminate"
    INVALID = "invalid"


class Headline(StrEnum):
    """The rows of what a person reads first. `*_UNKNOWN` where the issuer is not known to us."""

    VALID_KNOWN = "valid_known"
    VALID_UNKNOWN = "valid_unknown"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    INDETERMINATE_STATUS = "indeterminate_status"
    INDETERMINATE_KEY = "indeterminate_key"
    INDETERMINATE_MECHANISM = "indeterminate_mechanism"
    INVALID_PROOF = "invalid_proof"
    INVALID_NO_PROOF = "invalid_no_proof"
    INVALID_SHAPE = "invalid_shape"


@dataclass(frozen=True, slots=True)
class Passed:
    """The check found nothing wrong. `seen` are facts for the reader: ("host", "example.org"), ("published", "…")."""

    seen: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Undetermined:
    """It could not be told. Never "yes"."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class NotApplicable:
    why: str


Outcome: TypeAlias = Passed | Failed | Undetermined | NotApplicable


@dataclass(frozen=True, slots=True)
class Finding:
    check: Check
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """Every check's finding; what was received; and what of it is proven (None where the proof does not hold)."""

    checked_at: datetime
    findings: tuple[Finding, ...]
    received: ReceivedCredential = field(repr=False)
    verified: VerifiedCredential | None = field(repr=False, default=None)
    known_issuer: KnownIssuer | None = None

    @property
    def verdict(self) -> Verdict:
        raise NotImplementedError

    @property
    def headline(self) -> Headline:
        raise NotImplementedError
