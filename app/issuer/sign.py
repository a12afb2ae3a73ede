"""Steps 3 and 4 of an award: what was written down is signed, and our own work checked as a stranger would."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from app.core import strict_json
from app.core.did.document import ControlledIdentifierDocument, Relationship, VerificationMethod
from app.core.multiformats import KeyKind, decode_multikey
from app.core.problems import PROOF_GENERATION_ERROR, JsonObject, Problem, Refused
from app.core.proof import data_integrity
from app.issuer.examine import ReadyCredential
from app.ports import Compute, Institution, Intended, KeyPurpose, Signers
from app.verifier.verifier import checked

# How a key of each kind signs an award, and a status list.
MECHANISMS: Mapping[KeyKind, str] = MappingProxyType(
    {KeyKind.ED25519: "eddsa-rdfc-2022", KeyKind.P256: "ecdsa-rdfc-2019", KeyKind.P384: "ecdsa-rdfc-2019"}
)

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


class Signing:
    def __init__(self, *, signers: Signers, documents: Documents, compute: Compute) -> None:
        self._signers = signers
        self._documents = documents
        self._compute = compute

    async def signed(self, intended: Intended, *, now: datetime) -> Signed:
        """Raises Refused where the key may not sign (any more), OwnWorkRefused where what it signed does not verify."""
        institution_document = await self._documents.controlled_identifier(_issuer_id(intended.document))
        method = _unrevoked(intended.verification_method, institution_document)
        signed = await self._sign(intended, key_kind=method.public_key().kind)
        try:
            await self._compute.run(checked, signed.credential, institution_document, now=now)
        except Refused as refused:
            log.critical("our own work does not verify", extra={"credential_id": intended.credential_id})
            raise OwnWorkRefused(str(refused)) from refused
        return signed

    async def _sign(self, intended: Intended, *, key_kind: KeyKind) -> Signed:
        ready = ReadyCredential(document=intended.document)
        options = data_integrity.proof_options(
            intended.mechanism, verification_method=intended.verification_method, created=intended.intended_at
        )
        signer = await self._signers.by_method(intended.verification_method)
        data = await self._compute.run(data_integrity.sign_input, ready.document, options, key_kind=key_kind)
        signature = await signer.sign(data, purpose=KeyPurpose.CREDENTIAL)
        return Signed(strict_json.write(data_integrity.attach_proof(ready.document, options, signature)), data)


def signing_key(institution: Institution, purpose: KeyPurpose) -> str:
    """The verification method that signs for `purpose` now: the newest that is neither retired nor revoked."""
    in_use = [key for key in institution.keys if purpose in key.purposes and key.in_use]
    if not in_use:
        raise Refused(
            Problem(
                PROOF_GENERATION_ERROR,
                detail=f"{institution.profile.name} has no key in use for {purpose}",
                remedy=f"make one: testamur keys rotate {institution.name} --purpose {purpose}",
            )
        )
    return max(in_use, key=lambda key: key.created).verification_method


def key_kind(institution: Institution, verification_method: str) -> KeyKind:
    """Of one of the institution's keys."""
    (multibase,) = (
        key.public_key_multibase for key in institution.keys if key.verification_method == verification_method
    )
    return decode_multikey(multibase).kind


def _unrevoked(verification_method: str, document: ControlledIdentifierDocument) -> VerificationMethod:
    """Raises Refused (PROOF_GENERATION_ERROR) where the key was given up after the award was written down."""
    method = document.method(verification_method, Relationship.ASSERTION_METHOD)
    if method.revoked is not None:
        detail = f"the key {verification_method} was revoked while this was being awarded"
        raise Refused(Problem(PROOF_GENERATION_ERROR, detail=detail, remedy="award it again"))
    return method


def _issuer_id(document: JsonObject) -> str:
    match document["issuer"]:
        case {"id": str(identifier)} | str(identifier):
            return identifier
        case _:
            raise AssertionError("an examined credential names its issuer")
