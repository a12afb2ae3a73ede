"""Bytes to a ReceivedCredential: step 2 of the way in. What cannot be read as a credential ends here."""

from app.core import strict_json
from app.core.credential import data_model
from app.core.credential.received import ReceivedCredential
from app.core.json_ld import Contexts
from app.core.problems import PARSING_ERROR, Problem, Refused
from app.core.proof import FORMATS

MEDIA_TYPES = frozenset(media_type for proof_format in FORMATS for media_type in proof_format.MEDIA_TYPES)


def parse(_contexts: Contexts, content: bytes, media_type: str) -> ReceivedCredential:
    """The credential that was handed over, read as what the sender declared, never guessed.

    Raises Refused: PARSING_ERROR, and what `strict_json` refuses.
    """
    declared = media_type.partition(";")[0].strip().lower()
    if declared not in MEDIA_TYPES:
        raise _unreadable(f"{declared!r:.80} is not a kind of credential that is read here")
    document = strict_json.read_object(content)
    if "@context" not in document or data_model.TYPE not in data_model.types(document):
        raise _unreadable(f"there is no credential in it: no object with an @context and the type {data_model.TYPE}")
    return ReceivedCredential(document=document, media_type=declared)


def _unreadable(detail: str) -> Refused:
    remedy = "hand over the whole file as the issuer gave it, JSON that begins with {"
    return Refused(Problem(PARSING_ERROR, detail=detail, remedy=remedy))
