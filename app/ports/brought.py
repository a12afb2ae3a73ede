"""The register of credentials that others composed and had us sign: without an award, each for itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.core.personal import Personal
from app.core.problems import JsonObject
from app.ports.register import Idempotency, Ready, StatusEntry


class ExaminedToSign(Protocol):
    """What `examine` found nothing wrong with; `at` is pure and adds nothing but its places in our lists."""

    def at(self, entries: tuple[StatusEntry, ...]) -> Ready: ...


@dataclass(frozen=True, slots=True)
class BroughtIntention:
    """What `intend` writes down. `id` is ours; `name` what its institution calls it, the credential's own id as a rule.

    It gets a place in the open list of each of `purposes`. Its institution has `per_minute` of them signed in any
    minute, and no more.
    """

    id: str
    name: Personal[str]
    institution: str
    mechanism: str
    verification_method: str
    examined: ExaminedToSign
    purposes: tuple[str, ...]
    actor: str
    per_minute: int
    idempotency: Idempotency | None = None


@dataclass(frozen=True, slots=True)
class BroughtIntended:
    """An intent as it stands in the register: the document is what will be signed, and nothing else."""

    id: str
    document: JsonObject = field(repr=False)
    intended_at: datetime


@dataclass(frozen=True, slots=True)
class BroughtCredential:
    """A credential as the register holds it, opened. Of an erased one nothing is left but its state and its places."""

    id: str
    state: str
    entries: tuple[StatusEntry, ...]
    signed: Personal[bytes] | None


class BroughtCredentials(Protocol):
    async def intend(self, intention: BroughtIntention, *, now: datetime) -> BroughtIntended | BroughtCredential:
        """ONE transaction: idempotency key, the places in lists, and the whole unsigned document.

        Returns what the idempotency key was used for before, where that is recorded.
        Raises Refused: IDEMPOTENCY_KEY_REUSED (another request), IDEMPOTENCY_IN_FLIGHT (neither recorded nor voided);
        TooOften where the institution has had as many signed, by every process, as it may for now.
        """
        ...

    async def replay(self, idempotency: Idempotency, *, institution: str) -> BroughtCredential | None:
        """The recorded credential that this key was used for; None where it was not. Raises IDEMPOTENCY_KEY_REUSED."""
        ...

    async def record(self, credential_id: str, signed: bytes, *, signed_data: bytes, now: datetime) -> None:
        """Records the bytes. Raises Refused (STATE_CONFLICT) where the intent was voided meanwhile."""
        ...

    async def void(self, credential_id: str, *, now: datetime) -> None:
        """Ends an intent that can't be completed; its places are burnt. One that was recorded stays as it is."""
        ...

    async def void_unfinished(self, *, now: datetime) -> int:
        """Voids every intent whose lease has run out: nobody was given what it was to become."""
        ...

    async def find(self, name: Personal[str], *, institution: str) -> Sequence[BroughtCredential]:
        """All that the institution calls so and that were recorded, newest first."""
        ...

    async def act(
        self,
        name: Personal[str],
        act: str,
        *,
        institution: str,
        actor: str,
        now: datetime,
        only: StatusEntry | None = None,
    ) -> Sequence[BroughtCredential]:
        """One row of `issuer/life.py` on each that the institution calls so, or on the one with that place in a list.

        One that is in the state already, which the act leads to, stays as it is. Raises Refused: NOT_FOUND,
        STATE_CONFLICT where the table has no such row for one of them, or it has no place to say so.
        """
        ...

    async def open_list(self, *, institution: str, purpose: str, now: datetime) -> str:
        """The id of the list that the next places of that purpose are in; a new one where there is none with room."""
        ...
