"""xsd:dateTimeStamp."""

import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import date_time_stamp
from app.core.problems import Refused

_SECOND_YEAR = datetime(2, 1, 1)  # noqa: DTZ001 - hypothesis puts the zone on


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T12:00:00.5+02:00", datetime(2026, 1, 31, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-01-31T12:00:00.1234567-14:00", datetime(2026, 2, 1, 2, 0, 0, 123_456, tzinfo=UTC)),
        ("2026-12-31T24:00:00Z", datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_with_its_offset(text: str, moment: datetime) -> None:
    assert date_time_stamp.read(text, at="/validFrom") == moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31",
        "2026-01-31T12:00:00",
        "2026-01-31 12:00:00Z",
        "2026-02-30T12:00:00Z",
        "2026-01-31T24:00:01Z",
        "2026-01-31T25:00:00Z",
        "2026-01-31T12:00:60Z",
        "2026-01-31T12:00:00+14:01",
        "2026-01-31T12:00:00z",
        "2026-01-31T12:00:00Z\n",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:00:00-14:00",
        "9999-12-31T24:00:00Z",
        "٢٠٢٦-01-31T12:00:00Z",
        20260131,
        None,
    ],
)
def test_what_is_no_date_time_stamp_is_refused(text: object) -> None:
    with pytest.raises(Refused, match="MALFORMED_VALUE_ERROR at /validFrom"):
        date_time_stamp.read(text, at="/validFrom")


@given(
    st.one_of(
        st.text(), st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?(Z|[+-][0-9:]*)?")
    )
)
def test_any_text_is_a_moment_or_refused(text: str) -> None:
    with contextlib.suppress(Refused):
        assert date_time_stamp.read(text, at="").tzinfo is not None


_EARLY = datetime(2, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone


@given(st.datetimes(timezones=st.just(timezone(timedelta(hours=2))), min_value=_EARLY))
def test_what_is_written_reads_as_the_same_second(moment: datetime) -> None:
    assert date_time_stamp.read(date_time_stamp.write(moment), at="") == moment.replace(microsecond=0)
