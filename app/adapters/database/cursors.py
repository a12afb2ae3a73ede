"""Where a page of awards ended, as an opaque word that only this service can have written, for one institution."""

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime

from app.core.personal import Personal
from app.core.problems import MALFORMED_VALUE_ERROR, Problem, Refused
from app.ports import Vault

_MAC_BYTES = 16
_MAX_CURSOR_CHARACTERS = 1_024


@dataclass(frozen=True, slots=True)
class Position:
    """The last award of a page."""

    created: datetime
    award_id: str


class Cursors:
    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def write(self, position: Position, *, institution: str) -> str:
        content = f"{position.created.astimezone(UTC).isoformat()} {position.award_id}"
        return urlsafe_b64encode(self._mac(content, institution) + content.encode()).decode().rstrip("=")

    def read(self, cursor: str, *, institution: str) -> Position:
        """Raises Refused (MALFORMED_VALUE_ERROR at /cursor) for a cursor that is not ours, or another institution's."""
        if len(cursor) > _MAX_CURSOR_CHARACTERS:
            raise _not_ours()
        try:
            decoded = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
            content = decoded[_MAC_BYTES:].decode()
        except (binascii.Error, UnicodeError):
            raise _not_ours() from None
        if not hmac.compare_digest(self._mac(content, institution), decoded[:_MAC_BYTES]):
            raise _not_ours()
        created, _, award_id = content.partition(" ")
        return Position(datetime.fromisoformat(created), award_id)

    def _mac(self, content: str, institution: str) -> bytes:
        return self._vault.digest(Personal(content), kind=f"cursor of {institution}")[:_MAC_BYTES]


def _not_ours() -> Refused:
    return Refused(
        Problem(
            MALFORMED_VALUE_ERROR,
            at="/cursor",
            detail="this cursor was not given out by this service for these awards",
            remedy="Begin again without a cursor.",
        )
    )
