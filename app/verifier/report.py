"""What is said of a credential: the findings, and the verdict that follows from them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias, assert_never

from app.core import date_time_stamp
from app.core.credential.received import ReceivedCredential
from app.core.problems import (
    EXPIRED,
    MISSING_PROOF,
    NOT_LOOKED_UP,
    NOT_YET_VALID,
    REVOKED,
    SUSPENDED,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Problem,
)
from app.ports import KnownIssuer
from app.verifier.claims import issuer_id
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


class Standing(StrEnum):
    """What is known of the issuer; that it could not be looked up says nothing against it."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    NOT_LOOKED_UP = "not_looked_up"


@dataclass(frozen=True, slots=True)
class Passed:
    """The check found nothing wrong. `seen` are facts for the reader: ("host", "example.org"), ("published", "…")."""

    seen: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    problems: tuple[Problem, ...]

    def __post_init__(self) -> None:
        _demand_problems(self.problems)


@dataclass(frozen=True, slots=True)
class Undetermined:
    """It could not be told. Never "yes"."""

    problems: tuple[Problem, ...]

    def __post_init__(self) -> None:
        _demand_problems(self.problems)


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

    def __post_init__(self) -> None:
        if tuple(finding.check for finding in self.findings) != tuple(Check):
            raise ValueError("a report holds every check once, in order")

    def outcome(self, check: Check) -> Outcome:
        return next(finding.outcome for finding in self.findings if finding.check is check)

    @property
    def verdict(self) -> Verdict:
        """The first that holds (trust rule 4). What is not known for certain to be so is not `valid`."""
        status, period = self._problem_types(Check.STATUS), self._problem_types(Check.VALIDITY_PERIOD)
        if any(isinstance(self.outcome(check), Failed) for check in _SIGNED_AND_SOUND):
            return Verdict.INVALID
        if any(not isinstance(self.outcome(check), Passed) for check in (Check.PROOF, Check.CONTROLLER)):
            return Verdict.INDETERMINATE
        if REVOKED in status:
            return Verdict.REVOKED
        if SUSPENDED in status:
            return Verdict.SUSPENDED
        if EXPIRED in period:
            return Verdict.EXPIRED
        if NOT_YET_VALID in period:
            return Verdict.NOT_YET_VALID
        if any(self._problem_types(check) for check in Check if check is not Check.KNOWN_ISSUER):
            return Verdict.INDETERMINATE
        return Verdict.VALID

    @property
    def headline(self) -> Headline:
        match self.verdict:
            case Verdict.VALID:
                return Headline.VALID_KNOWN if self.known_issuer else Headline.VALID_UNKNOWN
            case Verdict.REVOKED:
                return Headline.REVOKED
            case Verdict.SUSPENDED:
                return Headline.SUSPENDED
            case Verdict.EXPIRED:
                return Headline.EXPIRED
            case Verdict.NOT_YET_VALID:
                return Headline.NOT_YET_VALID
            case Verdict.INDETERMINATE:
                return self._what_could_not_be_told()
            case Verdict.INVALID:
                return self._what_is_wrong()
            case other:
                assert_never(other)

    @property
    def standing(self) -> Standing:
        if self.known_issuer:
            return Standing.KNOWN
        return Standing.NOT_LOOKED_UP if self.lacks(NOT_LOOKED_UP, Check.KNOWN_ISSUER) else Standing.UNKNOWN

    def lacks(self, problem_type: str, *checks: Check) -> bool:
        """Whether one of these checks could not be done for this reason."""
        return any(
            isinstance(self.outcome(check), Undetermined) and problem_type in self._problem_types(check)
            for check in checks
        )

    def as_json(self) -> JsonObject:
        """The report as a program reads it. `issuer` is what is proven: of an unproven credential, nobody's.

        `container` is the media type of the file that the credential came in; nothing else of that file was looked at.
        `presented`: it came in a presentation, of which nothing else was looked at either.
        """
        return {
            "verdict": str(self.verdict),
            "headline": str(self.headline),
            "issuer": self._issuer_as_json(),
            "checkedAt": date_time_stamp.write(self.checked_at),
            "findings": [_finding_as_json(finding) for finding in self.findings],
            **({"container": self.received.container} if self.received.container else {}),
            **({"presented": True} if self.received.presented else {}),
        }

    def _problem_types(self, check: Check) -> frozenset[str]:
        match self.outcome(check):
            case Passed() | NotApplicable():
                return frozenset()
            case Failed(problems) | Undetermined(problems):
                return frozenset(problem.type for problem in problems)
            case other:
                assert_never(other)

    def _what_could_not_be_told(self) -> Headline:
        unproven = self._problem_types(Check.PROOF) | self._problem_types(Check.CONTROLLER)
        if UNSUPPORTED_MECHANISM in unproven:
            return Headline.INDETERMINATE_MECHANISM
        return Headline.INDETERMINATE_KEY if unproven else Headline.INDETERMINATE_STATUS

    def _what_is_wrong(self) -> Headline:
        if MISSING_PROOF in self._problem_types(Check.PROOF):
            return Headline.INVALID_NO_PROOF
        if any(isinstance(self.outcome(check), Failed) for check in (Check.PROOF, Check.CONTROLLER)):
            return Headline.INVALID_PROOF
        return Headline.INVALID_SHAPE

    def _issuer_as_json(self) -> JsonObject:
        issuer: JsonObject = {"standing": str(self.standing)}
        if self.verified:
            issuer["id"] = issuer_id(self.verified.document)
        if self.known_issuer:
            issuer |= {"name": self.known_issuer.name, "source": self.known_issuer.source}
        return issuer


