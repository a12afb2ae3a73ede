"""The certificate in print: what the paper on the page says, laid out for A4, with what checks it attached."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import segno
from markupsafe import Markup

from app.core.credential.micro_credential import MicroCredential
from app.core.problems import JsonObject
from app.web import cldr
from app.web.drawing import Drawing, Line, Row
from app.web.outside import outside
from app.web.paper import micro_credential_paper
from app.web.runs import Run, Told, runs, undrawable
from app.web.verdict import day_element

_OUTCOMES, _WORKLOAD, _LEVEL, _ASSESSMENT = 6, 7, 8, 9


def content(
    credential: MicroCredential,
    *,
    drawing: Drawing,
    demo: str | None,
    stamp: str | None,
    accent: str | None,
    glyphs: frozenset[int],
    copy_url: str,
    verify_url: str,
) -> JsonObject:
    """All that the template sets. `copy_url` is what the code says; `glyphs` are the characters that we have type for.

    `demo` is the name of an institution that is not real, `stamp` the id of a word across the paper.
    """
    setting = _Setting(drawing, glyphs)
    words, paper = drawing.words, micro_credential_paper(credential, drawing)
    by_number = {number: [row for row in paper.rows if row.number == number] for number in range(1, 17)}
    facts = [setting.row(row, notes=False) for number in (_WORKLOAD, _LEVEL, _ASSESSMENT) for row in by_number[number]]
    rows = [(row.number, setting.row(row)) for row in paper.rows]
    title = credential.achievement.title.best(drawing.language.reader)[1]
    data: dict[str, Any] = {
        "lang": cldr.html_tag(words.language),
        "name": f"{title} – {credential.learner.full_name.open()}",
        "author": credential.issuer.name,
        "accent": accent,
        "kind": setting.text(paper.kind),
        "issuer": setting.text(outside(credential.issuer.name)),
        "demo": setting.text(words("paper.demo", issuer=demo)) if demo else [],
        "title": setting.text(paper.title),
        "awarded_to": setting.text(words("paper.awarded_to")),
        "learner": setting.text(paper.learner),
        "outcomes": [row for number, row in rows if number == _OUTCOMES],
        "more": words("certificate.more").striptags(),
        "facts": facts,
        "place": setting.text(_place(credential, drawing)),
        "stamp": words.plain(stamp) if stamp else None,
        "code": _code(copy_url),
        "code_says": copy_url,
        "code_name": words.plain("certificate.code"),
        "checked": setting.text(words("certificate.checked", address=verify_url.partition("://")[2])),
        "next": words.plain("certificate.next"),
        "all": words.plain("certificate.all"),
        "rows": [row for _, row in rows],
        "attached": words.plain("certificate.attached"),
    }
    data["lacking"] = words.plain("certificate.lacking") if setting.lacks else None
    return data


def as_input(data: JsonObject) -> str:
    return json.dumps(data, ensure_ascii=False, allow_nan=False)


def unprintable(credential: MicroCredential, *, language: str, glyphs: frozenset[int]) -> tuple[str, ...]:
    """The characters of title and learner's name that we have no type for: without them it is no certificate."""
    texts = (credential.achievement.title.best(language)[1], credential.learner.full_name.open())
    # A heading in which nothing is seen is none: PDF/UA refuses it.
    blank = [text or " " for text in texts if not text.strip()]
    return tuple(dict.fromkeys("".join(blank))) or undrawable("".join(texts), glyphs=glyphs)


class _Setting:
    """Turns what the paper says into data, and remembers whether a character had to be told by its number."""

    def __init__(self, drawing: Drawing, glyphs: frozenset[int]) -> None:
        self._document = cldr.html_tag(drawing.words.language)
        self._glyphs = glyphs
        self._told = Told()
        self.lacks = False

    def text(self, markup: Markup | None) -> list[JsonObject]:
        return [self._run(run) for run in runs(markup, glyphs=self._glyphs, told=self._told)]

    def row(self, row: Row, *, notes: bool = True) -> JsonObject:
        heading = Markup('<bdi lang="{}">{}</bdi>').format(cldr.html_tag(row.heading.lang), row.heading.text)
        return {"heading": self.text(heading), "lines": [self._line(line, notes=notes) for line in row.lines]}

    def _line(self, line: Line, *, notes: bool) -> JsonObject:
        return {"text": self.text(line.text), "note": self.text(line.note) if notes else []}

    def _run(self, run: Run) -> JsonObject:
        self.lacks = self.lacks or run.unseen
        lang = None if run.lang in (None, "zxx", self._document) else run.lang
        return {name: value for name, value in (asdict(run) | {"lang": lang}).items() if value}


def _place(credential: MicroCredential, drawing: Drawing) -> Markup:
    """Where and when, as a letter begins: Helsinki, Finland, 12 June 2026."""
    issuer, language = credential.issuer, drawing.words.language
    country = cldr.country(issuer.country, language=language) if issuer.country else None
    day = day_element(credential.awarded_date, language=language)
    return Markup(", ").join([*(outside(part) for part in (issuer.locality, country) if part), day])


def _code(says: str) -> JsonObject:
    """The QR code as rows of dark stretches: [from, length]."""
    matrix = segno.make(says, error="m", micro=False).matrix
    return {"size": len(matrix), "rows": [list(_stretches(row)) for row in matrix]}


def _stretches(row: Iterable[int]) -> Iterable[list[int]]:
    start = None
    for at, dark in enumerate((*row, 0)):
        if dark and start is None:
            start = at
        elif not dark and start is not None:
            yield [start, at - start]
            start = None
