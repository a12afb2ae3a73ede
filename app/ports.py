"""What we ask of the world, in small protocols that `main` hands in: one module, because it is one boundary."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from app.core.credential.micro_credential import Achievement, Organisation
from app.core.json_ld import Contexts
from app.core.personal import Personal
from app.core.problems import JsonObject, Problem

P = ParamSpec("P")
T = TypeVar("T")


# ── what may fail for a while ────────────────────────────────────────────────────────────────────────────────────────


class Unavailable(Exception):  # noqa: N818 - the state, not the mistake
    """Something that we need (a database) does not answer now: nothing is half done, and it may be asked again."""

    def __init__(self, what: str, retry_after_seconds: int = 5) -> None:
        super().__init__(what, retry_after_seconds)
        self.retry_after_seconds = retry_after_seconds

    def __str__(self) -> str:
        return str(self.args[0])


class Overloaded(Exception):  # noqa: N818 - the state, not the mistake
    """There is no room for more work now: it was not begun, or lost, and may be asked again."""

    def __init__(self, what: str, retry_after_seconds: int = 1) -> None:
        super().__init__(what, retry_after_seconds)
        self.retry_after_seconds = retry_after_seconds

    def __str__(self) -> str:
        return str(self.args[0])


class TooSlow(Overloaded):
    """This very work was begun, and took longer than any may: it was stopped."""


# ── the network ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered: 200, no redirect followed, at most the byte limit, identity encoding."""

    url: str
    media_type: str
    content: bytes


class Fetch(Protocol):
    async def __call__(
        self, url: str, *, accept: str, deadline: float, otherwise: str, at_most_seconds_old: float | None = None
    ) -> Fetched:
        """GET `url`. `deadline` is a reading of the event loop's clock, one for all fetches of a verification.

        A copy that is remembered serves too, unless it is older than `at_most_seconds_old`. Raises Refused with one
        problem of type `otherwise` where it may not be asked, did not answer in time, or answered something else than
        200: the detail says which host and why.
        """
        ...

    def keep(self, fetched: Fetched, *, accept: str, ttl_seconds: float | None, until: float | None) -> None:
        """What was fetched proved good, and says itself how long it may be kept: `ttl_seconds` from its fetching (None:
        it does not say), and never past `until`, a reading of the event loop's clock. Who remembers nothing ignores it.
        """
        ...


