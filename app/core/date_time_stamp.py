"""xsd:dateTimeStamp: a moment with its offset from UTC, as text and as a value.

https://www.w3.org/TR/xmlschema11-2/#dateTimeStamp
"""

import re
from datetime import UTC, datetime, timedelta

from app.core.problems import MALFORMED_VALUE_ERROR, Problem, Refused

_LEXICAL = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})T(?P<hour>[0-9]{2}):(?P<rest>[0-5][0-9]:[0-5][0-9])"
    r"(?:\.(?P<fraction>[0-9]+))?(?P<offset>Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?",
    re.ASCII,
)


def read(
    text: object, *, at: str, problem_type: str = MALFORMED_VALUE_ERROR, if_without_offset: str | None = None
) -> datetime:
    """The moment that `text` names; what is finer than a microsecond is cut off.

    Raises Refused where it is no xsd:dateTimeStamp, or names a moment outside of the years 1 to 9999 in UTC. A time
    without an offset is none; `if_without_offset` is the one to read it by all the same.
    """

    def refused(why: str) -> Refused:
        return Refused(
            Problem(problem_type, at=at, detail=f"{text!r:.60} {why}", remedy="write it like 2026-01-31T12:00:00Z")
        )

    if not isinstance(text, str):
        raise refused("is not a string")
    lexical = _LEXICAL.fullmatch(text)
    if lexical is None:
        raise refused("is not a date and time")
    offset = lexical["offset"] or if_without_offset
    if offset is None:
        raise refused("has no time zone")
    # 24:00:00 is the end of the day, and no other time has an hour 24.
    midnight = (lexical["hour"], lexical["rest"], (lexical["fraction"] or "").strip("0")) == ("24", "00:00", "")
    hour = "00" if midnight else lexical["hour"]
    fraction = (lexical["fraction"] or "")[:6].ljust(6, "0")
    offset = "+00:00" if offset == "Z" else offset
    try:
        moment = datetime.fromisoformat(f"{lexical['date']}T{hour}:{lexical['rest']}.{fraction}{offset}")
        moment = moment + timedelta(days=1) if midnight else moment
        moment.astimezone(UTC)
    except (ValueError, OverflowError) as no_such_moment:
        raise refused("is on no calendar") from no_such_moment
    return moment


def write(moment: datetime) -> str:
    """`moment` to the second, in UTC, as specifications' examples write it."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
