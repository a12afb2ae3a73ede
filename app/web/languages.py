"""Which language a person reads: what they chose, else what their browser asks for, else English."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# The languages of the Commission's headings, as each calls itself (CLDR): asking Babel for them reads 29 whole locales.
# Serbian is written there in Latin letters.
OWN_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "bg": "Български",
        "cs": "Čeština",
        "da": "Dansk",
        "de": "Deutsch",
        "el": "Ελληνικά",
        "en": "English",
        "es": "Español",
        "et": "Eesti",
        "fi": "Suomi",
        "fr": "Français",
        "ga": "Gaeilge",
        "hr": "Hrvatski",
        "hu": "Magyar",
        "is": "Íslenska",
        "it": "Italiano",
        "lt": "Lietuvių",
        "lv": "Latviešu",
        "mk": "Македонски",
        "mt": "Malti",
        "nl": "Nederlands",
        "no": "Norsk",
        "pl": "Polski",
        "pt": "Português",
        "ro": "Română",
        "sk": "Slovenčina",
        "sl": "Slovenščina",
        "sr": "Srpski",
        "sv": "Svenska",
        "tr": "Türkçe",
    }
)
LANGUAGES = tuple(OWN_NAMES)
WHOLE_PAGES = ("en", "de")
_SAME = {"nb": "no", "nn": "no"}
_MAX_HEADER_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True)
class Language:
    """`reader` is what the credential's headings, dates and names are in, `words` what our own sentences are in."""

    reader: str

    def __post_init__(self) -> None:
        if self.reader not in LANGUAGES:
            raise ValueError(f"{self.reader} is not one of our languages")

    @property
    def words(self) -> str:
        return self.reader if self.reader in WHOLE_PAGES else "en"


ENGLISH = Language("en")


def choose(*, asked: str | None, accept_language: str | None) -> Language:
    """`asked` is the value of `?lang=`; `accept_language` the header (RFC 9110 §12.5.4), whatever is in it."""
    for tag in (asked or "", *_by_preference(accept_language or "")):
        if reader := known(tag):
            return Language(reader)
    return ENGLISH


def known(tag: str) -> str | None:
    """The one of our languages that `tag` (BCP 47) means."""
    primary = tag.strip().lower().partition("-")[0]
    primary = _SAME.get(primary, primary)
    return primary if primary in LANGUAGES else None


def _by_preference(header: str) -> list[str]:
    wanted: list[tuple[float, str]] = []
    for item in header[:_MAX_HEADER_CHARACTERS].split(","):
        tag, _, parameters = item.partition(";")
        weight = _weight(parameters)
        if weight > 0:
            wanted.append((-weight, tag))
    return [tag for _, tag in sorted(wanted, key=lambda entry: entry[0])]


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    value = value.strip()
    # RFC 9110 §12.4.2: at most three decimals. `float` alone would also read `inf`, `nan` and `1_0`.
    digits = value.replace(".", "", 1)
    return min(float(value), 1.0) if digits.isdecimal() and digits.isascii() and len(value) <= 5 else 0.0
