"""What an institution asks of the status of a credential that it composed, and of our lists; read, pure.

https://www.w3.org/TR/vcalm/
"""

from dataclasses import dataclass

from app.core import strict_json
from app.core.personal import Personal
from app.core.problems import (
    MALFORMED_VALUE_ERROR,
    RANGE_ERROR,
    UNKNOWN_OPTION_PROVIDED,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Problem,
    Refused,
    pointer,
)
from app.core.status import bitstring_status_list
from app.issuer.life import REVOCATION, SUSPENSION, Act
from app.ports import StatusEntry

PURPOSES = (REVOCATION, SUSPENSION)
# VCALM's own example writes the first.
_TYPES = ("BitstringStatusList", bitstring_status_list.TYPE)
_ENTRY_MEMBERS = frozenset({"type", "id", "statusPurpose", "statusListIndex", "statusListCredential"})
_ACTS = {(REVOCATION, True): Act.REVOKE, (SUSPENSION, True): Act.SUSPEND, (SUSPENSION, False): Act.REINSTATE}


@dataclass(frozen=True, slots=True)
class StatusChange:
    """What is to be so from now on. `act` is None where it is not to be revoked, which nothing can undo."""

    name: Personal[str]
    purpose: str
    act: Act | None
    status_list: str | None = None
    index: int | None = None

    def only(self, lists_url: str) -> StatusEntry | None:
        """The place that it names, of all that the credential's name may mean; None where it names none."""
        if self.status_list is None or self.index is None:
            return None
        return StatusEntry(self.status_list.removeprefix(lists_url), self.index, self.purpose)


def read_change(body: bytes) -> StatusChange:
    """Raises Refused."""
    match strict_json.read_object(body):
        case {"credentialId": str(name), "credentialStatus": dict(entry), "status": bool(status), **more} if name:
            allocator = more.pop("indexAllocator", "")
        case _:
            wanted = "credentialId (a string), credentialStatus (an object) and status (true or false) are wanted"
            raise _malformed("", wanted)
    if more:
        raise _malformed(pointer(next(iter(more))), "is no member of this request")
    if not isinstance(allocator, str):
        raise _malformed("/indexAllocator", "must be a string")
    purpose = _purpose(entry.get("statusPurpose"), at="/credentialStatus/statusPurpose")
    if entry.get("type") not in _TYPES:
        raise _malformed("/credentialStatus/type", f"must be {bitstring_status_list.TYPE}")
    if unknown := sorted(set(entry) - _ENTRY_MEMBERS):
        raise _malformed(pointer("credentialStatus", unknown[0]), "is no member of an entry")
    status_list, index = _place(entry)
    return StatusChange(Personal(name), purpose, _ACTS.get((purpose, status)), status_list, index)


def read_list_request(body: bytes) -> str:
    """The purpose of the list that is to be open. Raises Refused."""
    match strict_json.read_object(body):
        case {"statusPurpose": purpose, **more}:
            options = more.pop("options", {})
        case _:
            raise _malformed("/statusPurpose", "is missing")
    if "id" in more:
        raise _malformed("/id", "where a list is published is not for its institution to say: leave it out")
    if more:
        raise _malformed(pointer(next(iter(more))), "is no member of this request")
    if not isinstance(options, dict):
        raise _malformed("/options", "must be an object")
    if options:
        name = next(iter(options))
        detail = f"the option {name!r:.80} is not known here"
        raise Refused(Problem(UNKNOWN_OPTION_PROVIDED, pointer("options", name), detail, "leave it out"))
    return _purpose(purpose, at="/statusPurpose")


def _purpose(value: object, *, at: str) -> str:
    match value:
        case "revocation" | "suspension":
            return value
        case "refresh" | "message":
            detail = f"lists for the purpose {value!r} are not kept here"
            raise Refused(Problem(UNSUPPORTED_MECHANISM, at=at, detail=detail, remedy=f"one of {', '.join(PURPOSES)}"))
        case _:
            raise _malformed(at, f"must be one of {', '.join(PURPOSES)}")


def _place(entry: JsonObject) -> tuple[str | None, int | None]:
    match entry:
        case {"statusListCredential": str(url), "statusListIndex": str(index)}:
            if not (index.isascii() and index.isdecimal() and len(index) <= 16):
                detail = f"{index!r:.40} is no index: digits are"
                raise Refused(Problem(RANGE_ERROR, at="/credentialStatus/statusListIndex", detail=detail))
            return url, int(index)
        case {"statusListCredential": _} | {"statusListIndex": _}:
            detail = "statusListCredential and statusListIndex are strings, and go together"
            raise _malformed("/credentialStatus", detail)
        case _:
            return None, None


def _malformed(at: str, detail: str) -> Refused:
    return Refused(Problem(MALFORMED_VALUE_ERROR, at=at, detail=detail))