# A failure of these makes a credential invalid; a failure of the others has a verdict of its own.
_SIGNED_AND_SOUND = (
    Check.PROOF,
    Check.CONTROLLER,
    Check.DATA_MODEL,
    Check.SCHEMA,
    Check.OPEN_BADGE,
    Check.MICRO_CREDENTIAL,
)


def _demand_problems(problems: tuple[Problem, ...]) -> None:
    if not problems:
        raise ValueError("what did not pass says why")


def _finding_as_json(finding: Finding) -> JsonObject:
    match finding.outcome:
        case Passed(seen):
            said: JsonObject = {"outcome": "passed", "seen": dict(seen)}
        case Failed(problems):
            said = {"outcome": "failed", "problems": [_problem_as_json(problem) for problem in problems]}
        case Undetermined(problems):
            said = {"outcome": "undetermined", "problems": [_problem_as_json(problem) for problem in problems]}
        case NotApplicable(why):
            said = {"outcome": "not_applicable", "why": why}
        case other:
            assert_never(other)
    return {"check": str(finding.check), **said}


def _problem_as_json(problem: Problem) -> JsonObject:
    return {"type": problem.type, "at": problem.at, "detail": problem.detail, "remedy": problem.remedy}


# The report as OpenAPI and JSON Schema say it: what `as_json` writes.
_TEXT = {"type": "string"}
_PROBLEM: JsonObject = {
    "type": "object",
    "required": ["type", "at", "detail", "remedy"],
    "properties": {"type": {**_TEXT, "format": "uri"}, "at": _TEXT, "detail": _TEXT, "remedy": _TEXT},
}
_FINDING: JsonObject = {
    "type": "object",
    "required": ["check", "outcome"],
    "properties": {
        "check": {**_TEXT, "enum": [str(check) for check in Check]},
        "outcome": {**_TEXT, "enum": ["passed", "failed", "undetermined", "not_applicable"]},
        "seen": {"type": "object", "additionalProperties": _TEXT, "description": "What a check that passed saw."},
        "problems": {"type": "array", "items": _PROBLEM},
        "why": {**_TEXT, "description": "Why it does not apply."},
    },
}
REPORT: JsonObject = {
    "type": "object",
    "required": ["verdict", "headline", "issuer", "checkedAt", "findings"],
    "properties": {
        "verdict": {**_TEXT, "enum": [str(verdict) for verdict in Verdict]},
        "headline": {**_TEXT, "enum": [str(headline) for headline in Headline]},
        "issuer": {
            "type": "object",
            "description": "What is proven of it: `valid` by an issuer that is not `known` says only who signed.",
            "required": ["standing"],
            "properties": {
                "standing": {**_TEXT, "enum": [str(standing) for standing in Standing]},
                "id": _TEXT,
                "name": _TEXT,
                "source": _TEXT,
            },
        },
        "checkedAt": {**_TEXT, "format": "date-time"},
        "findings": {"type": "array", "items": _FINDING, "description": "Every check once, in their order."},
        "container": {**_TEXT, "description": "The media type of the file that it came in."},
        "presented": {"type": "boolean", "description": "It came in a presentation."},
    },
}
