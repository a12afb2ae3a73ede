"""Bytes to a ReceivedCredential: step 2 of the way in. What cannot be read as a credential ends here."""

from app.core import containers, strict_json
from app.core.containers.carried import is_compact_jws
from app.core.credential import data_model
from app.core.credential.received import ReceivedCredential
from app.core.json_ld import Contexts
from app.core.problems import PARSING_ERROR, UNSUPPORTED_MECHANISM, JsonObject, Problem, Refused
from app.core.proof import FORMATS

MEDIA_TYPES = frozenset(media_type for proof_format in FORMATS for media_type in proof_format.MEDIA_TYPES)
# What a person chose as a file: nobody declared what it is, so it is read as what its first bytes say.
ANY_FILE = "application/octet-stream"

# VC Data Model 2.0, Appendix C: a presentation is never declared as a credential, nor read as one.
PRESENTATION = "application/vp"
_MAY_BE_PRESENTATIONS = frozenset({PRESENTATION, "application/json", "application/ld+json", ANY_FILE})
_PRESENTATION_TYPE = "VerifiablePresentation"

_WHOLE_FILE = "hand over the whole file as the issuer gave it: JSON that begins with {, a PDF, PNG or SVG"
_DECLARE = "declare it, and name its file, as what it is"


def parse(_contexts: Contexts, content: bytes, media_type: str) -> ReceivedCredential:
    """The credential that was handed over, taken out of its picture, or out of its presentation, where it came in one.

    It is read as what the sender declared, never as something else. Raises Refused: PARSING_ERROR; for a credential of
    a kind that is not read, UNSUPPORTED_MECHANISM; and what `strict_json` refuses.
    """
    declared = media_type.partition(";")[0].strip().lower()
    if declared not in MEDIA_TYPES | containers.MEDIA_TYPES | {ANY_FILE, PRESENTATION}:
        raise _unreadable(f"{declared!r:.80} is not a kind of credential that is read here")
    container, carried = _unwrapped(content, declared)
    if is_compact_jws(carried):
        held = f"it is {containers.kind(container)} with" if container else "it is"
        raise _unsupported(f"{held} a credential that is signed as a token (JWT), which is not read here yet")
    document = strict_json.read_object(carried)
    presented = _PRESENTATION_TYPE in data_model.types(document)
    if presented and container is None and declared in _MAY_BE_PRESENTATIONS:
        document = _presented(document)
    elif declared == PRESENTATION or presented:
        what_it_is = "a presentation" if presented else "no presentation"
        raise _unreadable(f"it was handed over as {declared}, but it is {what_it_is}", remedy=_DECLARE)
    if "@context" not in document or data_model.TYPE not in data_model.types(document):
        held = f"it is {containers.kind(container)} with JSON in it, but" if container else "it is JSON, but"
        raise _unreadable(f"{held} no credential: it has no @context, or not the type {data_model.TYPE}")
    return ReceivedCredential(document=document, media_type=declared, container=container, presented=presented)


def _presented(presentation: JsonObject) -> JsonObject:
    """The one credential in a presentation (VC Data Model 2.0 §4.13), whose own proof is not looked at."""
    match data_model.entries(presentation.get("verifiableCredential", [])):
        case [{"type": "EnvelopedVerifiableCredential" | ["EnvelopedVerifiableCredential"]}]:
            raise _unsupported("it is a presentation of a credential that is signed as a token, not read here yet")
        case [dict(credential)]:
            return credential
        case credentials:
            detail = f"it is a presentation of {len(credentials)} credentials, and one is read at a time"
            raise _unreadable(detail, remedy="hand the one over that it is about")


def _unwrapped(content: bytes, declared: str) -> tuple[str | None, bytes]:
    """The media type of the file around the credential, None where there is none; and the credential's bytes."""
    unwrapped = containers.unwrap(content)
    found = unwrapped.media_type if unwrapped else None
    if declared != ANY_FILE and found != (declared if declared in containers.MEDIA_TYPES else None):
        what_it_is = f"it is {containers.kind(found)}" if found else f"it is no {containers.kind(declared)}"
        raise _unreadable(f"it was handed over as {declared}, but {what_it_is}", remedy=_DECLARE)
    return found, unwrapped.content if unwrapped else content


def _unsupported(detail: str) -> Refused:
    remedy = "ask whether the institution has it as JSON too"
    return Refused(Problem(UNSUPPORTED_MECHANISM, detail=detail, remedy=remedy))


def _unreadable(detail: str, *, remedy: str = _WHOLE_FILE) -> Refused:
    return Refused(Problem(PARSING_ERROR, detail=detail, remedy=remedy))
