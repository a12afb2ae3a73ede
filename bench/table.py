"""What was measured, as rows: written as one table, and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """One piece of work, by us, by the cryptography in it alone, and by a peer.

    Microseconds of wall time, medians; `peer_cpu_us` is the CPU time of all of the peer's threads. 0 where there is
    none: no cryptography that must be done, or no peer.
    """

    work: str
    mechanism: str
    ours_us: float
    bare_us: float
    peer: str = ""
    peer_us: float = 0
    peer_cpu_us: float = 0

    @property
    def ratio(self) -> float:
        """How many times longer the peer takes."""
        return round(self.peer_us / self.ours_us, 1)

    @property
    def times_bare(self) -> float:
        return round(self.ours_us / self.bare_us, 1) if self.bare_us else 0

    def as_json(self) -> dict[str, object]:
        rounded = {name: round(value, 1) if isinstance(value, float) else value for name, value in asdict(self).items()}
        return {**rounded, "ratio": self.ratio}


_HEADINGS = ("", "", "ours µs", "bare µs", "× bare", "peer", "peer µs", "its CPU", "ratio")
_LEFT = {0, 1, 5}


def write(rows: Sequence[Row]) -> str:
    """For a terminal: what is 0 is not said."""
    return "\n".join(_lines(_cells(rows)))


def markdown(rows: Sequence[Row]) -> str:
    """For a page, without the CPU of the peers."""
    head = "| work | mechanism | ours, µs | cryptography alone | × | peer | peer, µs | ratio |"
    rule = "|---|---|--:|--:|--:|---|--:|--:|"
    body = (f"| {' | '.join((*cells[:7], cells[8]))} |" for cells in _cells(rows))
    return "\n".join((head, rule, *body))


def _cells(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    return [
        (
            row.work,
            row.mechanism,
            _number(row.ours_us),
            _number(row.bare_us),
            _number(row.times_bare, 1),
            row.peer,
            _number(row.peer_us),
            _number(row.peer_cpu_us),
            _number(row.ratio, 1),
        )
        for row in rows
    ]


def _number(value: float, digits: int = 0) -> str:
    return f"{value:,.{digits}f}" if value else ""


def _lines(cells: list[tuple[str, ...]]) -> list[str]:
    every = [_HEADINGS, *cells]
    widths = [max(len(line[column]) for line in every) for column in range(len(_HEADINGS))]
    return [
        "  ".join(
            text.ljust(width) if column in _LEFT else text.rjust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in every
    ]
