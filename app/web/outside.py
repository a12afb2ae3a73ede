"""Text from outside, made safe to read: isolated, escaped, and with nothing in it that cannot be seen.

https://www.unicode.org/reports/tr9/ and https://www.unicode.org/reports/tr36/
"""

import re
import unicodedata
from urllib.parse import urlsplit

from markupsafe import Markup, escape

_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_BLANK_LETTERS = "\u115f\u1160\u3164\uffa0"
_JOINERS = "\u200c\u200d"
_ALPHABETS_WITHOUT_JOINERS = ("LATIN", "GREEK", "CYRILLIC")
_MAX_LINK_CHARACTERS = 2_000
_MAX_TEXT_CHARACTERS = 20_000
# So many of them say enough of a text.
_MOST_UNSEEN = 200
# Neither a letter, a digit nor an underscore, nor of ASCII that is seen; and the letters that have no look.
_PERHAPS_UNSEEN = re.compile(rf"[^\w\x20-\x7e]|[{_BLANK_LETTERS}]")


def visible(text: str) -> Markup:
    """`text` escaped, each character without a look of its own (bidi control, zero-width …) shown by its number."""
    shown = text[:_MAX_TEXT_CHARACTERS]
    more = Markup("…") if len(text) > _MAX_TEXT_CHARACTERS else Markup("")
    pieces: list[Markup] = []
    end = 0
    for found in _PERHAPS_UNSEEN.finditer(shown):
        at = found.start()
        if not _is_unseen(shown[at], before=shown[at - 1] if at else ""):
            continue
        pieces += (escape(shown[end:at]), Markup('<span class="unseen">U+{}</span>').format(f"{ord(shown[at]):04X}"))
        end = at + 1
        if len(pieces) > 2 * _MOST_UNSEEN:
            return Markup("").join((*pieces, Markup("…")))
    return Markup("").join((*pieces, escape(shown[end:]), more))


def outside(text: str, *, lang: str | None = None) -> Markup:
    """`visible` text, isolated so that its direction stays its own."""
    if lang is None:
        return Markup("<bdi>{}</bdi>").format(visible(text))
    return Markup('<bdi lang="{}">{}</bdi>').format(lang, visible(text))


def link(url: str, *, text: str | None = None) -> Markup:
    """A link where `url` is plainly https; what else it may be is only shown."""
    shown = outside(text or url)
    if not _is_plain_https(url):
        return shown
    return Markup('<a href="{}" rel="noopener noreferrer nofollow">{}</a>').format(url, shown)


def _is_unseen(character: str, *, before: str) -> bool:
    # Joiners belong to the spelling of some alphabets, and to emoji. Cf holds all bidi controls.
    if character in _JOINERS:
        return not _takes_joiners(before)
    if character in "\n\t":
        return False
    return unicodedata.category(character) in _UNSEEN_CATEGORIES or character in _BLANK_LETTERS


def _takes_joiners(before: str) -> bool:
    if not before or unicodedata.category(before)[0] not in "LMS":
        return False
    return not unicodedata.name(before, "").startswith(_ALPHABETS_WITHOUT_JOINERS)


def _is_plain_https(url: str) -> bool:
    if len(url) > _MAX_LINK_CHARACTERS or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return False
