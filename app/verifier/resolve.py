"""The issuer's keys: step 3 of the way in. Until the proof holds, the issuer's host is the only address contacted."""

from app.core import did, strict_json
from app.core.did.document import ControlledIdentifierDocument, read
from app.core.json_ld import Contexts
from app.core.problems import INVALID_CONTROLLED_IDENTIFIER_DOCUMENT, Problem, Refused
from app.ports import Compute, Fetch, Publications, Unavailable
from app.verifier.policy import VerificationPolicy
from app.verifier.prove import told
from app.verifier.report import Failed, Undetermined

_ACCEPT = "application/did+json, application/did+ld+json, application/cid, application/ld+json, application/json"


async def resolve(
    identifier: str,
    *,
    publications: Publications,
    fetch: Fetch,
    compute: Compute,
    deadline: float,
    policy: VerificationPolicy,
) -> ControlledIdentifierDocument | Failed | Undetermined:
    """The document of `identifier`; or that there can be none (Failed), or that it was not to be had (Undetermined)."""
    try:
        own = await publications.controlled_identifier_document(identifier)
    except Unavailable:
        own = None
    try:
        if own is not None:
            return read(own, identifier=identifier)
        located = did.locate(identifier, prefixes=policy.did_prefixes)
    except Refused as refused:
        return told(refused)
    if isinstance(located, ControlledIdentifierDocument):
        return located
    try:
        fetched = await fetch(
            located, accept=_ACCEPT, deadline=deadline, otherwise=INVALID_CONTROLLED_IDENTIFIER_DOCUMENT
        )
    except Refused as unanswered:
        return Undetermined(unanswered.problems)
    return await compute.run(read_fetched, fetched.content, url=located, identifier=identifier)


def read_fetched(
    _contexts: Contexts, content: bytes, *, url: str, identifier: str
) -> ControlledIdentifierDocument | Failed | Undetermined:
    """The document as it stands at `url`, which a stranger wrote."""
    try:
        document = strict_json.read_object(content)
    except Refused:
        # A page for people, say: it is no word of the issuer's on its keys, for or against.
        detail = f"what stands at {url:.200} is not a document of keys"
        return Undetermined((Problem(INVALID_CONTROLLED_IDENTIFIER_DOCUMENT, detail=detail),))
    try:
        return read(document, identifier=identifier)
    except Refused as refused:
        return told(refused)
