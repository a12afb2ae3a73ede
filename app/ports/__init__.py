"""What we ask of the world, in small protocols that `main` hands in: one boundary, a module for each of its sides."""

from app.ports.challenges import Challenges
from app.ports.classes import Batch, Batches, BatchProgress, BatchRow, RowAwarded, RowFailed
from app.ports.clock import Clock
from app.ports.compute import Compute
from app.ports.counts import Counts, NotCounted
from app.ports.directory import Client, Directory, Institution, InstitutionKey, Institutions, KnownIssuer, KnownIssuers
from app.ports.fetch import Fetch, Fetched
from app.ports.keys import KeyPurpose, Signer, Signers, Vault
from app.ports.messages import Message, MessageKind, MessageState
from app.ports.outbox import DueMessage, Letter, Mail, MailRefused, Outbox
from app.ports.paper import DrawAchievement, Rasterise, Sealed, SealedCopies, SealedCopy
from app.ports.people import Passwords, People, Person, Session, Sessions
from app.ports.publications import Publications, PublishedList, StatusListRows, StatusLists
from app.ports.register import (
    EVERY_AWARD,
    ActRecord,
    AwardFilter,
    ClaimLink,
    Examined,
    Idempotency,
    Intended,
    Intention,
    NextClaim,
    Page,
    Ready,
    RecordedProofs,
    Register,
    RegisteredAward,
    RegisteredCredential,
    StatusEntry,
)
from app.ports.unavailable import Overloaded, TooSlow, Unavailable

__all__ = [
    "EVERY_AWARD",
    "ActRecord",
    "AwardFilter",
    "Batch",
    "BatchProgress",
    "BatchRow",
    "Batches",
    "Challenges",
    "ClaimLink",
    "Client",
    "Clock",
    "Compute",
    "Counts",
    "Directory",
    "DrawAchievement",
    "DueMessage",
    "Examined",
    "Fetch",
    "Fetched",
    "Idempotency",
    "Institution",
    "InstitutionKey",
    "Institutions",
    "Intended",
    "Intention",
    "KeyPurpose",
    "KnownIssuer",
    "KnownIssuers",
    "Letter",
    "Mail",
    "MailRefused",
    "Message",
    "MessageKind",
    "MessageState",
    "NextClaim",
    "NotCounted",
    "Outbox",
    "Overloaded",
    "Page",
    "Passwords",
    "People",
    "Person",
    "Publications",
    "PublishedList",
    "Rasterise",
    "Ready",
    "RecordedProofs",
    "Register",
    "RegisteredAward",
    "RegisteredCredential",
    "RowAwarded",
    "RowFailed",
    "Sealed",
    "SealedCopies",
    "SealedCopy",
    "Session",
    "Sessions",
    "Signer",
    "Signers",
    "StatusEntry",
    "StatusListRows",
    "StatusLists",
    "TooSlow",
    "Unavailable",
    "Vault",
]
