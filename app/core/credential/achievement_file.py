"""The file that says what a class is awarded, the same for every learner: TOML for people, JSON for programs."""

from datetime import date, datetime, time

from app.core import strict_json, strict_toml
from app.core.problems import MALFORMED_VALUE_ERROR, PARSING_ERROR, JsonObject, Problem, Refused, Said, pointer, said

MAX_BYTES = 262_144

# Beside the achievement, as in the body of `POST /awards`.
BESIDE = ("awardedDate", "validFrom", "validUntil", "grade")


def read(data: bytes) -> JsonObject:
    """`{achievement, awardedDate, …}`, unexamined. Raises Refused where it is neither TOML nor JSON.

    The achievement's members may stand at the top, as people write them, or under `achievement`, as programs do.
    """
    if len(data) > MAX_BYTES:
        raise _unreadable(f"has {len(data):,} bytes; at most {MAX_BYTES:,} are read", said("file.large"))
    data = data.removeprefix(b"\xef\xbb\xbf")
    # No TOML document begins with a brace, and every JSON object does.
    found = strict_json.read_object(data if data.lstrip()[:1] == b"{" else _as_json(data))
    if "achievement" in found:
        return found
    achievement = {name: value for name, value in found.items() if name not in BESIDE}
    return {**{name: found[name] for name in BESIDE if name in found}, "achievement": achievement}


def _as_json(data: bytes) -> bytes:
    """What JSON has no word for is told as it would be written there: days and moments as text."""
    problems: list[Problem] = []
    try:
        plain = _plain(strict_toml.read(data), (), problems)
    except strict_toml.NotToml as error:
        raise _unreadable(f"the achievement file is not TOML: {error}", said("file.toml", why=str(error))) from None
    except RecursionError:
        raise _unreadable("the achievement file is nested too deeply", said("file.other")) from None
    if problems:
        raise Refused(*problems)
    return strict_json.write(plain)


def _unreadable(detail: str, which: Said) -> Refused:
    return Refused(Problem(PARSING_ERROR, detail=detail, said=which))


def _plain(value: object, path: tuple[str | int, ...], problems: list[Problem]) -> object:
    match value:
        case dict():
            return {name: _plain(member, (*path, name), problems) for name, member in value.items()}
        case list():
            return [_plain(item, (*path, number), problems) for number, item in enumerate(value)]
        case datetime() | date():
            return value.isoformat()
        case time():
            problems.append(Problem(MALFORMED_VALUE_ERROR, at=pointer(*path), detail="is a time without a day"))
        case float() if value != value or value in (float("inf"), float("-inf")):
            problems.append(Problem(MALFORMED_VALUE_ERROR, at=pointer(*path), detail=f"{value} is no number"))
        case int() if abs(value) > 2**53 - 1:
            problems.append(Problem(MALFORMED_VALUE_ERROR, at=pointer(*path), detail="is beyond ±(2^53−1)"))
        case _:
            return value
    return None
