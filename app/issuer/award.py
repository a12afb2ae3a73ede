"""An award on its way out: compose → examine → intend → sign → check our own work → record → acknowledge.

1. `_prepare` reads the request, composes a draft and examines it; a bad request reserves nothing.
2. `register.intend` writes everything down in one transaction: from here on any process can finish the award.
3. `_sign` makes the bytes from what was written down.
4. `checked` verifies them as a stranger would.
5. `register.record` keeps them; the first recorded bytes win.
6. The receipt carries those bytes, spliced, never serialised again.
An intent whose lease ran out goes through 3 to 5 again (`recover`); what can't be finished is voided, its index burnt.
"""

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from app.core import strict_json
from app.core.credential import award_request, open_badge
from app.core.credential.micro_credential import MicroCredential, Organisation
from app.core.did.document import ControlledIdentifierDocument
from app.core.json_ld import Contexts
from app.core.personal import Personal
from app.core.problems import GONE, NOT_FOUND, PROOF_GENERATION_ERROR, JsonObject, Problem, Refused
from app.core.proof import data_integrity
from app.issuer.claim_link import FIRST_GENERATION, claim_token, claim_token_digest, claim_url
from app.issuer.examine import ExaminedCredential, ReadyCredential, compose, examine
from app.ports import (
    Compute,
    Idempotency,
    Institution,
    Intended,
    Intention,
    KeyPurpose,
    NextClaim,
    Page,
    Register,
    RegisteredAward,
    Signers,
    Vault,
)
from app.verifier.verifier import checked

MECHANISM = "eddsa-rdfc-2022"

