"""Steps 3 and 4 of an award: what was written down is signed, and our own work checked as a stranger would."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.core.did.document import ControlledIdentifierDocument, Relationship, VerificationMethod
from app.core.multiformats import PublicKey
from app.core.problems import PROOF_GENERATION_ERROR, JsonObject, Problem, Refused
from app.core.proof.chance import Chance
from app.issuer.examine import ReadyCredential
from app.issuer.mechanisms import Securing, checked, to_sign
from app.ports import Compute, KeyPurpose, Signers

log = logging.getLogger("testamur.issuer")


class Documents(Protocol):
    """Where the controlled identifier document of one of our own institutions is had from."""

    async def controlled_identifier(self, did: str) -> ControlledIdentifierDocument: ...


class OwnWorkRefused(Exception):  # noqa: N818 - it is the work that was refused
    """What we signed does not verify. Nothing is released; somebody must look."""


@dataclass(frozen=True, slots=True)
class Signed:
    """The signed credential, and what of it the key signed."""

    credential: bytes = field(repr=False)
    data: bytes = field(repr=False)


class Unsigned(Protocol):
    """What was written down to be signed: of an award, or of a credential that others composed."""

    @property
    def credential_id(self) -> str: ...

    @property
    def mechanism(self) -> str: ...

    @property
    def verification_method(self) -> str: ...

    @property
    def document(self) -> JsonObject: ...

    @property
    def intended_at(self) -> datetime: ...

    @property
    def mandatory_pointers(self) -> tuple[str, ...] | None: ...


def as_made(signed: bytes) -> bytes:
    return signed


class Signing:
    """`new_chance` draws the random bytes of one `Chance`."""

    def __init__(
        self, *, signers: Signers, documents: Documents, compute: Compute, new_chance: Callable[[], bytes]
    ) -> None:
        self._signers = signers
        self._documents = documents
        self._compute = compute
        self._new_chance = new_chance

    async def signed(self, intended: Unsigned, *, now: datetime, written: Callable[[bytes], bytes] = as_made) -> Signed:
        """By the intent's mechanism, whatever that is; `written` says in other letters what was made.

        Raises Refused where the key may not sign (any more), OwnWorkRefused where what it signed does not verify.
        """
        controller = await self._documents.controlled_identifier(intended.verification_method.partition("#")[0])
        method = _unrevoked(intended.verification_method, controller)
        made = await self._sign(intended, method.public_key())
        signed = Signed(written(made.credential), made.data)
        try:
            await self._compute.run(checked, intended.mechanism, signed.credential, controller, now=now)
        except Refused as refused:
            log.critical("our own work does not verify", extra={"credential_id": intended.credential_id})
            raise OwnWorkRefused(str(refused)) from refused
        return signed

    async def _sign(self, intended: Unsigned, key: PublicKey) -> Signed:
        ready = ReadyCredential(document=intended.document)
        securing = Securing(
            verification_method=intended.verification_method,
            key=key,
            created=intended.intended_at,
            chance=Chance(self._new_chance()),
            mandatory_pointers=intended.mandatory_pointers,
        )
        signer = await self._signers.by_method(intended.verification_method)
        unsigned = await self._compute.run(to_sign, intended.mechanism, ready.document, securing)
        signature = await signer.sign(unsigned.data, purpose=KeyPurpose.CREDENTIAL)
        return Signed(unsigned.attach(signature), unsigned.data)


def _unrevoked(verification_method: str, document: ControlledIdentifierDocument) -> VerificationMethod:
    """Raises Refused (PROOF_GENERATION_ERROR) where the key was given up after the award was written down."""
    method = document.method(verification_method, Relationship.ASSERTION_METHOD)
    if method.revoked is not None:
        detail = f"the key {verification_method} was revoked while this was being awarded"
        raise Refused(Problem(PROOF_GENERATION_ERROR, detail=detail, remedy="award it again"))
    return method
