"""What we publish: status lists, and our institutions' documents."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.core.problems import JsonObject


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
