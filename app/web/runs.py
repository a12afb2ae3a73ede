"""What the pages write as HTML, as runs of text for print: the same words, links and isolation, without a browser."""

import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Run:
    """Text that is alike throughout. `lang` where it is not the document's; `unseen` is a character by its number."""

    text: str
    lang: str | None = None
    link: str | None = None
    strong: bool = False
    unseen: bool = False


@dataclass(slots=True)
class Told:
    """How many characters a document may still tell by their numbers; after that, a stretch of them is told as “…”."""

    left: int = 2_000


def runs(markup: Markup | None, *, glyphs: frozenset[int], told: Told | None = None) -> tuple[Run, ...]:
    """The runs of `markup`. A character that is in none of our `glyphs` becomes its number, like one without a look."""
    if markup is None:
        return ()
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    told = told or Told()
    return tuple(piece for run in reader.done for piece in _drawable(run, glyphs, told))


def undrawable(text: str, *, glyphs: frozenset[int]) -> tuple[str, ...]:
    """The characters of `text` that no type of ours has, each once, in their order."""
    return tuple(character for character in dict.fromkeys(text) if not _is_drawable(character, glyphs))


def _is_drawable(character: str, glyphs: frozenset[int]) -> bool:
    return character in "\n\t" or ord(character) in glyphs


def _drawable(run: Run, glyphs: frozenset[int], told: Told) -> list[Run]:
    lacking = undrawable(run.text, glyphs=glyphs)
    if not lacking:
        return [run]
    pieces: list[Run] = []
    end = 0
    stretches = re.compile("[" + re.escape("".join(lacking)) + "]+")
    for found in stretches.finditer(run.text):
        shown = found[0][: told.left]
        if not shown:
            break
        pieces += [replace(run, text=run.text[end : found.start()])] if found.start() > end else []
        pieces += [replace(run, text=f"U+{ord(character):04X}", unseen=True) for character in shown]
        told.left -= len(shown)
        end = found.start() + len(shown)
    rest = stretches.sub("…", run.text[end:])
    return [*pieces, replace(run, text=rest)] if rest else pieces


class _Reader(HTMLParser):
    """Our own markup alone comes here: `bdi`, `a`, `strong`, `time`, `span` for what is unseen."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.done: list[Run] = []
        self._open: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.done.append(Run("\n"))
            return
        self._open.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            continue

    def handle_data(self, data: str) -> None:
        self.done.append(
            Run(
                data,
                lang=self._innermost("bdi", "lang"),
                link=self._innermost("a", "href"),
                strong=any(tag == "strong" for tag, _ in self._open),
                unseen=self._innermost("span", "class") == "unseen",
            )
        )

    def _innermost(self, tag: str, attribute: str) -> str | None:
        return next((values.get(attribute) for name, values in reversed(self._open) if name == tag), None)
