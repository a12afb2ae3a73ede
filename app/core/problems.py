"""What can be wrong, in the specifications' terms: a `Problem` is a value, `Refused` the exception that carries it."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]

# https://www.w3.org/TR/vc-data-model-2.0/#problem-details
_VC = "https://www.w3.org/TR/vc-data-model#"
PARSING_ERROR = _VC + "PARSING_ERROR"
CRYPTOGRAPHIC_SECURITY_ERROR = _VC + "CRYPTOGRAPHIC_SECURITY_ERROR"
MALFORMED_VALUE_ERROR = _VC + "MALFORMED_VALUE_ERROR"
RANGE_ERROR = _VC + "RANGE_ERROR"

# https://www.w3.org/TR/vc-data-integrity/#processing-errors and https://www.w3.org/TR/cid-1.0/#processing-errors
_SECURITY = "https://w3id.org/security#"
PROOF_GENERATION_ERROR = _SECURITY + "PROOF_GENERATION_ERROR"
PROOF_VERIFICATION_ERROR = _SECURITY + "PROOF_VERIFICATION_ERROR"
PROOF_TRANSFORMATION_ERROR = _SECURITY + "PROOF_TRANSFORMATION_ERROR"
INVALID_DOMAIN_ERROR = _SECURITY + "INVALID_DOMAIN_ERROR"
INVALID_CHALLENGE_ERROR = _SECURITY + "INVALID_CHALLENGE_ERROR"
DATA_LOSS_DETECTION_ERROR = _SECURITY + "DATA_LOSS_DETECTION_ERROR"
INVALID_VERIFICATION_METHOD_URL = _SECURITY + "INVALID_VERIFICATION_METHOD_URL"
INVALID_CONTROLLED_IDENTIFIER_DOCUMENT = _SECURITY + "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT"
INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID = _SECURITY + "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID"
INVALID_VERIFICATION_METHOD = _SECURITY + "INVALID_VERIFICATION_METHOD"
INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD = _SECURITY + "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD"

# https://www.w3.org/TR/vc-bitstring-status-list/#processing-errors
_STATUS = "https://www.w3.org/ns/credentials/status-list#"
STATUS_RETRIEVAL_ERROR = _STATUS + "STATUS_RETRIEVAL_ERROR"
STATUS_VERIFICATION_ERROR = _STATUS + "STATUS_VERIFICATION_ERROR"
STATUS_LIST_LENGTH_ERROR = _STATUS + "STATUS_LIST_LENGTH_ERROR"

# https://www.w3.org/TR/vcalm/
UNKNOWN_OPTION_PROVIDED = "https://www.w3.org/TR/vcalm#UNKNOWN_OPTION_PROVIDED"

# No specification names these; docs/problems.md describes each.
TESTAMUR = "https://w3id.org/testamur/problems#"
MISSING_ELEMENT = TESTAMUR + "MISSING_ELEMENT"
UNKNOWN_VALUE = TESTAMUR + "UNKNOWN_VALUE"
UNCERTAIN_ENCODING = TESTAMUR + "UNCERTAIN_ENCODING"
TWICE_IN_A_CLASS = TESTAMUR + "TWICE_IN_A_CLASS"
UNSUPPORTED_MECHANISM = TESTAMUR + "UNSUPPORTED_MECHANISM"
EXPIRED = TESTAMUR + "EXPIRED"
NOT_YET_VALID = TESTAMUR + "NOT_YET_VALID"
REVOKED = TESTAMUR + "REVOKED"
SUSPENDED = TESTAMUR + "SUSPENDED"
UNKNOWN_ISSUER = TESTAMUR + "UNKNOWN_ISSUER"
NOT_LOOKED_UP = TESTAMUR + "NOT_LOOKED_UP"
NOT_ASKED = TESTAMUR + "NOT_ASKED"
MISSING_PROOF = TESTAMUR + "MISSING_PROOF"
KEY_REVOKED = TESTAMUR + "KEY_REVOKED"
STATE_CONFLICT = TESTAMUR + "STATE_CONFLICT"
NOT_FOUND = TESTAMUR + "NOT_FOUND"
GONE = TESTAMUR + "GONE"
NO_TYPE = TESTAMUR + "NO_TYPE"
IDEMPOTENCY_KEY_REUSED = TESTAMUR + "IDEMPOTENCY_KEY_REUSED"
IDEMPOTENCY_IN_FLIGHT = TESTAMUR + "IDEMPOTENCY_IN_FLIGHT"
SETTING_ERROR = TESTAMUR + "SETTING_ERROR"
KEY_ERROR = TESTAMUR + "KEY_ERROR"
INVALID_TOKEN = TESTAMUR + "INVALID_TOKEN"
INSUFFICIENT_SCOPE = TESTAMUR + "INSUFFICIENT_SCOPE"
SIGN_IN_REFUSED = TESTAMUR + "SIGN_IN_REFUSED"
NOT_TO_BE_SIGNED = TESTAMUR + "NOT_TO_BE_SIGNED"
NOT_ALLOWED = TESTAMUR + "NOT_ALLOWED"


@dataclass(frozen=True, slots=True)
class Said:
    """A problem's sentence by its name, and what is set into it, for pages that have it in the reader's language."""

    name: str
    values: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def said(name: str, /, **values: str) -> Said:
    return Said(name, tuple(values.items()))


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    `type` is a URL, one of the specifications' where they have one. `at` is a JSON Pointer (RFC 6901) into what was
    handed in, "" for the whole. `detail` is for the person who can act: which value, and what is wrong with it.
    `remedy` is what to do next, "" where `detail` says it already. `said` is both by name, where a person may meet it.
    """

    type: str
    at: str = ""
    detail: str = ""
    remedy: str = ""
    said: Said | None = field(default=None, compare=False, repr=False)

    @property
    def code(self) -> str:
        """The name after the `#`, as people and scripts know it."""
        return self.type.rpartition("#")[2]


class Refused(Exception):  # noqa: N818 - the design's word
    """Raised with every problem that was found, never with none. Positional, so that it crosses a process boundary."""

    def __init__(self, *problems: Problem) -> None:
        if not problems:
            raise ValueError("a refusal needs at least one problem")
        super().__init__(*problems)

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self.args

    def __str__(self) -> str:
        return "; ".join(f"{problem.code} at {problem.at or '/'}: {problem.detail}" for problem in self.problems)


def pointer(*parts: str | int) -> str:
    """A JSON Pointer (RFC 6901) from its reference tokens."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
