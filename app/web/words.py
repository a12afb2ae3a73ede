"""Our own words, each under an id: plain sentences into which what comes from elsewhere is set, isolated."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import TypeAlias

from markupsafe import Markup, escape

from app.web.languages import WHOLE_PAGES, Language
from app.web.outside import outside

_LOCALES = Path(__file__).parent / "locales"

Value: TypeAlias = str | Markup
Piece: TypeAlias = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language. Called with an id and the values of its placeholders."""

    language: str
    sentences: Mapping[str, tuple[Piece, ...]]

    def __call__(self, sentence: str, /, **values: Value) -> Markup:
        """Markup (a date, a link) is set in as it is; a `str` is from outside and is isolated and escaped."""
        parts = [
            escape(text) + ("" if name is None else _set_in(values[name])) for text, name in self.sentences[sentence]
        ]
        return Markup("").join(parts)

    def plain(self, sentence: str, /, **values: str) -> str:
        """The same as text, for what is no page: nothing is escaped or isolated."""
        return "".join(text + ("" if name is None else values[name]) for text, name in self.sentences[sentence])


@dataclass(frozen=True, slots=True)
class Library:
    """Every language's words; read once."""

    words: Mapping[str, Words]

    @classmethod
    def read(cls) -> "Library":
        return cls({language: _read(language) for language in WHOLE_PAGES})

    def of(self, language: Language) -> Words:
        return self.words[language.words]


def sentences(language: str) -> dict[str, str]:
    """The sentences of `locales/{language}.json` as they are written there, by id."""
    entries = json.loads((_LOCALES / f"{language}.json").read_bytes())
    return {key: entry["text"] if isinstance(entry, dict) else entry for key, entry in entries.items()}


def placeholders(sentence: str) -> set[str]:
    return {name for _, name in _pieces(sentence) if name is not None}


def _read(language: str) -> Words:
    return Words(language, {key: _pieces(text) for key, text in sentences(language).items()})


def _pieces(sentence: str) -> tuple[Piece, ...]:
    pieces = tuple(Formatter().parse(sentence))
    for _, name, spec, conversion in pieces:
        if name is not None and (not name.isidentifier() or spec or conversion):
            raise ValueError(f"{sentence!r}: a placeholder is a plain name in braces")
    return tuple((text, name) for text, name, _, _ in pieces)


def _set_in(value: Value) -> Markup:
    return value if isinstance(value, Markup) else outside(value)
