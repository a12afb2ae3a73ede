"""`--since`: a day or a moment, in the institution's own time zone; anything else is refused."""

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli.keys import since_when
from app.core.problems import Refused

ZONE = "Europe/Vilnius"


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "2026-1-1", "", "9999-12-31T23:59:59-12:00"])
def test_a_day_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        since_when(text, time_zone=ZONE)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20", "2026-11-19T22:00:00+00:00"),
        ("2026-07-20T14:30", "2026-07-20T11:30:00+00:00"),
        ("2026-11-20T14:30:05Z", "2026-11-20T14:30:05+00:00"),
    ],
)
def test_a_day_is_the_institutions_own(text: str, moment: str) -> None:
    assert since_when(text, time_zone=ZONE).isoformat() == moment


@given(st.text() | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]{0,12}([+-][0-9:]{0,5}|Z)?)?", fullmatch=True))
def test_any_text_is_a_moment_in_utc_or_refused(text: str) -> None:
    try:
        moment = since_when(text, time_zone=ZONE)
    except Refused:
        return
    assert moment.tzinfo is UTC
