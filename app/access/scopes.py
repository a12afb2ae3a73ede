"""What a client may be allowed to do: one table, scopes in VCALM's form (`verb:/path`)."""

from enum import StrEnum

from app.core.problems import INSUFFICIENT_SCOPE, Problem, Refused


class Scope(StrEnum):
    """A scope, named for the routes it opens. A route asks for exactly one."""

    AWARD = "write:/awards"
    READ_AWARDS = "read:/awards"
    REVOKE = "write:/awards/revoke"
    ERASE = "write:/awards/erase"
    ISSUE = "write:/credentials/issue"
    READ_CREDENTIALS = "read:/credentials"
    ERASE_CREDENTIALS = "write:/credentials"
    CHANGE_STATUS = "write:/credentials/status"
    OPEN_LISTS = "write:/status-lists"


DESCRIPTIONS: dict[Scope, str] = {
    Scope.AWARD: "Award micro-credentials in the institution's name.",
    Scope.READ_AWARDS: "Read what the institution awarded, with the claim links.",
    Scope.REVOKE: "Revoke, suspend and reinstate the institution's awards.",
    Scope.ERASE: "Erase what is kept of a learner's award.",
    Scope.ISSUE: "Have credentials signed that the institution composed itself.",
    Scope.READ_CREDENTIALS: "Read the credentials that were signed so.",
    Scope.ERASE_CREDENTIALS: "Erase what is kept of a credential that was signed so.",
    Scope.CHANGE_STATUS: "Revoke, suspend and reinstate credentials that were signed so.",
    Scope.OPEN_LISTS: "Have a status list opened.",
}


def demand_scope(needed: Scope, granted: frozenset[Scope]) -> None:
    """Raises Refused (INSUFFICIENT_SCOPE) where `needed` was not granted."""
    if needed not in granted:
        raise Refused(
            Problem(
                INSUFFICIENT_SCOPE,
                detail=f"This access token does not allow {needed}.",
                remedy=f"Ask for a token with scope {needed}; where that is refused, the client was not given it.",
            )
        )


def read_scope(text: str) -> frozenset[Scope] | None:
    """The scopes of a `scope` parameter (RFC 6749 §3.3); None where one is not in the table, or there is none."""
    known = {scope.value: scope for scope in Scope}
    wanted = text.split(" ")
    return frozenset(known[item] for item in wanted) if known.keys() >= set(wanted) else None


def write_scope(scopes: frozenset[Scope]) -> str:
    return " ".join(scope for scope in Scope if scope in scopes)
