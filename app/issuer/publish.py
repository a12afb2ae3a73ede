"""What this service publishes: status lists and its institutions' documents, made from rows, never edited in place.

1. A list is asked for: where the rows have not changed since it was published, and it is young enough, it stands.
2. Else it is made anew from the rows, signed by its institution, and verified as a stranger would.
3. It is kept by compare-and-swap: a version never goes back, whoever was slower.
While the register does not answer, the last copy of a list serves until its ttl; so do the institutions' documents,
where what is handed in as `Institutions` remembers them.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app.core import strict_json
from app.core.did import web as did_web
from app.core.did.document import ControlledIdentifierDocument, write
from app.core.json_ld import Contexts
from app.core.multiformats import KeyKind
from app.core.problems import JsonObject
from app.core.proof import data_integrity
from app.core.status import bitstring_status_list
from app.issuer import learning, published_keys
from app.issuer.examine import status_list_url
from app.issuer.mechanisms import BY_DEFAULT
from app.issuer.plan import kind_of, signing_key
from app.issuer.publish_token_list import Freshness, TokenLists
from app.ports import (
    Compute,
    Counts,
    Institution,
    Institutions,
    KeyPurpose,
    NotCounted,
    PublishedList,
    RecordedProofs,
    Signers,
    StatusListRows,
    StatusLists,
    Unavailable,
)
from app.verifier.verifier import checked

_REMEMBERED = 256


class Publication(StrEnum):
    """How making a list anew went."""

    PUBLISHED = "published"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DraftedList:
    unsigned: JsonObject = field(repr=False)
    options: JsonObject = field(repr=False)
    sign_input: bytes = field(repr=False)


def draft_list(
    contexts: Contexts,
    rows: StatusListRows,
    *,
    url: str,
    issuer: str,
    verification_method: str,
    kind: KeyKind,
    now: datetime,
    valid_until: datetime,
    ttl_seconds: int,
) -> DraftedList:
    """The list credential that the rows say, ready to be signed. Bitstring Status List 1.0 §2.2."""
    unsigned = bitstring_status_list.credential(
        url=url,
        issuer=issuer,
        purpose=rows.purpose,
        encoded_list=bitstring_status_list.encode(rows.length, rows.set_indexes),
        valid_from=now,
        valid_until=valid_until,
        ttl_milliseconds=ttl_seconds * 1000,
    )
    options = data_integrity.proof_options(BY_DEFAULT[kind], verification_method=verification_method, created=now)
    return DraftedList(unsigned, options, data_integrity.sign_input(contexts, unsigned, options, key_kind=kind))


def controlled_identifier(institution: Institution) -> ControlledIdentifierDocument:
    """An institution's keys as anyone may read them: a retired key stays, a compromised one says since when."""
    return published_keys.document(institution.did, institution.keys)


class NothingPublished:
    """The port `Publications` of a verifier on its own: no list and no document is its own."""

    async def status_list(self, url: str, *, now: datetime) -> bytes | None:
        return None

    async def controlled_identifier_document(self, identifier: str) -> JsonObject | None:
        return None

    async def recorded(self, signed_data: bytes) -> datetime | None:
        return None


