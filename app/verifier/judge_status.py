"""Whether a credential still stands, by the lists that were found: each entry for itself, then all of them together."""

from dataclasses import dataclass

from app.core.json_ld import Contexts
from app.core.problems import REVOKED, STATUS_RETRIEVAL_ERROR, SUSPENDED, Problem, Refused
from app.core.status.token_status_list import StatusList
from app.verifier.gather import Gathered
from app.verifier.policy import VerificationPolicy
from app.verifier.prove import NOT_JUDGED, Unproven
from app.verifier.report import Failed, NotApplicable, Outcome, Passed, Undetermined
from app.verifier.status_entries import FollowedEntry, UnclearEntry, status_entries
from app.verifier.verify_proofs import VerifiedCredential

_SET = {
    "revocation": (REVOKED, "the issuer has revoked it"),
    "suspension": (SUSPENDED, "the issuer has suspended it for now"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What an entry says: that it is ended (`against`), what could not be told (`unsure`), which list was read."""

    against: tuple[Problem, ...] = ()
    unsure: tuple[Problem, ...] = ()
    seen: tuple[tuple[str, str], ...] = ()


def judge_status(_contexts: Contexts, gathered: Gathered, policy: VerificationPolicy) -> Outcome:
    entries = tuple(status_entries(gathered.document, policy=policy))
    if isinstance(gathered.proven, Unproven):
        # No list is asked for then; what is wrong with the entries themselves is named, and blamed on nobody.
        unclear = tuple(problem for each in entries if isinstance(each, UnclearEntry) for problem in each.problems)
        return Undetermined(unclear) if unclear else NOT_JUDGED
    told = [_told_by(entry, gathered) for entry in entries]
    unsure = tuple(problem for each in told for problem in each.unsure)
    if against := tuple(problem for each in told for problem in each.against):
        return Failed((*against, *unsure))
    if unsure:
        return Undetermined(unsure)
    return Passed(told[0].seen) if told else NotApplicable("It cannot be revoked.")


def _told_by(entry: FollowedEntry | UnclearEntry, gathered: Gathered) -> Told:
    match entry:
        case UnclearEntry(problems):
            return Told(unsure=problems)
        case FollowedEntry(at, located):
            followed = entry
    match dict(gathered.status_lists).get(located.url):
        case VerifiedCredential() as status_list:
            return _told_by_list(status_list, followed)
        case Undetermined(problems):
            return Told(unsure=problems)
        case StatusList() | None:
            return Told(
                unsure=(Problem(STATUS_RETRIEVAL_ERROR, at=at, detail=f"the list {located.url} was not found"),)
            )


def _told_by_list(status_list: VerifiedCredential, followed: FollowedEntry) -> Told:
    at, located = followed.at, followed.entry
    try:
        is_set = followed.is_set(status_list.document, located)
    except Refused as refused:
        return Told(unsure=tuple(Problem(problem.type, at, problem.detail) for problem in refused.problems))
    if is_set:
        problem_type, detail = _SET[located.purpose]
        return Told(against=(Problem(problem_type, at, detail, remedy="ask for the newest version"),))
    published = status_list.document.get("validFrom")
    return Told(seen=(("list", located.url), *((("published", published),) if published else ())))
