"""What the tests of the database award: one institution, and as many intentions as they ask for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from app.adapters.database import Database
from app.core.credential.micro_credential import Identifier, Organisation
from app.core.personal import Personal
from app.core.problems import JsonObject
from app.ports import (
    Client,
    CredentialIntention,
    Idempotency,
    Institution,
    InstitutionKey,
    Intended,
    Intention,
    KeyPurpose,
    StatusEntry,
)

NOW = datetime(2026, 11, 24, 9, 30, 15, 123456, tzinfo=UTC)
LEASE = timedelta(seconds=30)
CANARY = "Zoë Canary-Marković"

INSTITUTION = Institution(
    name="north",
    did="did:web:example.org:issuers:north",
    profile=Organisation(
        id="did:web:example.org:issuers:north",
        name="North University",
        country="SI",
        identifiers=(Identifier(scheme="ext:ROR", value="https://ror.org/05njb9z20"),),
    ),
    time_zone="Europe/Ljubljana",
    languages=("sl", "en"),
    contact="registry@example.org",
    demo=False,
    keys=(
        InstitutionKey(
            verification_method="did:web:example.org:issuers:north#key-2",
            public_key_multibase="z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
            purposes=frozenset({KeyPurpose.CREDENTIAL}),
            uri="file:north-credential.pem",
            created=NOW,
        ),
        InstitutionKey(
            verification_method="did:web:example.org:issuers:north#key-1",
            public_key_multibase="z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH",
            purposes=frozenset({KeyPurpose.STATUS_LIST}),
            uri="file:north-status-list.pem",
            created=NOW,
            retired=NOW + timedelta(days=1),
        ),
    ),
    accent="#0b5c4a",
)
CLIENT = Client(
    id="north-1",
    institution="north",
    secret_sha256=sha256(b"secret").digest(),
    scopes=frozenset({"write:/credentials/issue", "read:/awards"}),
)


@dataclass(frozen=True, slots=True)
class Written:
    document: JsonObject


@dataclass(frozen=True, slots=True)
class Template:
    """What `examine` hands over, as far as the register sees it."""

    document: JsonObject

    def at(self, entry: StatusEntry) -> Written:
        return Written({**self.document, "credentialStatus": {"list": entry.list_id, "index": entry.index}})


def intention(
    *,
    award_id: str | None = None,
    idempotency: Idempotency | None = None,
    institution: str = "north",
    credentials: int = 1,
) -> Intention:
    award_id = award_id or str(uuid4())
    return Intention(
        award_id=award_id,
        institution=institution,
        credentials=tuple(
            CredentialIntention(
                id=f"urn:uuid:{award_id if number == 1 else uuid4()}",
                mechanism="data-integrity",
                verification_method="did:web:example.org:issuers:north#key-2",
                examined=Template({"credentialSubject": {"name": CANARY}, "awardedDate": "2026-11-24T00:00:00+01:00"}),
            )
            for number in range(1, credentials + 1)
        ),
        title="Data Literacy",
        learner_name=Personal(CANARY),
        learner_digests=(sha256(CANARY.encode()).digest(),),
        achievement_id="https://example.org/achievements/1",
        awarded_date="2026-11-24",
        claim_token_sha256=token_of(award_id),
        claim_expires=NOW + timedelta(days=90),
        actor="north-1",
        idempotency=idempotency,
    )


def token_of(award_id: str, generation: int = 1) -> bytes:
    return sha256(f"{award_id} {generation}".encode()).digest()


def signed_bytes(intended: Intended) -> bytes:
    return f'{{"id": "{intended.credential_id}", "name": "{CANARY}"}}'.encode()


async def recorded(database: Database, credential_id: str, signed: bytes, *, now: datetime = NOW) -> bytes:
    """The recorded bytes; what the key signed is made up, another for each credential."""
    return await database.register.record(credential_id, signed, signed_data=repr(credential_id).encode(), now=now)


async def intend(database: Database, *, now: datetime = NOW, idempotency: Idempotency | None = None) -> Intended:
    found = await database.register.intend(intention(idempotency=idempotency), now=now)
    assert isinstance(found, tuple)
    return found[0]


async def issue(database: Database, *, now: datetime = NOW, idempotency: Idempotency | None = None) -> Intended:
    intended = await intend(database, now=now, idempotency=idempotency)
    await recorded(database, intended.credential_id, signed_bytes(intended), now=now)
    return intended
