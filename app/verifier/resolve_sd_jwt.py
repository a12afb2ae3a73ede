"""The keys of an SD-JWT VC's issuer: those that its host publishes, and never one that the credential brings.

https://datatracker.ietf.org/doc/draft-ietf-oauth-sd-jwt-vc/, "JWT VC Issuer Metadata". A certificate (`x5c`) would be
judged against authorities that policy names, and it names none: what one vouches for could not be told.
"""

from app.core import strict_json
from app.core.did.document import ControlledIdentifierDocument, read
from app.core.json_ld import Contexts
from app.core.problems import INVALID_CONTROLLED_IDENTIFIER_DOCUMENT, UNSUPPORTED_MECHANISM, Problem, Refused
from app.core.proof import jwt_vc_issuer
from app.core.proof.jwt_vc_issuer import Certified, KeysAt, Published
from app.core.proof.sd_jwt import ReceivedSdJwt
from app.ports import Compute, Fetch, Publications, Unavailable
from app.verifier.prove import told
from app.verifier.report import Failed, Undetermined

_ACCEPT = "application/json"


async def resolve(
    received: ReceivedSdJwt, *, publications: Publications, fetch: Fetch, compute: Compute, deadline: float
) -> ControlledIdentifierDocument | Failed | Undetermined:
    """The issuer's keys; or that there can be none (Failed), or that they were not to be had (Undetermined)."""
    try:
        match jwt_vc_issuer.locate(received.issuer_signed):
            case Published() as published:
                pass
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
    for reading in (read_metadata, read_keys):
        try:
            fetched = await fetch(
                url, accept=_ACCEPT, deadline=deadline, otherwise=INVALID_CONTROLLED_IDENTIFIER_DOCUMENT
            )
        except Refused as unanswered:
            return Undetermined(unanswered.problems)
        found = await compute.run(reading, fetched.content, url=url, issuer=published.issuer)
        if not isinstance(found, KeysAt):
            return found
        url = found.jwks_uri
    raise AssertionError("a set of keys is no metadata")


def read_metadata(
    _contexts: Contexts, content: bytes, *, url: str, issuer: str
) -> ControlledIdentifierDocument | KeysAt | Failed | Undetermined:
    """The metadata as they stand at `url`, which a stranger wrote."""
    try:
        metadata = strict_json.read_object(content)
    except Refused:
        return _unreadable(url)
    try:
        found = jwt_vc_issuer.read_metadata(metadata, issuer=issuer)
        return found if isinstance(found, KeysAt) else jwt_vc_issuer.document(issuer, found)
    except Refused as refused:
        return told(refused)


def read_keys(
    _contexts: Contexts, content: bytes, *, url: str, issuer: str
) -> ControlledIdentifierDocument | KeysAt | Failed | Undetermined:
    """The keys as they stand at `url`, where the metadata say that they are."""
    try:
        keys = strict_json.read_object(content)
    except Refused:
        return _unreadable(url)
    try:
        return jwt_vc_issuer.document(issuer, jwt_vc_issuer.read_keys(keys))
    except Refused as refused:
        return told(refused)


def _unreadable(url: str) -> Undetermined:
    detail = f"what stands at {url:.200} are no keys"
    return Undetermined((Problem(INVALID_CONTROLLED_IDENTIFIER_DOCUMENT, detail=detail),))
