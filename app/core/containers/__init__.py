"""WHAT it came in: files of another kind that carry a credential inside them, each kind a module named in one tuple.

Open Badges 3.0, "baking": https://www.imsglobal.org/spec/ob/v3p0#baked-badge. A module has `MEDIA_TYPE`,
`recognises(content)` (by the first bytes, cheaply), and `extract(content)`: the credential, or a refusal; nothing of
the file around it is decoded, followed or believed.
"""

from dataclasses import dataclass, field

from app.core.containers import pdf, png, svg

CONTAINERS = (pdf, png, svg)
MEDIA_TYPES = frozenset(each.MEDIA_TYPE for each in CONTAINERS)


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """A credential, JSON or a compact JWS, taken out of a file of `media_type`."""

    media_type: str
    content: bytes = field(repr=False)


def unwrap(content: bytes) -> Unwrapped | None:
    """The credential inside `content`; None where it is no file of a kind that can carry one. Raises Refused."""
    for container in CONTAINERS:
        if container.recognises(content):
            return Unwrapped(container.MEDIA_TYPE, container.extract(content))
    return None


def kind(media_type: str) -> str:
    """What people call files of that media type: PDF, PNG, SVG."""
    return media_type.rpartition("/")[2].partition("+")[0].upper()
