"""The issuer's keys: step 3 of the way in. Until the proof holds, the issuer's host is the only address contacted."""

import functools

from app.core import did, strict_json
from app.core.did.document import ControlledIdentifierDocument, read
from app.core.json_ld import Contexts
from app.core.problems import INVALID_CONTROLLED_IDENTIFIER_DOCUMENT, Problem, Refused
from app.ports import Compute, Fetch, Publications, Unavailable
from app.verifier.policy import VerificationPolicy
from app.verifier.prove import told
from app.verifier.report import Failed, Undetermined

_ACCEPT = "application/did+json, application/did+ld+json, application/cid, application/ld+json, application/json"


# A key that is not in a copy of the document may be new: it is asked for again, no host more often than this.
_RECENT_SECONDS = 5.0


async def resolve(
    identifier: str,
    *,
    keys: frozenset[str],
    publications: Publications,
    fetch: Fetch,
    compute: Compute,
    deadline: float,
    policy: VerificationPolicy,
) -> ControlledIdentifierDocument | Failed | Undetermined:
    """The document of `identifier`; or that there can be none (Failed), or that it was not to be had (Undetermined).

    `keys` are those that are wanted: a remembered copy without one of its issuer's is not the last word.
    """
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
    asking = functools.partial(
        _fetched, located, identifier=identifier, fetch=fetch, compute=compute, deadline=deadline
    )
    fetched = await asking(at_most_seconds_old=None)
    if not isinstance(fetched, ControlledIdentifierDocument) or not _lacks(fetched, keys):
        return fetched
    return await asking(at_most_seconds_old=_RECENT_SECONDS)


def _lacks(document: ControlledIdentifierDocument, keys: frozenset[str]) -> bool:
    own = {key for key in keys if key.partition("#")[0] == document.id}
    return not own <= {method.id for method in document.verification_methods}


async def _fetched(
    url: str, *, identifier: str, fetch: Fetch, compute: Compute, deadline: float, at_most_seconds_old: float | None
) -> ControlledIdentifierDocument | Failed | Undetermined:
    try:
        fetched = await fetch(
            url,
            accept=_ACCEPT,
            deadline=deadline,
            otherwise=INVALID_CONTROLLED_IDENTIFIER_DOCUMENT,
            at_most_seconds_old=at_most_seconds_old,
        )
    except Refused as unanswered:
        return Undetermined(unanswered.problems)
    return await compute.run(read_fetched, fetched.content, url=url, identifier=identifier)


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
