"""Who our institutions and their clients are, and whom we know of others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.core import key_text
from app.core.credential.micro_credential import Organisation
from app.core.multiformats import PublicKey
from app.ports.keys import KeyPurpose


@dataclass(frozen=True, slots=True)
class InstitutionKey:
    """A key of an institution as the directory knows it, its public part as `key_text` writes it.

    `uri` names where the private part is (`file:…`).
    """

    verification_method: str
    public_key_multibase: str
    purposes: frozenset[KeyPurpose]
    uri: str
    created: datetime
    retired: datetime | None = None
    revoked: datetime | None = None

    @property
    def public_key(self) -> PublicKey:
        return key_text.read(self.public_key_multibase)

    @property
    def in_use(self) -> bool:
        return self.retired is None and self.revoked is None


class MaySign(StrEnum):
    """Which credentials that it composed itself an institution may have signed."""

    MICRO_CREDENTIALS = "micro-credentials"
    OPEN_BADGES = "open-badges"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class SigningPolicy:
    """How an institution has signed what it composed itself. `mechanism` None is what its key signs by anyway.

    Each gets a place in a list for each purpose of `status`.
    """

    may_sign: MaySign = MaySign.MICRO_CREDENTIALS
    mechanism: str | None = None
    status: tuple[str, ...] = ("revocation",)
    per_minute: int = 600


@dataclass(frozen=True, slots=True)
class Institution:
    """One awarding body that this service issues for. `name` is its slug in URLs, `[a-z0-9-]+`.

    `mechanisms` are those by which each award is signed, a credential for each; none: the one of its newest key.
    """

    name: str
    did: str
    profile: Organisation
    time_zone: str
    languages: tuple[str, ...]
    contact: str
    demo: bool
    keys: tuple[InstitutionKey, ...] = ()
    accent: str | None = None
    signing: SigningPolicy = SigningPolicy()
    mechanisms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Client:
    """A program of an institution. Its secret is 256 random bits, kept as SHA-256 alone.

    What it has signed that it composed itself is signed by its `mechanism`, where it has one of its own.
    """

    id: str
    institution: str
    secret_sha256: bytes
    scopes: frozenset[str]
    revoked: datetime | None = None
    mechanism: str | None = None


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
    """An issuer that we can say something of. `source` tells where from, for the reader; `own`: we sign for it.

    `accent` is its colour on the paper, `#rrggbb`.
    """

    id: str
    name: str
    source: str
    url: str | None = None
    demo: bool = False
    own: bool = False
    accent: str | None = None


class KnownIssuers(Protocol):
    async def find(self, issuer_id: str) -> KnownIssuer | None: ...
