"""The table `[signing]` of an institution.toml: what an institution may have signed that it composed, and how."""

from collections.abc import Callable, Mapping
from typing import Any

from app.core.problems import MALFORMED_VALUE_ERROR, UNKNOWN_VALUE, Problem, pointer
from app.issuer.brought_status import PURPOSES
from app.issuer.mechanisms import BROUGHT, DC_SD_JWT, OPEN_BADGE_JWT
from app.ports import MaySign, SigningPolicy

_MOST_PER_MINUTE = 60_000


def read(table: object) -> tuple[SigningPolicy, list[Problem]]:
    """The policy, and everything that is wrong with it; what is left out is as it is for everybody."""
    if not isinstance(table, dict):
        return SigningPolicy(), [Problem(MALFORMED_VALUE_ERROR, at="/signing", detail="signing is a table: [signing].")]
    values: dict[str, Any] = {}
    problems = []
    for name, value in table.items():
        at = pointer("signing", name)
        if name not in _MEMBERS:
            detail, remedy = f"There is no {name!r} here.", f"There are: {', '.join(_MEMBERS)}."
            problems.append(Problem(UNKNOWN_VALUE, at=at, detail=detail, remedy=remedy))
            continue
        field, reader = _MEMBERS[name]
        try:
            values[field] = reader(value)
        except ValueError as error:
            problems.append(Problem(MALFORMED_VALUE_ERROR, at=at, detail=f"{name}: {error}."))
    return SigningPolicy(**values), problems


def write(policy: SigningPolicy) -> dict[str, Any]:
    """What differs from everybody's, in the members of the table."""
    usual = SigningPolicy()
    differing = {
        name: getattr(policy, field)
        for name, (field, _) in _MEMBERS.items()
        if getattr(policy, field) != getattr(usual, field)
    }
    return {name: _plain(value) for name, value in differing.items()}


def _plain(value: object) -> object:
    match value:
        case MaySign():
            return value.value
        case tuple():
            return list(value)
        case _:
            return value


def _may_sign(value: object) -> MaySign:
    for each in MaySign:
        if value == each.value:
            return each
    raise ValueError(f"{value!r:.60} is none of {', '.join(MaySign)}")


def _mechanism(value: object) -> str:
    if value in (OPEN_BADGE_JWT, DC_SD_JWT):
        raise ValueError(f"{value} signs awards alone, as POST /awards makes them; write one of {', '.join(BROUGHT)}")
    if value not in BROUGHT:
        raise ValueError(f"{value!r:.60} is none of {', '.join(BROUGHT)}")
    return str(value)


def _status(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not set(map(str, value)) <= set(PURPOSES):
        raise ValueError(f"it is a list of {' and '.join(PURPOSES)}, or of neither")
    return tuple(purpose for purpose in PURPOSES if purpose in value)


def _per_minute(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_PER_MINUTE:
        raise ValueError(f"it is a number from 1 to {_MOST_PER_MINUTE:,}")
    return value


_MEMBERS: Mapping[str, tuple[str, Callable[[object], object]]] = {
    "credentials": ("may_sign", _may_sign),
    "mechanism": ("mechanism", _mechanism),
    "status": ("status", _status),
    "per_minute": ("per_minute", _per_minute),
}
