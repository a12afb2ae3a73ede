"""Every act on an award and its credentials, as one table: STATE × ACT → STATE. Pure; what is not in it is refused."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from app.core.problems import STATE_CONFLICT, Problem, Refused

REVOCATION = "revocation"
SUSPENSION = "suspension"


class State(StrEnum):
    """What a credential is, in the order that an award takes: it is what the first of its credentials still is."""

    INTENDED = "intended"
    ISSUED = "issued"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    ERASED = "erased"
    REVOKED_ERASED = "revoked-erased"
    VOIDED = "voided"


class Act(StrEnum):
    INTEND = "intend"
    RECORD = "record"
    VOID = "void"
    SEND = "send"
    WITHDRAW = "withdraw"
    CLAIM = "claim"
    DECLINE = "decline"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REVOKE = "revoke"
    SUPERSEDE = "supersede"
    ERASE = "erase"


AFTER: Mapping[tuple[State | None, Act], State] = MappingProxyType(
    {
        (None, Act.INTEND): State.INTENDED,
        (State.INTENDED, Act.RECORD): State.ISSUED,
        (State.INTENDED, Act.VOID): State.VOIDED,
        # What concerns the claim link alone: what was handed over before stays as good as it was.
        **{
            (state, act): state
            for state in (State.ISSUED, State.SUSPENDED, State.REVOKED)
            for act in (Act.WITHDRAW, Act.CLAIM, Act.DECLINE)
        },
        (State.ISSUED, Act.SEND): State.ISSUED,
        (State.ISSUED, Act.SUSPEND): State.SUSPENDED,
        (State.SUSPENDED, Act.REINSTATE): State.ISSUED,
        (State.ISSUED, Act.REVOKE): State.REVOKED,
        (State.SUSPENDED, Act.REVOKE): State.REVOKED,
        (State.ERASED, Act.REVOKE): State.REVOKED_ERASED,
        (State.ISSUED, Act.SUPERSEDE): State.SUPERSEDED,
        (State.SUSPENDED, Act.SUPERSEDE): State.SUPERSEDED,
        (State.REVOKED, Act.SUPERSEDE): State.SUPERSEDED,
        # Erasing is about what we keep, not about what was achieved: no bit changes with it.
        (State.ISSUED, Act.ERASE): State.ERASED,
        (State.REVOKED, Act.ERASE): State.REVOKED_ERASED,
        (State.SUPERSEDED, Act.ERASE): State.REVOKED_ERASED,
    }
)

# What an institution may ask for, and what the learner's own act is; the rest is the service's own doing.
ASKED_FOR: frozenset[Act] = frozenset(
    {Act.SEND, Act.WITHDRAW, Act.SUSPEND, Act.REINSTATE, Act.REVOKE, Act.SUPERSEDE, Act.ERASE}
)
LEARNERS: frozenset[Act] = frozenset({Act.CLAIM, Act.DECLINE})

# In which states the bit of a list of that purpose is set. A process may have signed a voided intent before it died:
# a bit that is set makes such a copy worthless.
BITS: Mapping[str, frozenset[State]] = MappingProxyType(
    {
        REVOCATION: frozenset({State.REVOKED, State.SUPERSEDED, State.REVOKED_ERASED, State.VOIDED}),
        SUSPENSION: frozenset({State.SUSPENDED}),
    }
)

# Who the award is about is not told any more.
FORGOTTEN: frozenset[State] = frozenset({State.ERASED, State.REVOKED_ERASED})


def after(state: State | None, act: Act) -> State:
    """The state that `act` leads to from `state`; None is what is not there yet.

    Raises Refused (STATE_CONFLICT) where the table has no such row.
    """
    following = AFTER.get((state, act))
    if following is None:
        raise Refused(Problem(STATE_CONFLICT, detail=_conflict(state, act)))
    return following


def asked_for(act: str) -> Act:
    """The act that an institution or a learner asks the register for. Raises Refused (STATE_CONFLICT) for any other."""
    for known in (ASKED_FOR | LEARNERS) - {Act.SUPERSEDE}:
        if known == act:
            return known
    raise Refused(Problem(STATE_CONFLICT, detail=f"there is no act “{act}” on an award"))


def possible(state: State) -> tuple[Act, ...]:
    """What an institution may ask for in a state, in the order of the table of acts."""
    return tuple(act for act in Act if act in ASKED_FOR and (state, act) in AFTER)


def demand_entry(act: Act, purposes: Iterable[str]) -> None:
    """Suspending needs a place to say so: a badge has one status entry, which is for revocation.

    Raises Refused (STATE_CONFLICT).
    """
    if act is Act.SUSPEND and SUSPENSION not in purposes:
        raise Refused(
            Problem(
                STATE_CONFLICT,
                detail="an Open Badge has room for one status entry, which revokes it: it can't be suspended",
                remedy="withdraw its link while you look into it; revoke it where it does not stand",
            )
        )


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
            return f"it is {state}: “{act}” is not possible"