class Publisher:
    """Fulfils the verifier's `Publications`, and answers the public routes, out of the same bytes."""

    def __init__(
        self,
        *,
        institutions: Institutions,
        status_lists: StatusLists,
        recorded_proofs: RecordedProofs,
        signers: Signers,
        compute: Compute,
        public_url: str,
        publish_seconds: int,
        ttl_seconds: int,
        valid_days: int,
        counts: Counts | None = None,
    ) -> None:
        self._institutions = institutions
        self._status_lists = status_lists
        self._recorded_proofs = recorded_proofs
        self._signers = signers
        self._compute = compute
        self._public_url = public_url
        self._publish_every = timedelta(seconds=publish_seconds)
        self._ttl_seconds = ttl_seconds
        self._counts = counts or NotCounted()
        self._valid = timedelta(days=valid_days)
        self._last: OrderedDict[str, tuple[datetime, PublishedList]] = OrderedDict()
        self._making: dict[str, asyncio.Lock] = {}
        self._token_lists = TokenLists(
            institutions=institutions,
            status_lists=status_lists,
            signers=signers,
            compute=compute,
            public_url=public_url,
            freshness=Freshness(publish_every=self._publish_every, ttl_seconds=ttl_seconds, valid=self._valid),
            document_of=controlled_identifier,
        )

    async def status_list(self, url: str, *, now: datetime) -> bytes | None:
        for_tokens = learning.token_list_url(self._public_url, "")
        if url.startswith(for_tokens):
            return await self.token_list(url.removeprefix(for_tokens), now=now)
        prefix = status_list_url(self._public_url, "")
        if not url.startswith(prefix):
            return None
        published = await self.published_list(url.removeprefix(prefix), now=now)
        return published.content if published else None

    async def published_list(self, list_id: str, *, now: datetime) -> PublishedList | None:
        """The list as it stands. Raises Unavailable where the register does not answer and the last copy is too old."""
        try:
            published = await self._current(list_id, now=now)
        except Unavailable:
            match self._last.get(list_id):
                case (seen, last) if now - seen <= timedelta(seconds=self._ttl_seconds):
                    return last
            raise
        if published:
            self._last[list_id] = (now, published)
            self._last.move_to_end(list_id)
            if len(self._last) > _REMEMBERED:
                self._last.popitem(last=False)
        return published

    async def controlled_identifier_document(self, identifier: str) -> JsonObject | None:
        """By its DID, or by the address at which its learning credentials name it."""
        did = did_web.did_at(identifier)
        institution = await self._institutions.institution_by_did(did or identifier)
        if institution is None:
            return None
        document = controlled_identifier(institution)
        return write(learning.at_address(document) if did else document)

    async def issuer_metadata(self, name: str) -> JsonObject | None:
        """The keys of our institution of this name, as SD-JWT VC looks for them; None where it has no address."""
        institution = await self._institutions.institution(name)
        if institution is None or not learning.has_address(institution.did):
            return None
        return learning.issuer_metadata(controlled_identifier(institution))

    async def token_list(self, list_id: str, *, now: datetime) -> bytes | None:
        """The list as a Token Status List, signed when it is asked for: of the rows as they are."""
        return await self._token_lists.current(list_id, now=now)

    async def document_of(self, name: str) -> JsonObject | None:
        """The document of our institution of this name, as its own address gives it."""
        institution = await self._institutions.institution(name)
        return write(controlled_identifier(institution)) if institution else None

    async def recorded(self, signed_data: bytes) -> datetime | None:
        return await self._recorded_proofs.recorded(signed_data)

    async def controlled_identifier(self, did: str) -> ControlledIdentifierDocument:
        """The document of an institution that we issue for. Raises LookupError where we do not."""
        institution = await self._institutions.institution_by_did(did)
        if institution is None:
            raise LookupError(f"{did} is none of our institutions")
        return controlled_identifier(institution)

    async def _current(self, list_id: str, *, now: datetime) -> PublishedList | None:
        version = await self._status_lists.version(list_id)
        if version is None:
            return None
        published = await self._status_lists.published(list_id)
        if published and self._stands(published, version, now):
            return published
        async with self._making.setdefault(list_id, asyncio.Lock()):
            published = await self._status_lists.published(list_id)
            if published and self._stands(published, version, now):
                return published
            rows = await self._status_lists.rows(list_id)
            return await self._made_anew(rows, now=now) if rows else None

    def _stands(self, published: PublishedList, version: int, now: datetime) -> bool:
        age = now - published.published
        if published.version < version:
            # A list from the future (a clock was set back) is no reason to hold a revocation up.
            return timedelta() <= age < self._publish_every
        return age < self._valid / 2

    async def _made_anew(self, rows: StatusListRows, *, now: datetime) -> PublishedList:
        try:
            published = await self._publish(rows, now=now)
        except Exception:
            self._counts.add(Publication.FAILED)
            raise
        self._counts.add(Publication.PUBLISHED)
        return published

    async def _publish(self, rows: StatusListRows, *, now: datetime) -> PublishedList:
        institution = await self._institutions.institution(rows.institution)
        if institution is None:
            raise LookupError(f"list {rows.list_id} is of no institution")
        key = signing_key(institution, KeyPurpose.STATUS_LIST)
        drafted = await self._compute.run(
            draft_list,
            rows,
            url=status_list_url(self._public_url, rows.list_id),
            issuer=institution.did,
            verification_method=key.verification_method,
            kind=kind_of(key),
            now=now,
            valid_until=now + self._valid,
            ttl_seconds=self._ttl_seconds,
        )
        signer = await self._signers.by_method(key.verification_method)
        signature = await signer.sign(drafted.sign_input, purpose=KeyPurpose.STATUS_LIST)
        content = strict_json.write(data_integrity.attach_proof(drafted.unsigned, drafted.options, signature))
        await self._compute.run(checked, content, controlled_identifier(institution), now=now)
        return await self._status_lists.publish(
            PublishedList(list_id=rows.list_id, version=rows.version, published=now, content=content)
        )
