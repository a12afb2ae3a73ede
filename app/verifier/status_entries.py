"""The status entries of a credential: where each is to be looked up, or why it cannot be."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.core.credential import data_model
from app.core.problems import UNSUPPORTED_MECHANISM, JsonObject, Problem, Refused
from app.core.status import MECHANISMS
from app.core.status.bitstring_status_list import Entry
from app.verifier.policy import VerificationPolicy

FOLLOWED_PURPOSES = ("revocation", "suspension")

# These say something else than whether a credential stands (Bitstring Status List §2.1).
_OF_NO_CONCERN = ("refresh", "message")


@dataclass(frozen=True, slots=True)
class FollowedEntry:
    """`is_set` reads it in its list; it raises Refused."""

    at: str
    entry: Entry
    is_set: Callable[[JsonObject, Entry], bool]


@dataclass(frozen=True, slots=True)
class UnclearEntry:
    problems: tuple[Problem, ...]


def status_entries(document: JsonObject, *, policy: VerificationPolicy) -> Iterator[FollowedEntry | UnclearEntry]:
    """Every entry that bears on whether the credential stands; where their form is wrong, only that."""
    if malformed := tuple(data_model.credential_status_problems(document)):
        yield UnclearEntry(malformed)
        return
    several = isinstance(document.get("credentialStatus"), list)
    for place, entry in enumerate(data_model.entries(document.get("credentialStatus", []))):
        at = f"/credentialStatus/{place}" if several else "/credentialStatus"
        match entry:
            case {"statusPurpose": purpose} if purpose in _OF_NO_CONCERN:
                continue
            case dict():
                yield _entry(entry, at, policy)


def _entry(entry: JsonObject, at: str, policy: VerificationPolicy) -> FollowedEntry | UnclearEntry:
    mechanism = next((each for each in MECHANISMS if entry["type"] in (each.TYPE, [each.TYPE])), None)
    if mechanism is None or mechanism.TYPE not in policy.status_types:
        return _unsupported(at, f"a status of the type {entry['type']!r:.80} cannot be read here")
    try:
        located = mechanism.locate(entry, at=at)
    except Refused as refused:
        return UnclearEntry(refused.problems)
    if located.purpose not in FOLLOWED_PURPOSES:
        return _unsupported(at, f"what a status of the purpose {located.purpose!r:.80} means is not known here")
    return FollowedEntry(at, located, mechanism.read)


def _unsupported(at: str, detail: str) -> UnclearEntry:
    return UnclearEntry((Problem(UNSUPPORTED_MECHANISM, at=at, detail=detail),))
