"""The achievement of a class as a file: TOML says what JSON says, and what neither can say is refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import strict_json
from app.core.credential import achievement_file
from app.core.credential.award_request import EXAMPLE
from app.core.problems import Refused

ROOT = Path(__file__).resolve().parents[4]


def test_days_and_moments_are_read_as_json_would_write_them() -> None:
    found = achievement_file.read(b"awardedDate = 2026-06-30\nvalidUntil = 2031-06-30T00:00:00Z\ntitle.en = 'A'\n")
    assert found == {
        "awardedDate": "2026-06-30",
        "validUntil": "2031-06-30T00:00:00+00:00",
        "achievement": {"title": {"en": "A"}},
    }


def test_the_achievement_may_stand_in_a_table_of_its_own() -> None:
    flat = achievement_file.read(b"awardedDate = 2026-06-30\nmode = ['Online']\n")
    assert achievement_file.read(b"awardedDate = 2026-06-30\n[achievement]\nmode = ['Online']\n") == flat


def test_json_says_the_same() -> None:
    shared = {name: EXAMPLE[name] for name in ("awardedDate", "achievement")}
    assert achievement_file.read(strict_json.write(shared)) == shared
    assert achievement_file.read(strict_json.write({**EXAMPLE["achievement"], "awardedDate": "2026-06-30"})) == shared


def test_the_order_of_the_languages_is_kept() -> None:
    found = achievement_file.read(b"[title]\nlt = 'A'\nen = 'B'\n")
    assert list(found["achievement"]["title"]) == ["lt", "en"]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        (b"point = nan", "/point"),
        (b"point = 9007199254740993", "/point"),
        (b"[title]\nen = 08:30:00", "/title/en"),
        (b"title = ", ""),
        (b"\xff", ""),
        (b'{"title": ', ""),
        (b"a = " + b"[" * 5_000, ""),
    ],
)
def test_what_json_has_no_word_for_is_refused(text: bytes, at: str) -> None:
    with pytest.raises(Refused) as caught:
        achievement_file.read(text)
    assert caught.value.problems[0].at == at


@given(st.one_of(st.binary(max_size=200), st.text(alphabet="a.=[]{}'\"0123456789-:TZ\n_enx+", max_size=80)))
def test_any_bytes_are_an_achievement_or_refused(data: bytes | str) -> None:
    try:
        found = achievement_file.read(data if isinstance(data, bytes) else data.encode())
    except Refused:
        return
    strict_json.read(strict_json.write(found))