log = logging.getLogger("testamur.issuer")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the institution gets for an award: its id, the learner's link, and the recorded bytes of the credential."""

    id: str
    claim_url: str
    credential: bytes = field(repr=False)

    def as_json_bytes(self) -> bytes:
        head = json.dumps({"id": self.id, "claimUrl": self.claim_url}, separators=(",", ":")).encode()
        return head[:-1] + b',"credential":' + self.credential + b"}"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that nothing is wrong with: what it claims, and the examined draft of its credential."""

    micro_credential: MicroCredential
    examined: ExaminedCredential


def prepare(
    contexts: Contexts,
    body: bytes,
    *,
    credential_id: str,
    issuer: Organisation,
    time_zone: str,
    public_url: str,
    now: datetime,
) -> Prepared:
    """Step 1. Raises Refused with every problem of the request, or of the credential that would come of it."""
    micro_credential = award_request.read(
        strict_json.read_object(body), contexts=contexts, issuer=issuer, time_zone=time_zone, now=now
    )
    badge = open_badge.write(
        micro_credential,
        contexts=contexts,
        context_url=f"{public_url}/contexts/micro-credential-v1",
        schema_url=f"{public_url}/schemas/micro-credential-v1",
    )
    draft = compose(badge, credential_id=credential_id, public_url=public_url)
    return Prepared(micro_credential=micro_credential, examined=examine(contexts, draft, public_url=public_url))


class Documents(Protocol):
    """Where the controlled identifier document of one of our own institutions is had from."""

    async def controlled_identifier(self, did: str) -> ControlledIdentifierDocument: ...


class OwnWorkRefused(Exception):  # noqa: N818 - it is the work that was refused
    """What we signed does not verify. Nothing is released; somebody must look."""


class Issuer:
    """Awards, and every act on an award. All that it needs of the world is handed in."""

    def __init__(
        self,
        *,
        register: Register,
        vault: Vault,
        signers: Signers,
        documents: Documents,
        compute: Compute,
        public_url: str,
        claim_expires_days: int,
        new_id: Callable[[], str],
    ) -> None:
        self._register = register
        self._vault = vault
        self._signers = signers
        self._documents = documents
        self._compute = compute
        self._public_url = public_url
        self._claim_expires = timedelta(days=claim_expires_days)
        self._new_id = new_id

    async def award(
        self, body: bytes, *, institution: Institution, actor: str, idempotency_key: str | None, now: datetime
    ) -> Receipt:
        """Awards what `body` says (JSON, the shape of `award_request`), or returns what was awarded for the same key.

        Raises Refused with every problem, IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_FLIGHT; OwnWorkRefused.
        """
        idempotency = None
        if idempotency_key is not None:
            idempotency = Idempotency(key=idempotency_key, request_digest=self._request_digest(body))
        award_id, credential_id = self._new_id(), f"urn:uuid:{self._new_id()}"
        try:
            prepared = await self._compute.run(
                prepare,
                body,
                credential_id=credential_id,
                issuer=institution.profile,
                time_zone=institution.time_zone,
                public_url=self._public_url,
                now=now,
            )
        except Refused:
            # What was good then may be bad now (a date went by): a replay is owed the first answer all the same.
            if idempotency and (award := await self._register.replay(idempotency, institution=institution.name)):
                return await self._receipt(award)
            raise
        intention = await self._intention(prepared, award_id, credential_id, institution, actor, idempotency, now)
        intended = await self._register.intend(intention, now=now)
        if isinstance(intended, RegisteredAward):
            return await self._receipt(intended)
        signed = await self._complete(intended, now=now)
        return Receipt(
            id=intended.award_id,
            claim_url=await self._claim_url(intended.award_id, FIRST_GENERATION),
            credential=signed,
        )

    async def recover(self, *, now: datetime) -> int:
        """Finishes, or voids, every intent whose lease has run out; returns how many there were."""
        count = 0
        while intended := await self._register.unfinished(now=now):
            count += 1
            try:
                await self._complete(intended, now=now)
            except (Refused, OwnWorkRefused) as refused:
                log.exception("intent voided", extra={"credential_id": intended.credential_id})
                await self._register.void(intended.credential_id, reason=str(refused), now=now)
        return count

    async def revoke(
        self, award_id: str, *, institution: Institution, actor: str, reason: str, now: datetime
    ) -> RegisteredAward:
        """Revokes an award, that is all its credentials, for good. Raises Refused: NOT_FOUND, STATE_CONFLICT."""
        return await self._register.act(
            award_id, "revoke", institution=institution.name, actor=actor, reason=Personal(reason), now=now
        )

    async def withdraw(
        self, award_id: str, *, institution: Institution, actor: str, reason: str, now: datetime
    ) -> RegisteredAward:
        """Ends the learner's link and opens another. Raises Refused: NOT_FOUND, STATE_CONFLICT."""
        award = await self.find(award_id, institution=institution)
        generation = award.claim_generation + 1
        token = await self._claim_token(award_id, generation)
        return await self._register.act(
            award_id,
            "withdraw",
            institution=institution.name,
            actor=actor,
            reason=Personal(reason),
            now=now,
            next_claim=NextClaim(generation, claim_token_digest(token), now + self._claim_expires),
        )

    async def find(self, award_id: str, *, institution: Institution) -> RegisteredAward:
        """An award of this institution. Raises Refused: NOT_FOUND, for another's too."""
        award = await self._register.find(award_id, institution=institution.name)
        if award is None:
            raise Refused(Problem(NOT_FOUND, detail=f"your institution has no award {award_id}"))
        return award

    async def list(self, *, institution: Institution, cursor: str | None, limit: int) -> Page:
        return await self._register.list(institution=institution.name, cursor=cursor, limit=limit)

    async def claim_url(self, award: RegisteredAward) -> str:
        """The learner's link as it is now: the same until it is withdrawn."""
        return await self._claim_url(award.id, award.claim_generation)

    async def _complete(self, intended: Intended, *, now: datetime) -> bytes:
        signed = await self._sign(intended)
        institution_document = await self._documents.controlled_identifier(_issuer_id(intended.document))
        try:
            await self._compute.run(checked, signed, institution_document, now=now)
        except Refused as refused:
            log.critical("our own work does not verify", extra={"credential_id": intended.credential_id})
            raise OwnWorkRefused(str(refused)) from refused
        return await self._register.record(intended.credential_id, signed, now=now)

    async def _sign(self, intended: Intended) -> bytes:
        ready = ReadyCredential(document=intended.document)
        options = data_integrity.proof_options(
            intended.mechanism, verification_method=intended.verification_method, created=intended.intended_at
        )
        signer = self._signers.by_method(intended.verification_method)
        data = await self._compute.run(data_integrity.sign_input, ready.document, options)
        signature = await signer.sign(data, purpose=KeyPurpose.CREDENTIAL)
        return strict_json.write(data_integrity.attach_proof(ready.document, options, signature))

    async def _intention(
        self,
        prepared: Prepared,
        award_id: str,
        credential_id: str,
        institution: Institution,
        actor: str,
        idempotency: Idempotency | None,
        now: datetime,
    ) -> Intention:
        claimed = prepared.micro_credential
        token = await self._claim_token(award_id, FIRST_GENERATION)
        return Intention(
            award_id=award_id,
            credential_id=credential_id,
            institution=institution.name,
            mechanism=MECHANISM,
            verification_method=signing_key(institution, KeyPurpose.CREDENTIAL),
            examined=prepared.examined,
            title=claimed.achievement.title.best(claimed.achievement.language)[1],
            learner_name=claimed.learner.full_name,
            learner_digests=self._learner_digests(claimed),
            achievement_id=claimed.achievement.id,
            awarded_date=claimed.awarded_date.date().isoformat(),
            claim_token_sha256=claim_token_digest(token),
            claim_expires=now + self._claim_expires,
            actor=actor,
            idempotency=idempotency,
        )

    def _learner_digests(self, claimed: MicroCredential) -> tuple[bytes, ...]:
        learner = claimed.learner
        named = [("name", learner.full_name), *(("identifier", each.value) for each in learner.identifiers)]
        if learner.email:
            named.append(("email", learner.email))
        return tuple(self._vault.digest(value, kind=f"learner-{kind}") for kind, value in named)

    def _request_digest(self, body: bytes) -> bytes:
        return self._vault.digest(Personal(hashlib.sha256(body).hexdigest()), kind="request")

    async def _receipt(self, award: RegisteredAward) -> Receipt:
        (credential,) = award.credentials
        if credential.signed is None:
            raise Refused(Problem(GONE, detail=f"award {award.id} was {award.state}; its credential is not kept"))
        return Receipt(
            id=award.id,
            claim_url=await self._claim_url(award.id, FIRST_GENERATION),
            credential=credential.signed.open(),
        )

    async def _claim_token(self, award_id: str, generation: int) -> str:
        signer = self._signers.by_purpose(KeyPurpose.CLAIM_LINK)
        return await claim_token(signer, award_id=award_id, generation=generation)

    async def _claim_url(self, award_id: str, generation: int) -> str:
        return claim_url(self._public_url, await self._claim_token(award_id, generation))


def signing_key(institution: Institution, purpose: KeyPurpose) -> str:
    """The verification method that signs for `purpose` now: the newest that is neither retired nor revoked."""
    in_use = [key for key in institution.keys if purpose in key.purposes and not key.retired and not key.revoked]
    if not in_use:
        raise Refused(
            Problem(
                PROOF_GENERATION_ERROR,
                detail=f"{institution.profile.name} has no key in use for {purpose}",
                remedy="restore the key files that the institution was set up with",
            )
        )
    return max(in_use, key=lambda key: key.created).verification_method


def _issuer_id(document: JsonObject) -> str:
    match document["issuer"]:
        case {"id": str(identifier)} | str(identifier):
            return identifier
        case _:
            raise AssertionError("an examined credential names its issuer")
