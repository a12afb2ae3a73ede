"""A credential that others composed, on its way out and ever after: the same steps as an award has, without an award.

1. `read` the request, examine the credential; a bad one reserves nothing.
2. `intend` writes it down, with its places in our lists, in one transaction.
3. It is signed, and verified as a stranger would.
4. `record` keeps the bytes, and they are handed over, once.
What a process that died had begun is voided, not finished: nobody was given it. Who asks again has another signed.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from app.core import strict_json
from app.core.credential import enveloped
from app.core.personal import Personal
from app.core.problems import (
    GONE,
    NOT_FOUND,
    STATE_CONFLICT,
    JsonObject,
    Problem,
    Refused,
)
from app.issuer.asked_again import idempotency
from app.issuer.brought_request import Bringing, Brought, read
from app.issuer.brought_status import StatusChange
from app.issuer.examine import status_list_url
from app.issuer.life import Act
from app.issuer.mechanisms import BY_DEFAULT, MECHANISMS, VC_JWT
from app.issuer.plan import kind_of
from app.issuer.sign import Documents, OwnWorkRefused, Signing, as_made
from app.ports import (
    BroughtCredential,
    BroughtCredentials,
    BroughtIntended,
    BroughtIntention,
    Client,
    Compute,
    Counts,
    Idempotency,
    Institution,
    InstitutionKey,
    KeyPurpose,
    NotCounted,
    Signers,
    Vault,
)

log = logging.getLogger("testamur.issuer")


@dataclass(frozen=True, slots=True)
class _ToSign:
    """Fulfils `Unsigned`."""

    credential_id: str
    mechanism: str
    verification_method: str
    document: JsonObject = field(repr=False)
    intended_at: datetime
    mandatory_pointers: tuple[str, ...] | None


class BroughtIssuer:
    """Signs what an institution composed itself, and keeps account of it. All that it needs is handed in."""

    def __init__(
        self,
        *,
        register: BroughtCredentials,
        vault: Vault,
        signers: Signers,
        documents: Documents,
        compute: Compute,
        public_url: str,
        new_id: Callable[[], str],
        new_chance: Callable[[], bytes],
        takes_checks: bool = False,
        counts: Counts | None = None,
    ) -> None:
        self._register = register
        self._vault = vault
        self._signers = signers
        self._signing = Signing(signers=signers, documents=documents, compute=compute, new_chance=new_chance)
        self._compute = compute
        self._public_url = public_url
        self._new_id = new_id
        self._takes_checks = takes_checks
        self._counts = counts or NotCounted()

    async def issue(
        self,
        body: bytes,
        *,
        institution: Institution,
        client: Client,
        now: datetime,
        idempotency_key: str | None = None,
    ) -> bytes:
        """The signed credential, a token in its envelope; or what was answered for the same key.

        Raises Refused with every problem, IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_FLIGHT; OwnWorkRefused.
        """
        asked = idempotency(self._vault, idempotency_key, body)
        try:
            intention, brought = await self._intention(body, asked, institution=institution, client=client, now=now)
        except Refused:
            # What was good then may be bad now (a key was retired): a replay is owed the first answer all the same.
            if asked and (earlier := await self._register.replay(asked, institution=institution.name)):
                return _answered(earlier)
            raise
        intended = await self._register.intend(intention, now=now)
        if isinstance(intended, BroughtCredential):
            return _answered(intended)
        self._counts.add(Act.INTEND)
        return await self._completed(intention, intended, brought, now=now)

    async def _intention(
        self, body: bytes, asked: Idempotency | None, *, institution: Institution, client: Client, now: datetime
    ) -> tuple[BroughtIntention, Brought]:
        """What is to be written down. Raises Refused with every problem."""
        mechanism, key = _signing(institution, client)
        # A key that does not open is found out before anything is reserved.
        await self._signers.by_method(key.verification_method)
        bringing = Bringing(
            issuer=institution.did,
            may_sign=institution.signing.may_sign,
            mechanism=mechanism,
            purposes=institution.signing.status,
            id_if_none=f"urn:uuid:{self._new_id()}",
            public_url=self._public_url,
            now=now,
            takes_checks=self._takes_checks,
        )
        brought = await self._compute.run(read, body, bringing)
        intention = BroughtIntention(
            id=self._new_id(),
            name=brought.name,
            institution=institution.name,
            mechanism=mechanism,
            verification_method=key.verification_method,
            examined=brought.examined,
            purposes=brought.purposes,
            actor=client.id,
            per_minute=institution.signing.per_minute,
            idempotency=asked,
        )
        return intention, brought

    async def _completed(
        self, intention: BroughtIntention, intended: BroughtIntended, brought: Brought, *, now: datetime
    ) -> bytes:
        to_sign = _ToSign(
            credential_id=intended.id,
            mechanism=intention.mechanism,
            verification_method=intention.verification_method,
            document=intended.document,
            intended_at=intended.intended_at,
            mandatory_pointers=brought.mandatory_pointers,
        )
        written = _written(intention.mechanism, is_badge=brought.is_badge)
        try:
            signed = await self._signing.signed(to_sign, now=now, written=written)
        except (Refused, OwnWorkRefused):
            await self._register.void(intended.id, now=now)
            self._counts.add(Act.VOID)
            raise
        await self._register.record(intended.id, signed.credential, signed_data=signed.data, now=now)
        self._counts.add(Act.RECORD)
        return signed.credential

    async def recover(self, *, now: datetime) -> int:
        """Voids what a process that died had begun; returns how many there were."""
        count = await self._register.void_unfinished(now=now)
        for _ in range(count):
            self._counts.add(Act.VOID)
        return count

    async def find(self, name: str, *, institution: Institution) -> bytes:
        """The newest that its institution calls so. Raises Refused: NOT_FOUND, for another's too; GONE."""
        credentials = await self._register.find(Personal(name), institution=institution.name)
        if not credentials:
            raise _not_found()
        for credential in credentials:
            if credential.signed is not None:
                return credential.signed.open()
        raise Refused(Problem(GONE, detail="it was erased: nothing of it is kept but its status"))

    async def erase(self, name: str, *, institution: Institution, client: Client, now: datetime) -> None:
        """Raises Refused: NOT_FOUND; GONE where it was erased before; STATE_CONFLICT while it is suspended."""
        await self.find(name, institution=institution)
        await self._act(Personal(name), Act.ERASE, institution=institution, client=client, now=now)

    async def change_status(
        self, change: StatusChange, *, institution: Institution, client: Client, now: datetime
    ) -> None:
        """Raises Refused: NOT_FOUND, STATE_CONFLICT."""
        if change.act is None:
            await self._demand_not_revoked(change, institution)
            return
        await self._act(change.name, change.act, institution=institution, client=client, now=now, change=change)

    async def open_list(self, purpose: str, *, institution: Institution, now: datetime) -> str:
        """The id of the list that the institution's next credentials are in."""
        return await self._register.open_list(institution=institution.name, purpose=purpose, now=now)

    def list_url(self, list_id: str) -> str:
        return status_list_url(self._public_url, list_id)

    async def _act(
        self,
        name: Personal[str],
        act: Act,
        *,
        institution: Institution,
        client: Client,
        now: datetime,
        change: StatusChange | None = None,
    ) -> None:
        await self._register.act(
            name,
            act,
            institution=institution.name,
            actor=client.id,
            now=now,
            only=change.only(self.list_url("")) if change else None,
        )
        self._counts.add(act)

    async def _demand_not_revoked(self, change: StatusChange, institution: Institution) -> None:
        """Bitstring Status List §2.1: a revocation is not reversible."""
        credentials = await self._register.find(change.name, institution=institution.name)
        meant = [each for each in credentials if _is_meant(each, change, self.list_url(""))]
        if not meant:
            raise _not_found()
        if any(each.state.startswith("revoked") for each in meant):
            detail = "it is revoked, and a revocation is for ever (Bitstring Status List 1.0 §2.1)"
            raise Refused(Problem(STATE_CONFLICT, at="/status", detail=detail, remedy="have it signed anew"))


