"""Every act on an award and its credentials, as one table: STATE × ACT → STATE. Pure; what is not in it is refused."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from app.core.problems import STATE_CONFLICT, Problem, Refused


class State(StrEnum):
    """What a credential is, in the order that an award takes: it is what the first of its credentials still is."""

    INTENDED = "intended"
    ISSUED = "issued"
    REVOKED = "revoked"
    VOIDED = "voided"


class Act(StrEnum):
    INTEND = "intend"
    RECORD = "record"
    VOID = "void"
    WITHDRAW = "withdraw"
    REVOKE = "revoke"


AFTER: Mapping[tuple[State | None, Act], State] = MappingProxyType(
    {
        (None, Act.INTEND): State.INTENDED,
        (State.INTENDED, Act.RECORD): State.ISSUED,
        (State.INTENDED, Act.VOID): State.VOIDED,
        # Withdrawing ends the claim link alone: what was handed over before stays as good as it was.
        (State.ISSUED, Act.WITHDRAW): State.ISSUED,
        (State.REVOKED, Act.WITHDRAW): State.REVOKED,
        (State.ISSUED, Act.REVOKE): State.REVOKED,
    }
)

# What an institution may ask for; the rest is the service's own doing.
ASKED_FOR: frozenset[Act] = frozenset({Act.WITHDRAW, Act.REVOKE})

# A process may have signed a voided intent before it died: a bit that is set makes such a copy worthless.
BIT_SET: frozenset[State] = frozenset({State.REVOKED, State.VOIDED})


def after(state: State | None, act: Act) -> State:
    """The state that `act` leads to from `state`; None is what is not there yet.

    Raises Refused (STATE_CONFLICT) where the table has no such row.
    """
    following = AFTER.get((state, act))
    if following is None:
        raise Refused(Problem(STATE_CONFLICT, detail=_conflict(state, act)))
    return following


def asked_for(act: str) -> Act:
    """The act that an institution asked for by its name. Raises Refused (STATE_CONFLICT) for any other."""
    for known in ASKED_FOR:
        if known == act:
            return known
    raise Refused(Problem(STATE_CONFLICT, detail=f"there is no act “{act}” on an award"))


def state_of_award(credentials: Iterable[State]) -> State:
    """What an award is, by what its credentials are: the earliest of their states."""
    found = set(credentials)
    return next(state for state in State if state in found)


def _conflict(state: State | None, act: Act) -> str:
    match state:
        case None:
            return f"what is not there cannot be the object of “{act}”"
        case State.INTENDED:
            return f"it is still being issued: “{act}” is possible once that is done"
        case _:
            return f"it is {state}: “{act}” is not possible any more"