class Compute(Protocol):
    async def run(self, work: Callable[Concatenate[Contexts, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `work(contexts, *args)` where it can't hold up the event loop. Arguments and results are frozen values.

        `work` is a function of a module, so that another process finds it. Raises what `work` raises (Refused), and
        Overloaded where the queue is full, TooSlow where the deadline passed.
        """
        ...


class Counts(Protocol):
    """What whoever runs the service is told of its work: how often, and how long.

    What is counted is a member of a closed set, never a text: no name, no id and no host can get among the numbers.
    """

    def add(self, what: StrEnum) -> None: ...

    def timed(self, what: StrEnum) -> AbstractContextManager[None]:
        """Takes the time of what is done within, however it ends."""
        ...


class NotCounted:
    """Fulfils `Counts` where nobody asks, as in a command."""

    def add(self, what: StrEnum) -> None:
        """Nobody is told."""

    def timed(self, what: StrEnum) -> AbstractContextManager[None]:
        return nullcontext()


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


class KeyPurpose(StrEnum):
    """What a key is for. A signer refuses every other purpose (trust rule 5)."""

    CREDENTIAL = "credential"
    STATUS_LIST = "status-list"
    ACCESS_TOKEN = "access-token"  # noqa: S105 - a purpose, not a password
    CLAIM_LINK = "claim-link"
    DATA = "data"


class Signer(Protocol):
    """Stands before one private key. Nothing else ever sees one."""

    @property
    def verification_method(self) -> str: ...

    @property
    def purposes(self) -> frozenset[KeyPurpose]: ...

    @property
    def algorithm(self) -> str:
        """JOSE name of the signature algorithm: `EdDSA`."""
        ...

    async def sign(self, data: bytes, *, purpose: KeyPurpose) -> bytes:
        """The raw signature. Raises Refused (PROOF_GENERATION_ERROR) for a purpose that is not the key's."""
        ...


class Signers(Protocol):
    """The keys that this process may sign with: opened at start, and one that is made later on its first use."""

    async def by_method(self, verification_method: str) -> Signer:
        """The signer of an institution's key, a retired one too: what was begun with it is finished with it.

        Raises Refused (PROOF_GENERATION_ERROR) where it is none of ours, or revoked; Unavailable where it is ours, and
        does not open here.
        """
        ...

    def by_purpose(self, purpose: KeyPurpose) -> Signer:
        """The service's own key for a purpose: CLAIM_LINK (HMAC-SHA256, `HS256`) or ACCESS_TOKEN (`EdDSA`)."""
        ...


class Vault(Protocol):
    """Personal data at rest: AES-256-GCM under a data key of its award, which is wrapped by a key in `keys/`."""

    def new_data_key(self) -> bytes:
        """A fresh data key, wrapped: what the database may keep. Destroying it is erasing all that it sealed."""
        ...

    def seal(self, plaintext: bytes, *, data_key: bytes, bound_to: str) -> bytes:
        """`bound_to` names the row and the column: a sealed value moved elsewhere does not open."""
        ...

    def open(self, sealed: bytes, *, data_key: bytes, bound_to: str) -> bytes:
        """Raises Refused where the value was altered, moved, or sealed under another key."""
        ...

    def digest(self, value: Personal[str], *, kind: str) -> bytes:
        """A keyed digest for looking up; equal values of one kind give equal digests."""
        ...


# ── who our institutions and their clients are ───────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class InstitutionKey:
    """A key of an institution as the directory knows it. `uri` names where the private part is (`file:…`)."""

    verification_method: str
    public_key_multibase: str
    purposes: frozenset[KeyPurpose]
    uri: str
    created: datetime
    retired: datetime | None = None
    revoked: datetime | None = None

    @property
    def in_use(self) -> bool:
        return self.retired is None and self.revoked is None


@dataclass(frozen=True, slots=True)
class Institution:
    """One awarding body that this service issues for. `name` is its slug in URLs, `[a-z0-9-]+`."""

    name: str
    did: str
    profile: Organisation
    time_zone: str
    languages: tuple[str, ...]
    contact: str
    demo: bool
    keys: tuple[InstitutionKey, ...] = ()
    accent: str | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """A program of an institution. Its secret is 256 random bits, kept as SHA-256 alone."""

    id: str
    institution: str
    secret_sha256: bytes
    scopes: frozenset[str]
    revoked: datetime | None = None


class Institutions(Protocol):
    """Whom this service issues for."""

    async def institution(self, name: str) -> Institution | None: ...

    async def institution_by_did(self, did: str) -> Institution | None: ...


class Directory(Institutions, Protocol):
    async def institutions(self) -> Sequence[Institution]:
        """All of them, in the order in which they were made: the first is who runs the service."""
        ...

    async def client(self, client_id: str) -> Client | None: ...

    async def clients(self, institution: str | None = None) -> Sequence[Client]:
        """The clients of an institution, or all."""
        ...

    async def add_institution(self, institution: Institution, client: Client, *, public_url: str) -> None:
        """The first institution, its client and the deployment's public URL, in one transaction.

        Raises Refused (STATE_CONFLICT) where there is one already.
        """
        ...

    async def add_further_institution(self, institution: Institution, client: Client) -> None:
        """Another institution and its client, in one transaction. Raises Refused (STATE_CONFLICT): a name is taken."""
        ...

    async def change_institution(self, before: Institution, after: Institution) -> None:
        """What it says of itself, and its keys, in one transaction; another key for lists has them signed anew.

        Raises Refused (STATE_CONFLICT) where what is kept is not `before`. Its name, its DID and a key that was once
        there stay.
        """
        ...

    async def add_client(self, client: Client) -> None: ...

    async def change_client(self, before: Client, after: Client) -> None:
        """Raises Refused (STATE_CONFLICT) where what is kept is not `before`."""
        ...

    async def public_url(self) -> str | None:
        """The public URL as it was at the first start; None before it."""
        ...


@dataclass(frozen=True, slots=True)
class KnownIssuer:
    """An issuer that we can say something of. `source` tells where from, for the reader; `own`: we sign for it."""

    id: str
    name: str
    source: str
    url: str | None = None
    demo: bool = False
    own: bool = False


class KnownIssuers(Protocol):
    async def find(self, issuer_id: str) -> KnownIssuer | None: ...


# ── people who sign in ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works at an institution, and signs in by an e-mail address and a password.

    `must_change` is a password that somebody else has seen. A person who was removed stays known by name, because
    they are named beside what they did.
    """

    id: str
    institution: str
    login: Personal[str]
    name: Personal[str]
    roles: frozenset[str]
    password_hash: str = field(repr=False)
    must_change: bool = False
    removed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One person at one browser. Its token is 256 random bits, kept as SHA-256 alone."""

    token_sha256: bytes
    person_id: str
    begun: datetime
    seen: datetime


class People(Protocol):
    async def add(self, person: Person, *, now: datetime) -> None:
        """Raises Refused (STATE_CONFLICT) where somebody signs in by that address already."""
        ...

    async def by_login(self, login: Personal[str]) -> Person | None:
        """Whoever signs in by this address now: nobody who was removed."""
        ...

    async def list(self, *, institution: str) -> Sequence[Person]:
        """All who were ever added, those removed too, in the order that they came."""
        ...

    async def set_password(self, person_id: str, password_hash: str, *, must_change: bool) -> None:
        """Takes the place of the old one, and ends every session of the person."""
        ...

    async def rehash(self, person_id: str, *, old: str, new: str) -> None:
        """The same password under newer parameters; nothing where it was changed meanwhile."""
        ...

    async def remove(self, person_id: str, *, now: datetime) -> None:
        """Ends all sessions; the address is free again, the name stays."""
        ...


class Sessions(Protocol):
    async def begin(self, session: Session, *, forget_before: datetime) -> None:
        """Keeps it, and forgets every session that began before then."""
        ...

    async def find(self, token_sha256: bytes) -> tuple[Session, Person] | None: ...

    async def seen(self, token_sha256: bytes, *, now: datetime) -> None: ...

    async def end(self, token_sha256: bytes) -> None: ...


class Passwords(Protocol):
    """Hashes that are slow on purpose, made where they do not hold up the event loop."""

    @property
    def nobodys(self) -> str:
        """The hash of a password that nobody has: checking against it costs what checking any does."""
        ...

    async def hash(self, password: str) -> str: ...

    async def verify(self, password: str, password_hash: str) -> bool: ...

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than those in use."""
        ...


# ── the register of awards ───────────────────────────────────────────────────────────────────────────────────────────


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
class Intention:
    """What `intend` writes down, beside the document that it makes from `examined`.

    `supersedes` is the award whose place this one takes, `reason` why. Where there is a `learner_email`, the learner is
    written to once the award is recorded.
    """

    award_id: str
    credential_id: str
    institution: str
    mechanism: str
    verification_method: str
    examined: Examined
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
    """An intent as it stands in the register: what any process can complete from."""

    award_id: str
    credential_id: str
    institution: str
    mechanism: str
    verification_method: str
    document: JsonObject
    intended_at: datetime


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


class MessageKind(StrEnum):
    """What a learner is told."""

    AWARDED = "awarded"
    CORRECTED = "corrected"
    LINK = "link"


class MessageState(StrEnum):
    """How far a message came. `bounced`: the learner's mail server refuses it for good; `failed`: ours gave up."""

    WAITING = "waiting"
    PENDING = "pending"
    SENT = "sent"
    BOUNCED = "bounced"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Message:
    """A message to a learner: what it tells, how far it came and since when; `detail` is the mail server's answer."""

    id: str
    kind: MessageKind
    state: MessageState
    changed: datetime
    attempts: int = 0
    detail: str = ""


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

    async def intend(self, intention: Intention, *, now: datetime) -> Intended | RegisteredAward:
        """ONE transaction: idempotency key, award, credential, list and index, key, and the whole unsigned document.

        Returns the award itself where the idempotency key was used for it before and its credentials are recorded.
        Raises Refused: IDEMPOTENCY_KEY_REUSED (another request), IDEMPOTENCY_IN_FLIGHT (its lease is still running).
        """
        ...

    async def replay(self, idempotency: Idempotency, *, institution: str) -> RegisteredAward | None:
        """The recorded award that this key was used for; None where it was not. Raises as `intend` does."""
        ...

    async def record(self, credential_id: str, signed: bytes, *, signed_data: bytes, now: datetime) -> bytes:
        """Records the bytes where the state is still *intended*; returns the first recorded bytes, which win.

        `signed_data` is what the key signed, the hash of the document and its proof options: see `RecordedProofs`.
        Raises Refused (STATE_CONFLICT) where the intent was voided.
        """
        ...

    async def void(self, credential_id: str, *, reason: str, now: datetime) -> None:
        """Ends an intent that can't be completed. Its index is burnt."""
        ...

    async def unfinished(self, *, now: datetime) -> Intended | None:
        """One intent whose lease has run out, its lease renewed for the caller; None where there is none."""
        ...

    async def find(self, award_id: str, *, institution: str) -> RegisteredAward | None: ...

    async def list(self, *, institution: str, cursor: str | None, limit: int, where: AwardFilter = EVERY_AWARD) -> Page:
        """Newest first. Raises Refused (MALFORMED_VALUE_ERROR at /cursor) for a cursor that is not ours."""
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


@dataclass(frozen=True, slots=True)
class DueMessage:
    """A message whose time has come, and all that its text is made of."""

    message: Message
    to: Personal[str]
    award: RegisteredAward


class Outbox(Protocol):
    """Messages that were written with the acts they tell of, until a mail server has taken or refused them."""

    async def due(self, *, now: datetime) -> DueMessage | None:
        """One message to send now, leased to the caller: nobody else gets it until the lease has run out."""
        ...

    async def settle(
        self, message_id: str, state: MessageState, *, detail: str, now: datetime, next_attempt: datetime | None = None
    ) -> None:
        """How sending it went. `pending` needs `next_attempt`; any other state is its end."""
        ...


class RecordedProofs(Protocol):
    """What our institutions' keys signed, and when the register recorded it: no key alone can write that."""

    async def recorded(self, signed_data: bytes) -> datetime | None:
        """When the credential was recorded whose proof signs these bytes; None where none was."""
        ...


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it goes to a mail server. The same `message_id` again is the same letter again."""

    message_id: str
    to: Personal[str]
    sender_name: str
    reply_to: str | None
    language: str
    written: datetime
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)


class MailRefused(Exception):  # noqa: N818 - the state, not the mistake
    """The mail server will not take a letter: for good, or for now. `status` is its code, and its words are personal.

    https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1 and https://www.rfc-editor.org/rfc/rfc3463
    """

    def __init__(self, status: str, answer: Personal[str], *, permanent: bool) -> None:
        super().__init__(status)
        self.status = status
        self.answer = answer
        self.permanent = permanent


class Mail(Protocol):
    async def send(self, letter: Letter) -> str:
        """Hands a letter to the mail server; returns what it answered, which then is answerable for it.

        Raises MailRefused; Unavailable where it did not answer, or may not be spoken to as it is.
        """
        ...


# ── classes ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One learner of a class. `body` is the request of the award; `key` makes it the same when it is sent again."""

    row: int
    key: str
    learner_name: Personal[str]
    body: Personal[bytes]


@dataclass(frozen=True, slots=True)
class Batch:
    """A class that nothing is wrong with. The same class of the same institution has the same `id`."""

    id: str
    key: str
    rows: tuple[BatchRow, ...]


@dataclass(frozen=True, slots=True)
class RowAwarded:
    row: int
    key: str
    learner_name: Personal[str]
    award_id: str
    claim_url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RowFailed:
    """What was not awarded, and why; sending the class again tries it again."""

    row: int
    key: str
    learner_name: Personal[str]
    problem: Problem


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """How far a class has come; what was awarded of it stays, whatever happens to the rest."""

    id: str
    total: int
    running: bool
    awarded: tuple[RowAwarded, ...]
    failed: tuple[RowFailed, ...]


class Batches(Protocol):
    """Classes that are being awarded, and those that were lately."""

    async def start(self, batch: Batch, *, institution: Institution, actor: str) -> BatchProgress:
        """Begins to award the class, or joins it where it is under way. Raises Overloaded where there is no room."""
        ...

    async def find(self, batch_id: str, *, institution: str) -> BatchProgress | None:
        """None where it is not this institution's, or not remembered: sending it again awards nothing twice."""
        ...


# ── what we publish ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class StatusListRows:
    """A status list as its rows say: `version` rises with every change; `set_indexes` are the bits that are set."""

    list_id: str
    institution: str
    purpose: str
    length: int
    version: int
    set_indexes: Sequence[int] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PublishedList:
    """The signed list as it was last published, and of which version of the rows it was made."""

    list_id: str
    version: int
    published: datetime
    content: bytes


class StatusLists(Protocol):
    """Where lists are kept. A list is a projection of rows, published under a version by compare-and-swap."""

    async def rows(self, list_id: str) -> StatusListRows | None: ...

    async def version(self, list_id: str) -> int | None: ...

    async def published(self, list_id: str) -> PublishedList | None: ...

    async def publish(self, published: PublishedList) -> PublishedList:
        """Keeps it where its version (then its time) is newer than what is kept; returns what is kept then."""
        ...


class Publications(Protocol):
    """What this service publishes, as the verifier asks for it, without a network."""

    async def status_list(self, url: str, *, now: datetime) -> bytes | None:
        """The signed list at one of our own URLs; None where the URL is not ours."""
        ...

    async def controlled_identifier_document(self, identifier: str) -> JsonObject | None:
        """The document of one of our own institutions; None where it is not ours."""
        ...

    async def recorded(self, signed_data: bytes) -> datetime | None:
        """When our own register recorded the credential whose proof signs these bytes; None where it did not."""
        ...


# ── what paper leads to ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Sealed:
    """A credential sealed for print: `id` and `key` go on the paper, `id` and `content` to the service."""

    id: str
    key: Personal[str]
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SealedCopy:
    """What the service keeps of it. The award's credential may be erased; then this must be forgotten too."""

    id: str
    award_id: str
    institution: str
    content: bytes = field(repr=False)
    created: datetime


class SealedCopies(Protocol):
    async def keep(self, copy: SealedCopy) -> None:
        """Once for each id: the same credential has the same copy, until its award is erased or superseded.

        Raises Refused (GONE) where it is erased already.
        """
        ...

    async def find(self, copy_id: str) -> bytes | None: ...


# ── what else `main` hands in ────────────────────────────────────────────────────────────────────────────────────────


class DrawAchievement(Protocol):
    def __call__(self, achievement: Achievement, *, accent: str | None) -> bytes:
        """A picture of the achievement as SVG that stands alone; `accent` is the institution's, `#rrggbb`."""
        ...


class Rasterise(Protocol):
    async def __call__(self, svg: bytes, *, width_pixels: int) -> bytes:
        """The picture that `svg`, one of our own, draws, as PNG."""
        ...


class Clock(Protocol):
    def __call__(self) -> datetime:
        """Now, in UTC, with its zone."""
        ...


Headers = Mapping[str, str]
