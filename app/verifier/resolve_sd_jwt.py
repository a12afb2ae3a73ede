"""The keys of an SD-JWT VC's issuer: those that its host publishes, or one that an authority vouches for.

https://datatracker.ietf.org/doc/draft-ietf-oauth-sd-jwt-vc/, "JWT VC Issuer Metadata". A certificate (`x5c`) is judged
against the authorities that policy names, and where it names none, what one vouches for can't be told.
"""

from datetime import datetime

from app.core import strict_json
from app.core.did.document import ControlledIdentifierDocument, read
from app.core.json_ld import Contexts
from app.core.problems import (
    INVALID_CONTROLLED_IDENTIFIER_DOCUMENT,
    UNSUPPORTED_MECHANISM,
    Problem,
    Refused,
)
from app.core.proof import jwt_vc_issuer
from app.core.proof.jwt_vc_issuer import Certified, KeysAt, Published
from app.core.proof.sd_jwt import ReceivedSdJwt
from app.ports import Compute, Fetch, Publications, Unavailable
from app.verifier.certified import certified
from app.verifier.policy import VerificationPolicy
from app.verifier.prove import told
from app.verifier.report import Failed, Undetermined

_ACCEPT = "application/json"


async def resolve(
    received: ReceivedSdJwt,
    *,
    publications: Publications,
    fetch: Fetch,
    compute: Compute,
    deadline: float,
    policy: VerificationPolicy,
    now: datetime,
) -> ControlledIdentifierDocument | Failed | Undetermined:
    """The issuer's keys; or that there can be none (Failed), or that they were not to be had (Undetermined)."""
    try:
        match jwt_vc_issuer.locate(received.issuer_signed):
            case Published() as published:
                pass
            case Certified(chain) if policy.authorities:
                return await compute.run(read_certified, received, chain, policy, now)
            case Certified():
                detail = "its key is in a certificate (x5c), and no authority is named here that could vouch for it"
                remedy = "ask the institution, at an address you find yourself"
                return Undetermined((Problem(UNSUPPORTED_MECHANISM, at="/x5c", detail=detail, remedy=remedy),))
        own = await _own(published.issuer, publications)
        if own is not None:
            return own
    except Refused as refused:
        return told(refused)
    return await _fetched(published, fetch=fetch, compute=compute, deadline=deadline)


async def _own(issuer: str, publications: Publications) -> ControlledIdentifierDocument | None:
    try:
        document = await publications.controlled_identifier_document(issuer)
    except Unavailable:
        return None
    return None if document is None else read(document, identifier=issuer)


async def _fetched(
    published: Published, *, fetch: Fetch, compute: Compute, deadline: float
) -> ControlledIdentifierDocument | Failed | Undetermined:
    url = published.metadata_url
    # The metadata, or, where they say so, the keys elsewhere: no third address is asked.
    for are_keys in (False, True):
        try:
            fetched = await fetch(
                url, accept=_ACCEPT, deadline=deadline, otherwise=INVALID_CONTROLLED_IDENTIFIER_DOCUMENT
            )
        except Refused as unanswered:
            return Undetermined(unanswered.problems)
        found = await compute.run(read_answer, fetched.content, url=url, issuer=published.issuer, are_keys=are_keys)
        if not isinstance(found, KeysAt):
            return found
        url = found.jwks_uri
    raise AssertionError("a set of keys is no metadata")


def read_answer(
    _contexts: Contexts, content: bytes, *, url: str, issuer: str, are_keys: bool
) -> ControlledIdentifierDocument | KeysAt | Failed | Undetermined:
    """What stands at `url`, which a stranger wrote: the metadata, or the keys, where the metadata say that they are."""
    try:
        answer = strict_json.read_object(content)
    except Refused:
        return _unreadable(url)
    try:
        found = jwt_vc_issuer.read_keys(answer) if are_keys else jwt_vc_issuer.read_metadata(answer, issuer=issuer)
        return found if isinstance(found, KeysAt) else jwt_vc_issuer.document(issuer, found)
    except Refused as refused:
        return told(refused)


def read_certified(
    _contexts: Contexts, received: ReceivedSdJwt, chain: tuple[bytes, ...], policy: VerificationPolicy, now: datetime
) -> ControlledIdentifierDocument | Failed | Undetermined:
    """The one key that the chain vouches for, as its issuer's, whom the certificate must name."""
    issued = received.issuer_signed
    match issued.payload:
        case {"iss": str(issuer)}:
            pass
        case _:
            detail = "it does not say by a URL who issued it (iss), so that its certificate could name them"
            return Undetermined((Problem(UNSUPPORTED_MECHANISM, at="/iss", detail=detail),))
    try:
        return certified(issued, chain, issuer=issuer, policy=policy, now=now)
    except Refused as refused:
        return told(refused)


def _unreadable(url: str) -> Undetermined:
    detail = f"what stands at {url:.200} are no keys"
    return Undetermined((Problem(INVALID_CONTROLLED_IDENTIFIER_DOCUMENT, detail=detail),))