def keys_for(institution: Institution, mechanism: str | None) -> list[InstitutionKey]:
    """Its keys in use that sign credentials by this mechanism; where none is named, in the document."""
    keys = [key for key in institution.keys if KeyPurpose.CREDENTIAL in key.purposes and key.in_use]
    kinds = frozenset(BY_DEFAULT) if mechanism is None else MECHANISMS[mechanism].key_kinds
    return [key for key in keys if kind_of(key) in kinds]


def _signing(institution: Institution, client: Client) -> tuple[str, InstitutionKey]:
    """By which mechanism, and the newest key in use that is for it. Raises Refused (STATE_CONFLICT)."""
    name = client.mechanism or institution.signing.mechanism
    fitting = keys_for(institution, name)
    if not fitting:
        who, wanted = institution.profile.name, name or "credentials"
        detail = f"{who} has no key in use that signs by {wanted}"
        remedy = f"make one: testamur keys add {institution.name} --algorithm …"
        raise Refused(Problem(STATE_CONFLICT, detail=detail, remedy=remedy))
    newest = max(fitting, key=lambda key: key.created)
    return name or BY_DEFAULT[kind_of(newest)], newest


def _answered(earlier: BroughtCredential) -> bytes:
    """Raises Refused (GONE)."""
    if earlier.signed is None:
        raise Refused(Problem(GONE, detail="what was answered under this Idempotency-Key is not kept any more"))
    return earlier.signed.open()


def _not_found() -> Refused:
    return Refused(Problem(NOT_FOUND, detail="your institution has no such credential"))


def _is_meant(credential: BroughtCredential, change: StatusChange, lists_url: str) -> bool:
    only = change.only(lists_url)
    return only is None or only in credential.entries


def _written(mechanism: str, *, is_badge: bool) -> Callable[[bytes], bytes]:
    if mechanism == VC_JWT:
        return _in_its_envelope
    # Open Badges 3.0 wants an array of proofs, of one too; everybody else expects one as it is.
    return as_made if is_badge else _with_the_proof_alone


def _in_its_envelope(token: bytes) -> bytes:
    return strict_json.write(enveloped.write(token.decode("ascii"), enveloped.CREDENTIAL))


def _with_the_proof_alone(signed: bytes) -> bytes:
    match strict_json.read_object(signed):
        case {"proof": [proof], **members}:
            return strict_json.write({**members, "proof": proof})
        case _:
            return signed
