"""What follows from what was gathered for the claims of an SD-JWT VC: the checks that differ from those of JSON-LD."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from app.core.credential import learning_credential
from app.core.date_time_stamp import write
from app.core.json_ld import Contexts
from app.core.problems import (
    EXPIRED,
    NOT_YET_VALID,
    REVOKED,
    STATUS_RETRIEVAL_ERROR,
    SUSPENDED,
    UNSUPPORTED_MECHANISM,
    Problem,
    Refused,
)
from app.core.status import token_status_list
from app.core.status.token_status_list import Status, StatusList
from app.verifier import claims
from app.verifier.gather import Gathered
from app.verifier.policy import VerificationPolicy
from app.verifier.prove import NOT_JUDGED, Unproven
from app.verifier.report import Check, Failed, NotApplicable, Outcome, Passed, Undetermined

_AT = "/status/status_list"
_SET: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        Status.INVALID: (REVOKED, "the issuer has revoked it"),
        Status.SUSPENDED: (SUSPENDED, "the issuer has suspended it for now"),
    }
)


def _validity_period(_contexts: Contexts, gathered: Gathered, _policy: VerificationPolicy) -> Outcome:
    if isinstance(gathered.proven, Unproven):
        return NOT_JUDGED
    start, end = claims.period(gathered.proven.document)
    if end is not None and end <= gathered.now:
        return Failed((Problem(EXPIRED, at="/exp", detail=f"it ended {write(end)}"),))
    if start is not None and gathered.now < start:
        return Failed((Problem(NOT_YET_VALID, at="/nbf", detail=f"it is in force from {write(start)}"),))
    return Passed()


def _data_model(_contexts: Contexts, gathered: Gathered, _policy: VerificationPolicy) -> Outcome:
    """The form of an SD-JWT VC was demanded when it was proven."""
    return NOT_JUDGED if isinstance(gathered.proven, Unproven) else Passed()


def _schema(_contexts: Contexts, gathered: Gathered, _policy: VerificationPolicy) -> Outcome:
    if isinstance(gathered.proven, Unproven):
        return NOT_JUDGED
    match gathered.proven.against_its_type:
        case None:
            return NotApplicable("It names its type (vct), and no schema; what that type demands is not held here.")
        case ():
            return Passed((("type", gathered.proven.document["vct"]),))
        case problems:
            return Failed(problems)


def _status(_contexts: Contexts, gathered: Gathered, policy: VerificationPolicy) -> Outcome:
    if isinstance(gathered.proven, Unproven):
        return NOT_JUDGED
    if "status" not in gathered.proven.document:
        return NotApplicable("It cannot be revoked.")
    status = gathered.proven.document["status"]
    if token_status_list.TYPE not in status or token_status_list.TYPE not in policy.status_types:
        detail = f"a status of the kind {', '.join(sorted(status)):.80} cannot be read here"
        return Undetermined((Problem(UNSUPPORTED_MECHANISM, at="/status", detail=detail),))
    try:
        entry = token_status_list.locate(status)
    except Refused as refused:
        return Undetermined(refused.problems)
    match dict(gathered.status_lists).get(entry.uri):
        case StatusList() as found:
            return _told_by(found, entry)
        case Undetermined() as undetermined:
            return undetermined
        case _:
            detail = f"the list {entry.uri} was not found"
            return Undetermined((Problem(STATUS_RETRIEVAL_ERROR, at=_AT, detail=detail),))


def _told_by(found: StatusList, entry: token_status_list.Entry) -> Outcome:
    try:
        value = found.status(entry.index)
    except Refused as refused:
        return Undetermined(tuple(Problem(each.type, _AT, each.detail) for each in refused.problems))
    if value == Status.VALID:
        return Passed((("list", entry.uri), ("published", write(found.issued_at))))
    if value not in _SET:
        detail = f"its status is {value}, and what that means is known to its issuer alone"
        return Undetermined((Problem(UNSUPPORTED_MECHANISM, at=_AT, detail=detail),))
    problem_type, detail = _SET[value]
    return Failed((Problem(problem_type, _AT, detail, remedy="ask for the newest version"),))


def _open_badge(_contexts: Contexts, gathered: Gathered, _policy: VerificationPolicy) -> Outcome:
    if isinstance(gathered.proven, Unproven):
        return NOT_JUDGED
    return NotApplicable("It does not say that it is an Open Badge.")


def _micro_credential(_contexts: Contexts, gathered: Gathered, _policy: VerificationPolicy) -> Outcome:
    """Its holder may show a part of it: what is not shown says nothing against what is."""
    if isinstance(gathered.proven, Unproven):
        return NOT_JUDGED
    if gathered.proven.document["vct"] != learning_credential.TYPE:
        return NotApplicable("It does not say that it is a European micro-credential.")
    problems = learning_credential.problems(gathered.proven.document)
    if problems and gathered.proven.is_part:
        return NotApplicable("Its holder shows a part of it, which can't have every element.")
    return Failed(problems) if problems else Passed()


Judgement = Callable[[Contexts, Gathered, VerificationPolicy], Outcome]

CHECKS_OF_CLAIMS: Mapping[Check, Judgement] = MappingProxyType(
    {
        Check.VALIDITY_PERIOD: _validity_period,
        Check.DATA_MODEL: _data_model,
        Check.SCHEMA: _schema,
        Check.STATUS: _status,
        Check.OPEN_BADGE: _open_badge,
        Check.MICRO_CREDENTIAL: _micro_credential,
    }
)
