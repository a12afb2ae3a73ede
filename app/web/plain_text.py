"""The report as plain text, for a terminal: the same words as on the page."""

import html

from markupsafe import Markup

from app.verifier.report import VerificationReport
from app.web.check_rows import check_rows
from app.web.languages import Language
from app.web.outline import outline
from app.web.outside import visible
from app.web.verdict import band
from app.web.words import Library

_MARKS = {"passed": "+", "failed": "x", "undetermined": "?", "warned": "!", "not_applicable": "-"}


def report_lines(report: VerificationReport, *, language: Language) -> tuple[str, ...]:
    """The headline, what follows from it, what it is about, and a line for each check with its problems."""
    words = Library.read().of(language)
    about = outline(report.received.document)
    shown = band(report, about, words=words)
    lines = [_text(shown.headline), *(f"  {_text(sentence)}" for sentence in shown.sentences), ""]
    lines += [f"  {_text(visible(each))}" for each in (about.title, about.learner, about.issuer_name) if each]
    lines.append("")
    for row in check_rows(report, about, words=words):
        lines.append(f"  {_MARKS[row.state]} {_text(row.title)}: {_text(row.said)}")
        lines += [f"      {_text(visible(f'{each.code} {each.at} {each.detail}'))}" for each in row.problems]
    return tuple(lines)


def _text(markup: Markup) -> str:
    return html.unescape(markup.striptags())
