"""Two drawings of what was measured, as SVG: how the cost grows, and each mechanism beside its peers."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from bench.proofs import Grown
from bench.table import Row

_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#222}.small{font-size:11px;fill:#555}"
    ".grid{stroke:#ddd}.axis{stroke:#555}@media(prefers-color-scheme:dark){"
    "text{fill:#eee}.small{fill:#bbb}.grid{stroke:#444}.axis{stroke:#aaa}svg{background:#1b1b1b}}"
)
_OURS, _PEER = "#0b6e4f", "#b4570a"


@dataclass(frozen=True)
class _Scale:
    """From a value to a place, by powers of ten."""

    least: float
    most: float
    start: float
    end: float

    def at(self, value: float) -> float:
        part = math.log(value / self.least) / math.log(self.most / self.least)
        return round(self.start + part * (self.end - self.start), 1)

    def ticks(self) -> list[float]:
        powers = range(math.ceil(math.log10(self.least)), math.floor(math.log10(self.most)) + 1)
        return [10.0**power for power in powers]


def growth(rows: Sequence[Grown]) -> str:
    """Both axes by powers: what grows as the document does is a straight line, as steep as the dotted one."""
    x = _Scale(3_500, 75_000, 80, 560)
    y = _Scale(100, 200_000, 350, 40)
    parts = [*_grid(y, left=80, right=560)]
    for size in sorted({row.document_bytes for row in rows}):
        parts += [_line(x.at(size), 40, x.at(size), 350, "grid"), _text(x.at(size), 370, _size(size), "middle")]
    parts.append(_text(320, 394, "the credential’s size", "middle", "small"))
    parts.append(_text(20, 26, "time for one credential (wall time, both axes by powers)", "start", "small"))
    ends: list[tuple[float, str]] = []
    for peers, colour in ((False, _OURS), (True, _PEER)):
        for work, dash in (("issue", ""), ("verify", "6 4")):
            seen = [
                (each.document_bytes, each.row.peer_us if peers else each.row.ours_us)
                for each in rows
                if each.row.work == work
            ]
            points = " ".join(f"{x.at(size)},{y.at(us)}" for size, us in seen)
            parts.append(
                f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" '
                f'stroke-dasharray="{dash}"/>'
            )
            who = "@digitalbazaar" if peers else "Testamur"
            ends.append((y.at(seen[-1][1]) + 4, f"{who}: {work}"))
    parts += [_text(568, place, name, "start") for place, name in _apart(ends)]
    first = min(row.document_bytes for row in rows)
    points = " ".join(f"{x.at(size)},{y.at(us)}" for size, us in ((first, 150.0), (first * 16, 2_400.0)))
    parts.append(f'<polyline points="{points}" fill="none" stroke="#888" stroke-dasharray="1 4"/>')
    parts.append(_text(x.at(first * 2) + 12, y.at(300) + 20, "as steep as the size", "start", "small"))
    return _svg(740, 404, "Time to sign and to verify, by the size of the credential", parts)


def _apart(labels: list[tuple[float, str]]) -> Iterable[tuple[float, str]]:
    """From top to bottom, no two closer than a line."""
    least = 0.0
    for place, name in sorted(labels):
        least = max(place, least + 16)
        yield least, name


def peers(rows: Sequence[Row]) -> str:
    """A pair of bars for each piece of work that a peer does too; the shorter, the better."""
    beside = [row for row in rows if row.peer]
    height = 60 + 44 * len(beside)
    x = _Scale(10, 100_000, 250, 660)
    parts: list[str] = []
    for tick in x.ticks():
        parts += [_line(x.at(tick), 40, x.at(tick), height - 14, "grid"), _text(x.at(tick), 32, _time(tick), "middle")]
    for number, row in enumerate(beside):
        top = 50 + 44 * number
        parts += [
            _text(240, top + 14, f"{row.work}, {row.mechanism}", "end"),
            _text(240, top + 29, f"beside {row.peer}", "end", "small"),
            _bar(250, top, x.at(row.ours_us) - 250, _OURS),
            _bar(250, top + 16, x.at(row.peer_us) - 250, _PEER),
            _text(max(x.at(row.ours_us), x.at(row.peer_us)) + 8, top + 20, f"× {row.ratio:g}", "start"),
        ]
    parts.append(
        _text(250, 14, "time for one credential, by powers of ten: ours above, the peer below", "start", "small")
    )
    return _svg(740, height, "Each mechanism beside its peers", parts)


def _grid(y: _Scale, *, left: float, right: float) -> Iterable[str]:
    for tick in y.ticks():
        yield _line(left, y.at(tick), right, y.at(tick), "grid")
        yield _text(left - 8, y.at(tick) + 4, _time(tick), "end")


def _time(microseconds: float) -> str:
    return f"{microseconds:g} µs" if microseconds < 1_000 else f"{microseconds / 1_000:g} ms"


def _size(size: int) -> str:
    return f"{round(size / 1_000)} KB"


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" class="{kind}"/>'


def _bar(x: float, y: float, width: float, colour: str) -> str:
    return f'<rect x="{x}" y="{y}" width="{round(max(width, 1), 1)}" height="14" fill="{colour}"/>'


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" class="{kind}">{escape(text)}</text>'


def _svg(width: int, height: int, title: str, parts: Iterable[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
    inside = "\n".join(parts)
    return f"{head}><title>{escape(title)}</title><style>{_STYLE}</style>\n{inside}\n</svg>\n"
