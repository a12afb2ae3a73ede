"""The register of awards: what was awarded, and all that was done to it since."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from app.core.personal import Personal
from app.core.problems import JsonObject
from app.ports.messages import Message


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """One place in one published list."""

    list_id: str
    index: int
    purpose: str = "revocation"


class Ready(Protocol):
    @property
    def document(self) -> JsonObject: ...


class Examined(Protocol):
    """What `examine` found nothing wrong with; `at` is pure and adds nothing but the entry."""

    def at(self, entry: StatusEntry) -> Ready: ...


@dataclass(frozen=True, slots=True)
class Idempotency:
    """The `Idempotency-Key` of a request (draft-ietf-httpapi-idempotency-key-header), and a digest of the request."""

    key: str
    request_digest: bytes


@dataclass(frozen=True, slots=True)
class CredentialIntention:
    """One credential that is to be signed; `intend` makes its document from `examined`.

    `mandatory_pointers` are what is always shown of a credential of which parts can be; None leaves that to `sign`.
    """

    id: str
    mechanism: str
    verification_method: str
    examined: Examined
    mandatory_pointers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Intention:
    """What `intend` writes down: an award, and its credentials in their order, which say the same.

    `supersedes` is the award whose place this one takes, `reason` why. Where there is a `learner_email`, the learner is
    written to once the award is recorded.
    """

    award_id: str
    institution: str
    credentials: tuple[CredentialIntention, ...]
    title: str
    learner_name: Personal[str]
    learner_digests: tuple[bytes, ...]
    achievement_id: str
    awarded_date: str
    claim_token_sha256: bytes
    claim_expires: datetime
    actor: str
    idempotency: Idempotency | None = None
    learner_email: Personal[str] | None = None
    supersedes: str | None = None
    reason: Personal[str] | None = None


@dataclass(frozen=True, slots=True)
class Intended:
    """An intent as it stands in the register: what any process can complete from. `number`: which of its award's."""

    award_id: str
    credential_id: str
    number: int
    institution: str
    mechanism: str
    verification_method: str
    document: JsonObject
    intended_at: datetime
    mandatory_pointers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ActRecord:
    """One act on an award, with who did it and why. The reason is the institution's own and never published."""

    act: str
    actor: str
    at: datetime
    reason: Personal[str] | None


@dataclass(frozen=True, slots=True)
class RegisteredCredential:
    id: str
    mechanism: str
    state: str
    status_list_id: str
    status_list_index: int
    signed: Personal[bytes] | None


@dataclass(frozen=True, slots=True)
class RegisteredAward:
    """An award as the register holds it, opened. An erased one has no learner, no credential and no reason any more."""

    id: str
    institution: str
    state: str
    title: str
    learner_name: Personal[str] | None
    achievement_id: str
    awarded_date: str
    created: datetime
    claim_generation: int
    claim_expires: datetime
    credentials: tuple[RegisteredCredential, ...]
    acts: tuple[ActRecord, ...] = ()
    messages: tuple[Message, ...] = ()
    learner_email: Personal[str] | None = None
    supersedes: str | None = None
    superseded_by: str | None = None

    @property
    def primary(self) -> Personal[bytes] | None:
        """The signed bytes of the first of its credentials, where they are kept: those of receipts and certificates."""
        return next((credential.signed for credential in self.credentials[:1]), None)


@dataclass(frozen=True, slots=True)
class AwardFilter:
    """Which awards are looked for: all that is given holds. `learner` are keyed digests, all of which must be there.

    The days are of the awarded date, both included.
    """

    learner: tuple[bytes, ...] = ()
    achievement_id: str | None = None
    state: str | None = None
    awarded_from: date | None = None
    awarded_until: date | None = None


EVERY_AWARD = AwardFilter()


@dataclass(frozen=True, slots=True)
class NextClaim:
    """The claim link that takes the place of a withdrawn one: its generation is one more than the award's."""

    generation: int
    token_sha256: bytes
    expires: datetime


@dataclass(frozen=True, slots=True)
class Page:
    awards: tuple[RegisteredAward, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class ClaimLink:
    """A claim link as it was found by its token's digest: it may be withdrawn or expired."""

    award_id: str
    generation: int
    expires: datetime
    withdrawn: datetime | None


class Register(Protocol):
    """What was awarded. The unit is the credential; an award groups those that say the same."""

    async def intend(self, intention: Intention, *, now: datetime) -> tuple[Intended, ...] | RegisteredAward:
        """ONE transaction: idempotency key, award, and of each credential list and index, key, and the whole document.

        Returns those that are still to be signed; or the award itself where the idempotency key was used for it before
        and all of it is recorded.
        Raises Refused: IDEMPOTENCY_KEY_REUSED (another request), IDEMPOTENCY_IN_FLIGHT (its lease is still running).
        """
        ...

    async def replay(self, idempotency: Idempotency, *, institution: str) -> RegisteredAward | None:
        """The recorded award that this key was used for; None where it was not. Raises as `intend` does."""
        ...

    async def record(self, credential_id: str, signed: bytes, *, signed_data: bytes, now: datetime) -> bytes:
        """Records the bytes where the state is still *intended*; returns the first recorded bytes, which win.

        The award is issued with the last of its credentials.

        `signed_data` is what the key signed, the hash of the document and its proof options: see `RecordedProofs`.
        Raises Refused (STATE_CONFLICT) where the intent was voided.
        """
        ...

    async def void(self, credential_id: str, *, reason: str, now: datetime) -> None:
        """Ends an intent that can't be completed, and its award, none of which was handed over. Indexes are burnt."""
        ...

    async def unfinished(self, *, now: datetime) -> Intended | None:
        """One intent whose lease has run out, its lease renewed for the caller; None where there is none."""
        ...

    async def find(self, award_id: str, *, institution: str) -> RegisteredAward | None: ...

    async def of_credential(self, credential_id: str, *, institution: str) -> RegisteredAward | None:
        """The award that has the credential of this id, as it is written in it."""
        ...

    async def list(self, *, institution: str, cursor: str | None, limit: int, where: AwardFilter = EVERY_AWARD) -> Page:
        """Newest first. Raises Refused (MALFORMED_VALUE_ERROR at /cursor) for a cursor that is not ours."""
        ...

    async def newest_of_each_achievement(self, *, institution: str, limit: int) -> tuple[RegisteredAward, ...]:
        """Of each achievement the newest award whose signed credential is kept; newest first."""
        ...

    async def act(
        self,
        award_id: str,
        act: str,
        *,
        institution: str,
        actor: str,
        reason: Personal[str] | None,
        now: datetime,
        next_claim: NextClaim | None = None,
        learner_email: Personal[str] | None = None,
    ) -> RegisteredAward:
        """One row of `issuer/life.py`, on the award and all its credentials, in one transaction; lists' versions rise.

        `withdraw` ends the claim link and needs `next_claim`, the one that is found from then on. `send` writes to the
        learner, at `learner_email` where it is given. `erase` destroys the data key. The learner's own acts, `claim`
        and `decline`, are kept once. `supersede` is not asked for here: recording the award that supersedes does it.
        Raises Refused: NOT_FOUND, STATE_CONFLICT (the table has no such row; another withdrew meanwhile).
        """
        ...

    async def claim(self, token_sha256: bytes) -> tuple[ClaimLink, RegisteredAward] | None: ...


class RecordedProofs(Protocol):
    """What our institutions' keys signed, and when the register recorded it: no key alone can write that."""

    async def recorded(self, signed_data: bytes) -> datetime | None:
        """When the credential was recorded whose proof signs these bytes; None where none was."""
        ...
