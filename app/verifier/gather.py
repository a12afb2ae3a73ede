"""All that the verdict rests on: step 5 of the way in. Only what is proven is followed."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from app.core.credential import data_model
from app.core.credential.received import ReceivedCredential
from app.core.did.document import ControlledIdentifierDocument
from app.core.json_ld import Contexts
from app.core.problems import (
    NOT_LOOKED_UP,
    STATUS_RETRIEVAL_ERROR,
    STATUS_VERIFICATION_ERROR,
    JsonObject,
    Problem,
    Refused,
)
from app.core.status import bitstring_status_list
from app.core.status.token_status_list import StatusList
from app.ports import Compute, Fetch, Fetched, KnownIssuer, KnownIssuers, Publications, Unavailable
from app.verifier import secured
from app.verifier.claims import are_claims
from app.verifier.gather_token_list import token_list
from app.verifier.parse import parse_published
from app.verifier.policy import VerificationPolicy
from app.verifier.prove import Unproven
from app.verifier.report import Undetermined
from app.verifier.status_entries import FollowedEntry, status_entries
from app.verifier.verify_proofs import VerifiedCredential

FoundList: TypeAlias = tuple[str, VerifiedCredential | StatusList | Undetermined]

_ACCEPT = "application/vc, application/ld+json, application/json, application/vc+jwt"


@dataclass(frozen=True, slots=True)
class Gathered:
    """The credential, what of it is proven, and all that was found of what it points to, each once, as of `now`."""

    received: ReceivedCredential
    proven: VerifiedCredential | Unproven
    now: datetime
    status_lists: tuple[FoundList, ...] = ()
    known_issuer: KnownIssuer | Undetermined | None = None

    @property
    def document(self) -> JsonObject:
        """What the checks read: the proven payload; where nothing is, what was received, which counts for nothing."""
        match self.proven:
            case VerifiedCredential(document=document):
                return document
            case Unproven():
                return self.received.document


async def gather(
    received: ReceivedCredential,
    verified: VerifiedCredential,
    controller: ControlledIdentifierDocument,
    *,
    fetch: Fetch,
    publications: Publications,
    known_issuers: KnownIssuers,
    compute: Compute,
    policy: VerificationPolicy,
    deadline: float,
    now: datetime,
) -> Gathered:
    """Each status list once, judged in turn, one level deep; and what is known of the issuer. Never raises Refused."""

    async def found_list(url: str) -> FoundList:
        try:
            own = await _own_list(url, publications=publications, now=now)
            if own is not None:
                return url, await compute.run(verify_status_list, own, url, controller, now=now, policy=policy)
            fetched = await fetch(url, accept=_ACCEPT, deadline=deadline, otherwise=STATUS_RETRIEVAL_ERROR)
            held = await compute.run(verify_status_list, fetched.content, url, controller, now=now, policy=policy)
        except Refused as refused:
            return url, Undetermined(refused.problems)
        _keep(fetched, held, fetch=fetch, now=now)
        return url, held

    if are_claims(verified.document):
        status_lists: tuple[FoundList, ...] = await token_list(
            verified.document,
            controller,
            fetch=fetch,
            publications=publications,
            compute=compute,
            policy=policy,
            deadline=deadline,
            now=now,
        )
    else:
        urls = list_urls(verified.document, policy=policy)
        status_lists = tuple(await asyncio.gather(*map(found_list, urls)))
    return Gathered(
        received=received,
        proven=verified,
        now=now,
        status_lists=status_lists,
        known_issuer=await _known_issuer(controller.id, known_issuers),
    )


def list_urls(document: JsonObject, *, policy: VerificationPolicy) -> tuple[str, ...]:
    """The lists that a credential's verdict depends on, each once."""
    entries = status_entries(document, policy=policy)
    return tuple(dict.fromkeys(followed.entry.url for followed in entries if isinstance(followed, FollowedEntry)))


def verify_status_list(
    contexts: Contexts,
    content: bytes,
    url: str,
    controller: ControlledIdentifierDocument,
    *,
    now: datetime,
    policy: VerificationPolicy,
) -> VerifiedCredential:
    """The list at `url`, where it is a credential in force by the very issuer of the credential that points to it.

    Raises Refused (STATUS_VERIFICATION_ERROR). Bitstring Status List §3.2: the list's own proof comes before its bits.
    """
    try:
        received = parse_published(contexts, content)
        keyed = secured.find_keys(secured.read(received, policy=policy), controller, now=now)
        verified = secured.verify(contexts, received, keyed, now=now, policy=policy)
        start, end = data_model.validity_period(verified.document)
    except Refused as refused:
        raise _unverified(url, str(refused)) from refused
    issuer = data_model.issuer_id(verified.document)
    if issuer != controller.id:
        raise _unverified(url, f"it is a list of {issuer!r:.200}, not of the credential's issuer")
    if verified.document.get("id", url) != url:
        raise _unverified(url, f"it is another list, {verified.document['id']!r:.200}")
    # A list may be signed in the very moment in which it is asked for, by another clock than ours.
    if (start is not None and now + policy.clock_skew < start) or (end is not None and end <= now):
        raise _unverified(url, "it is not in force now")
    if "credentialStatus" in verified.document:
        raise _unverified(url, "it could itself be revoked, and a second list is not followed")
    return verified


async def _own_list(url: str, *, publications: Publications, now: datetime) -> bytes | None:
    """Our own list, from where it is made; None where it is another's. Raises Refused (STATUS_RETRIEVAL_ERROR)."""
    try:
        return await publications.status_list(url, now=now)
    except Unavailable as unavailable:
        detail = f"the list {url:.200} is not to be had now"
        raise Refused(
            Problem(STATUS_RETRIEVAL_ERROR, at="/credentialStatus", detail=detail, remedy="try again in some minutes")
        ) from unavailable


def _keep(fetched: Fetched, held: VerifiedCredential, *, fetch: Fetch, now: datetime) -> None:
    """The list is proven, so it may say how long it is kept: its `ttl`, and never past its `validUntil`."""
    _, end = data_model.validity_period(held.document)
    until = None if end is None else asyncio.get_running_loop().time() + (end - now).total_seconds()
    fetch.keep(fetched, accept=_ACCEPT, ttl_seconds=bitstring_status_list.ttl_seconds(held.document), until=until)


async def _known_issuer(identifier: str, known_issuers: KnownIssuers) -> KnownIssuer | Undetermined | None:
    try:
        return await known_issuers.find(identifier)
    except Unavailable:
        detail = "who is known cannot be looked up now"
        return Undetermined((Problem(NOT_LOOKED_UP, at="/issuer", detail=detail, remedy="try again in some minutes"),))


def _unverified(url: str, why: str) -> Refused:
    detail = f"the list at {url:.200} cannot be relied on: {why:.400}"
    return Refused(Problem(STATUS_VERIFICATION_ERROR, at="/credentialStatus", detail=detail))
