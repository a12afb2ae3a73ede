"""What a person may do to an award: by the table of its life, by the forms that there are, and by their roles."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.access.people import allowed
from app.access.scopes import Scope
from app.core.problems import MALFORMED_VALUE_ERROR, NOT_FOUND, Problem, Refused
from app.issuer.award import Issuer
from app.issuer.life import AFTER, ASKED_FOR, Act, State
from app.ports import Person, RegisteredAward

LONGEST_REASON = 2_000


@dataclass(frozen=True, slots=True)
class Doing:
    """Who may do an act, and what does it. `console.act.{act}.…` in the locales are its words."""

    scope: Scope
    do: Callable[..., Awaitable[RegisteredAward]]


# In the order that a page offers them. An act that needs more than a reason has a page of its own instead.
FORMS: Mapping[Act, Doing] = MappingProxyType(
    {
        Act.WITHDRAW: Doing(Scope.AWARD, Issuer.withdraw),
        Act.REVOKE: Doing(Scope.REVOKE, Issuer.revoke),
    }
)


def possible(state: str, person: Person) -> tuple[Act, ...]:
    """The acts that lead on from this state and that the person may ask for here."""
    scopes = allowed(person)
    return tuple(
        act
        for act, doing in FORMS.items()
        if act in ASKED_FOR and (State(state), act) in AFTER and doing.scope in scopes
    )


def form_of(name: str) -> Act:
    """The act that a form is for. Raises Refused (NOT_FOUND): such a form was never drawn."""
    for act in FORMS:
        if act == name:
            return act
    raise Refused(Problem(NOT_FOUND, detail="there is no such act"))


def read_reason(text: str | None) -> str:
    """Raises Refused (MALFORMED_VALUE_ERROR at /reason)."""
    reason = (text or "").replace("\r\n", "\n").strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        detail = "an act needs a reason, a text of 1 to 2,000 characters"
        raise Refused(Problem(MALFORMED_VALUE_ERROR, at="/reason", detail=detail))
    return reason
