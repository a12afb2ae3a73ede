"""Dates, numbers, countries and languages as the reader writes them. The only module that knows Babel."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_time, get_datetime_format
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit

# English as it is written in Europe; Serbian in the letters of the Commission's headings.
_LOCALES = {"en": "en_GB", "sr": "sr_Latn", "no": "nb"}
_HTML_TAGS = {"sr": "sr-Latn"}
_DURATION = re.compile(r"PT(?:(\d{1,6})H)?(?:(\d{1,6})M)?", re.ASCII)


def html_tag(language: str) -> str:
    """The value of the `lang` attribute for one of our languages."""
    return _HTML_TAGS.get(language, language)


def day(value: date, *, language: str) -> str:
    return format_date(value, "long", locale=_locale(language))


def moment(value: datetime, *, language: str) -> str:
    """Day and time in UTC; the page puts it into the reader's zone where it can."""
    locale = _locale(language)
    value = value.astimezone(UTC)
    pattern = str(get_datetime_format("long", locale=locale)).replace("'", "")
    time = format_time(value, "short", locale=locale) + " UTC"
    return pattern.replace("{0}", time).replace("{1}", format_date(value, "long", locale=locale))


def country(code: str, *, language: str) -> str:
    """The country's name, else the code itself."""
    name: str | None = _locale(language).territories.get(code)
    return name or code


def language_name(tag: str, *, language: str) -> str:
    """The name of the language that `tag` (BCP 47) names, else the tag itself."""
    name: str | None = _locale(language).languages.get(tag.partition("-")[0].lower())
    return name or tag


def number(value: Decimal, *, language: str) -> str:
    return format_decimal(value, locale=_locale(language), decimal_quantization=False)


def hours(duration: str, *, language: str) -> str:
    """An xsd:duration of hours and minutes in words; any other duration as it is written."""
    match = _DURATION.fullmatch(duration)
    if match is None or not any(match.groups()):
        return duration
    units = (("hour", match[1]), ("minute", match[2]))
    counted = [_counted(int(count), unit, locale=_locale(language)) for unit, count in units if count]
    return listed(counted, language=language)


def _counted(count: int, unit: str, *, locale: Locale) -> str:
    """CLDR lacks the long form of a unit in some languages; Babel then gives the unit's own name, which is no word."""
    lengths: tuple[Literal["long", "short", "narrow"], ...] = ("long", "short", "narrow")
    for length in lengths:
        counted = format_unit(count, f"duration-{unit}", length, locale=locale)
        if "duration-" not in counted:
            return counted
    return f"{count} {unit[:1]}"


def listed(items: Sequence[str], *, language: str) -> str:
    return format_list(items, style="standard", locale=_locale(language))


def _locale(language: str) -> Locale:
    return Locale.parse(_LOCALES.get(language, language))
