"""Which language a person reads."""

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from app.web import cldr
from app.web.languages import LANGUAGES, OWN_NAMES, Language, choose


@pytest.mark.parametrize(
    ("asked", "header", "chosen"),
    [
        (None, None, "en"),
        (None, "", "en"),
        (None, "de-AT,de;q=0.9,en;q=0.8", "de"),
        (None, "en;q=0.1,fr;q=0.9", "fr"),
        (None, "xx,nb;q=0.5", "no"),
        (None, "de;q=0,fr;q=0.1", "fr"),
        (None, "de;q=nan,fr;q=inf,it;q=1_0", "en"),
        (None, "*", "en"),
        ("el", "de", "el"),
        ("EL-gr", "de", "el"),
        ("xx", "de", "de"),
        ("../../etc", None, "en"),
    ],
)
def test_the_language_is_what_was_chosen_else_what_the_browser_asks_for(
    asked: str | None, header: str | None, chosen: str
) -> None:
    assert choose(asked=asked, accept_language=header) == Language(chosen)


@given(st.text(), st.text())
def test_any_header_gives_one_of_our_languages(asked: str, header: str) -> None:
    assert choose(asked=asked, accept_language=header).reader in LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_words_for_a_workload(language: str) -> None:
    assert "duration" not in cldr.hours("PT75H30M", language=language)


@pytest.mark.parametrize(
    ("duration", "shown"), [("PT60H", "60 hours"), ("PT1H", "1 hour"), ("PT1H30M", "1 hour and 30 minutes")]
)
def test_a_workload_is_shown_in_words(duration: str, shown: str) -> None:
    assert cldr.hours(duration, language="en") == shown


@pytest.mark.parametrize("duration", ["", "PT", "P60M", "P3D", "sixty hours"])
def test_a_duration_that_is_not_of_hours_is_shown_as_it_is_written(duration: str) -> None:
    assert cldr.hours(duration, language="en") == duration


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_is_called_as_it_calls_itself(language: str) -> None:
    names = Locale.parse({"sr": "sr_Latn", "no": "nb"}.get(language, language)).languages
    name = names.get(language) or names["nb"]
    assert OWN_NAMES[language] == name[:1].upper() + name[1:]
