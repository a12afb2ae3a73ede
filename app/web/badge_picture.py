"""Draws the picture of an achievement that has none: its title on the institution's accent, its level as rings.

Eight quarter rings, as the European Qualifications Framework has eight levels; those up to the achievement's are inked.
No font, style or picture from elsewhere: an SVG that stands alone.
"""

from collections.abc import Iterator

from markupsafe import Markup

from app.core.colour import contrast
from app.core.credential.micro_credential import Achievement, Concept
from app.web.line_breaking import LEADING, Fitted, fit, legible

# tokens.css
ACCENT = "#1f3a6e"
_PAPER = "#fbfaf7"
_INK = "#1c2024"

_SIDE = 512
_MARGIN = 44
_SIZES = (64, 58, 52, 46, 40, 35, 31, 27, 24)
_TITLE_HEIGHT = 236
_LEVELS = 8
_EQF = "http://data.europa.eu/snb/eqf/"
_RIGHT_TO_LEFT_MARK = "\u200f"
# Ours where it is drawn in a page of ours, what is usual on each system, and what sets it where it becomes pixels.
_FAMILIES = (
    "'Source Serif 4 Variable', 'Source Serif 4', Georgia, 'Libertinus Serif', 'Noto Serif', 'Times New Roman', serif"
)


def of(achievement: Achievement, *, accent: str | None) -> bytes:
    """The achievement's picture, its title in the achievement's own language."""
    language, title = achievement.title.best(achievement.language)
    return draw(title, language=language, level=eqf_number(achievement.eqf_level), accent=accent)


def eqf_number(level: Concept | None) -> int | None:
    """1 to 8; None where the achievement stands in no level of the framework."""
    number = level.uri.removeprefix(_EQF) if level else ""
    return int(number) if number in {str(each) for each in range(1, _LEVELS + 1)} else None


def draw(title: str, *, language: str, level: int | None, accent: str | None) -> bytes:
    """`accent` as `#rrggbb`; None for our own."""
    red, green, blue = bytes.fromhex((accent or ACCENT)[1:])
    ground = f"#{red:02x}{green:02x}{blue:02x}"
    ink = max((_PAPER, _INK), key=lambda each: contrast(each, ground))
    fitted = fit(title, sizes=_SIZES, width=_SIDE - 2 * _MARGIN, height=_TITLE_HEIGHT)
    said = f"EQF {level}" if level else ""
    return (
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}" viewBox="0 0 {side} {side}"'
            ' role="img" xml:lang="{language}">\n'
            "<title>{name}</title>\n"
            '<clipPath id="sheet"><rect width="{side}" height="{side}" rx="36"/></clipPath>\n'
            '<rect width="{side}" height="{side}" rx="36" fill="{ground}"/>\n'
            '<g clip-path="url(#sheet)" fill="none" stroke="{ink}"{mirrored}>\n{rings}\n</g>\n'
            '<g fill="{ink}" font-family="{families}"{anchor}>\n{lines}\n</g>\n'
            "</svg>\n"
        )
        .format(
            side=_SIDE,
            language=legible(language) or "und",
            name=f"{legible(title)}, {said}" if said else legible(title),
            ground=ground,
            ink=ink,
            mirrored=Markup(' transform="matrix(-1 0 0 1 {} 0)"').format(_SIDE) if fitted.is_right_to_left else "",
            rings=Markup("\n").join(_rings(level)),
            families=_FAMILIES,
            anchor=Markup(' text-anchor="end"') if fitted.is_right_to_left else "",
            lines=Markup("\n").join(_lines(fitted, said)),
        )
        .encode()
    )


def _rings(level: int | None) -> Iterator[Markup]:
    for number in range(1, _LEVELS + 1):
        radius = 22 + 26 * number
        inked = level is not None and number <= level
        yield Markup('<circle cx="{0}" cy="{0}" r="{1}" stroke-width="{2}" stroke-opacity="{3}"/>').format(
            _SIDE, radius, 9 if inked else 2, "0.92" if inked else "0.4"
        )


def _lines(fitted: Fitted, said: str) -> Iterator[Markup]:
    x = _SIDE - _MARGIN if fitted.is_right_to_left else _MARGIN
    mark = _RIGHT_TO_LEFT_MARK if fitted.is_right_to_left else ""
    for number, line in enumerate(fitted.lines):
        # The first baseline is as far below the edge as makes its capitals stand on the margin.
        y = _MARGIN + fitted.size * (0.72 + LEADING * number)
        yield _text(x, y, fitted.size, f"{mark}{line}{mark}")
    if said:
        yield _text(x, _SIDE - _MARGIN, 30, said)


def _text(x: float, y: float, size: float, text: str) -> Markup:
    return Markup('<text x="{}" y="{}" font-size="{}">{}</text>').format(x, round(y, 1), size, text)
