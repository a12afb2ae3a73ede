"""N-Quads: RDF terms in their canonical form, and a reader for the whole grammar.

https://www.w3.org/TR/rdf-canon/#canonical-quads and https://www.w3.org/TR/n-quads/
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from app.core.problems import PARSING_ERROR, Problem, Refused

_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"

# ECHAR where there is one, UCHAR for the other controls and DEL, every other character as it is.
_ESCAPES = {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)} | {
    ord("\b"): "\\b",
    ord("\t"): "\\t",
    ord("\n"): "\\n",
    ord("\f"): "\\f",
    ord("\r"): "\\r",
    ord('"'): '\\"',
    ord("\\"): "\\\\",
}
_TO_ESCAPE = re.compile(r'[\x00-\x1f\x7f"\\]')
_ECHARS = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "'": "'", "\\": "\\"}


class Quad(NamedTuple):
    """Four terms as canonical N-Quads writes them; `graph` is "" for the default graph. A blank node begins `_:`."""

    subject: str
    predicate: str
    object: str
    graph: str = ""

    def line(self) -> str:
        graph = f" {self.graph}" if self.graph else ""
        return f"{self.subject} {self.predicate} {self.object}{graph} .\n"


def iri(value: str) -> str:
    return f"<{value}>"


def literal(value: str, *, datatype: str = _XSD_STRING, language: str | None = None) -> str:
    quoted = f'"{value.translate(_ESCAPES) if _TO_ESCAPE.search(value) else value}"'
    if language is not None:
        return f"{quoted}@{language}"
    return quoted if datatype == _XSD_STRING else f"{quoted}^^<{datatype}>"


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────

_UCHAR = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_PN_CHARS_U = (
    "A-Za-z_:\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_PN_CHARS = _PN_CHARS_U + "0-9\\-\xb7\u0300-\u036f\u203f\u2040"
_IRIREF = rf"<(?:[^\x00-\x20<>\"{{}}|^`\\]|{_UCHAR})*>"
_BLANK = rf"_:[{_PN_CHARS_U}0-9](?:[{_PN_CHARS}.]*[{_PN_CHARS}])?"
_QUOTED = rf'"(?:[^"\\\n\r]|\\[tbnrf"\'\\]|{_UCHAR})*"'
_STATEMENT = re.compile(
    rf"[ \t]*(?P<subject>{_IRIREF}|{_BLANK})"
    rf"[ \t]*(?P<predicate>{_IRIREF})"
    rf"[ \t]*(?:(?P<node>{_IRIREF}|{_BLANK})"
    rf"|(?P<quoted>{_QUOTED})(?:\^\^(?P<datatype>{_IRIREF})|@(?P<language>[A-Za-z]+(?:-[A-Za-z0-9]+)*))?)"
    rf"[ \t]*(?P<graph>{_IRIREF}|{_BLANK})?[ \t]*\.[ \t]*(?:#.*)?"
)
_EMPTY = re.compile(r"[ \t]*(?:#.*)?")
_ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")


def read_n_quads(text: str) -> Iterator[Quad]:
    """The statements of an N-Quads document, in canonical form. Raises Refused (PARSING_ERROR)."""
    for number, line in enumerate(re.split(r"[\r\n]+", text), start=1):
        if _EMPTY.fullmatch(line):
            continue
        statement = _STATEMENT.fullmatch(line)
        if statement is None:
            raise Refused(Problem(PARSING_ERROR, detail=f"statement {number} is not N-Quads"))
        graph = statement["graph"]
        yield Quad(
            _term(statement["subject"]),
            _term(statement["predicate"]),
            _term(statement["node"]) if statement["node"] else _literal(statement),
            _term(graph) if graph else "",
        )


def _term(text: str) -> str:
    return text if text.startswith("_:") else iri(_unescaped(text[1:-1]))


def _literal(statement: re.Match[str]) -> str:
    datatype = statement["datatype"]
    return literal(
        _unescaped(statement["quoted"][1:-1]),
        datatype=_unescaped(datatype[1:-1]) if datatype else _XSD_STRING,
        language=statement["language"],
    )


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(_character, text) if "\\" in text else text


def _character(escape: re.Match[str]) -> str:
    short, long, echar = escape.groups()
    if echar:
        return _ECHARS[echar]
    code = int(short or long, 16)
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise Refused(Problem(PARSING_ERROR, detail=f"{escape[0]} is no character"))
    return chr(code)
