"""Our lists as Token Status Lists: of the same rows as the credential lists, signed when they are asked for.

1. Where the rows have not changed since this process signed the list, and it is young enough, it stands.
2. Else it is made anew from the rows, signed by its institution, and verified as a stranger would.
While the register does not answer, the last copy serves until its ttl.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.core.did.document import ControlledIdentifierDocument
from app.core.json_ld import Contexts
from app.core.proof import jwk, signed_jwt
from app.core.status import token_status_list
from app.core.status.token_status_list import Status
from app.issuer import learning
from app.issuer.plan import signing_key
from app.ports import Compute, Institution, Institutions, KeyPurpose, Signers, StatusListRows, StatusLists, Unavailable
from app.verifier.gather_token_list import verify_token_list
from app.verifier.policy import VerificationPolicy

_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class SignedList:
    """A list as this process signed it, of which version of the rows."""

    version: int
    signed: datetime
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How long a list stands though its rows changed, may be kept by others, and is in force."""

    publish_every: timedelta
    ttl_seconds: int
    valid: timedelta


def draft_token_list(
    _contexts: Contexts,
    rows: StatusListRows,
    *,
    uri: str,
    algorithm: str,
    verification_method: str,
    now: datetime,
    freshness: Freshness,
) -> bytes:
    """The bytes to sign; in the pool, since a list is packed."""
    return token_status_list.signing_input(
        token_status_list.encode(rows.length, dict.fromkeys(rows.set_indexes, Status.INVALID.value)),
        uri=uri,
        algorithm=algorithm,
        key_parameters={"kid": verification_method},
        issued_at=now,
        expires=now + freshness.valid,
        ttl_seconds=freshness.ttl_seconds,
    )


class TokenLists:
    def __init__(
        self,
        *,
        institutions: Institutions,
        status_lists: StatusLists,
        signers: Signers,
        compute: Compute,
        public_url: str,
        freshness: Freshness,
        document_of: Callable[[Institution], ControlledIdentifierDocument],
    ) -> None:
        self._institutions = institutions
        self._status_lists = status_lists
        self._signers = signers
        self._compute = compute
        self._public_url = public_url
        self._freshness = freshness
        self._document_of = document_of
        self._last: OrderedDict[str, SignedList] = OrderedDict()
        self._making = asyncio.Lock()

    async def current(self, list_id: str, *, now: datetime) -> bytes | None:
        """None where there is no such list, or its institution has no address on https. Raises Unavailable."""
        try:
            return await self._current(list_id, now=now)
        except Unavailable:
            last = self._last.get(list_id)
            if last is None or now - last.signed > timedelta(seconds=self._freshness.ttl_seconds):
                raise
            return last.content

    async def _current(self, list_id: str, *, now: datetime) -> bytes | None:
        version = await self._status_lists.version(list_id)
        if version is None:
            return None
        async with self._making:
            last = self._last.get(list_id)
            if last and self._stands(last, version, now):
                return last.content
            rows = await self._status_lists.rows(list_id)
            institution = await self._institutions.institution(rows.institution) if rows else None
            if rows is None or institution is None or not learning.has_address(institution.did):
                return None
            signed = SignedList(rows.version, now, await self._sign(rows, institution, now=now))
            self._last[list_id] = signed
            self._last.move_to_end(list_id)
            if len(self._last) > _REMEMBERED:
                self._last.popitem(last=False)
            return signed.content

    def _stands(self, last: SignedList, version: int, now: datetime) -> bool:
        age = now - last.signed
        if last.version < version:
            return timedelta() <= age < self._freshness.publish_every
        return timedelta() <= age < self._freshness.valid / 2

    async def _sign(self, rows: StatusListRows, institution: Institution, *, now: datetime) -> bytes:
        key = signing_key(institution, KeyPurpose.STATUS_LIST)
        signer = await self._signers.by_method(key.verification_method)
        uri = learning.token_list_url(self._public_url, rows.list_id)
        data = await self._compute.run(
            draft_token_list,
            rows,
            uri=uri,
            algorithm=jwk.of_public_key(key.public_key).algorithm,
            verification_method=key.verification_method,
            now=now,
            freshness=self._freshness,
        )
        content = signed_jwt.attach(data, await signer.sign(data, purpose=KeyPurpose.STATUS_LIST)).encode()
        controller = learning.at_address(self._document_of(institution))
        await self._compute.run(verify_token_list, content, uri, controller, now=now, policy=VerificationPolicy())
        return content
