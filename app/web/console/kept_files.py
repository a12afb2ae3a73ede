"""Files that a form carries back to itself, so that nobody has to choose them twice; the server keeps none of them.

They travel inside the page, which is drawn for one session alone and stored by nobody (`Cache-Control: no-store`):
there is no draft to expire, to guess, or to find in a backup.
"""

import binascii
import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass, field

from app.core.problems import PARSING_ERROR, Problem, Refused, said
from app.http.forms import Form

_MOST_BYTES = 2_097_152
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as it was handed in, and what it was called there."""

    name: str
    content: bytes = field(repr=False)

    @property
    def packed(self) -> str:
        """The content as a field of a form carries it: a list of a megabyte fits into one, too."""
        return b64encode(zlib.compress(self.content)).decode()


def handed_in(form: Form, name: str) -> KeptFile | None:
    """The file that was chosen now, else the one that the form brought back. Raises Refused where that is damaged."""
    file = form.file(name)
    if file is not None:
        return KeptFile((file.filename or "")[:_LONGEST_NAME], file.content)
    packed = form.text(f"kept_{name}")
    if not packed:
        return None
    return KeptFile((form.text(f"kept_{name}_name") or "")[:_LONGEST_NAME], _unpacked(packed))


def _unpacked(packed: str) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        content = unpacking.decompress(b64decode(packed, validate=True), _MOST_BYTES)
    except (binascii.Error, ValueError, zlib.error):
        raise _damaged() from None
    if not unpacking.eof or unpacking.unused_data:
        raise _damaged()
    return content


def _damaged() -> Refused:
    detail, remedy = "what the form kept of the files came back damaged", "choose them again"
    return Refused(Problem(PARSING_ERROR, detail=detail, remedy=remedy, said=said("list.damaged")))
