"""NumericDate, the moments of a JWT: seconds since 1970 in UTC.

https://www.rfc-editor.org/rfc/rfc7519#section-2
"""

from datetime import UTC, datetime

from app.core.problems import MALFORMED_VALUE_ERROR, JsonObject, Problem, Refused, pointer

# The last second of the year 9999, beyond which Python, and most calendars, know no day.
_LAST = 253_402_300_799


def read(claims: JsonObject, name: str, *, problem_type: str = MALFORMED_VALUE_ERROR) -> datetime | None:
    """The moment in the claim `name`; None where there is none. Raises Refused where it is no NumericDate."""
    if name not in claims:
        return None
    match claims[name]:
        case bool():
            pass
        case int(seconds) | float(seconds) if 0 <= seconds <= _LAST:
            return datetime.fromtimestamp(seconds, UTC)
    detail = f"{claims[name]!r:.60} is not a number of seconds since 1970"
    raise Refused(Problem(problem_type, at=pointer(name), detail=detail))


def write(moment: datetime) -> int:
    """Whole seconds, the fraction cut off."""
    return int(moment.timestamp())
