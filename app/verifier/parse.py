"""Bytes to a ReceivedCredential: step 2 of the way in. What cannot be read as a credential ends here."""

from dataclasses import dataclass

from app.core import containers, strict_json
from app.core.credential import data_model, enveloped
from app.core.credential.received import ReceivedCredential
from app.core.json_ld import Contexts
from app.core.problems import MALFORMED_VALUE_ERROR, PARSING_ERROR, JsonObject, Problem, Refused
from app.core.proof import FORMATS, compact_jws, jwt_claims, sd_jwt, sd_jwt_vc, vc_jwt, vc_sd_jwt
from app.core.proof.disclosing import disclose
from app.verifier.claims import are_claims

MEDIA_TYPES = frozenset(media_type for proof_format in FORMATS for media_type in proof_format.MEDIA_TYPES)
# What a person chose as a file: nobody declared what it is, so it is read as what its first bytes say.
ANY_FILE = "application/octet-stream"

# VC Data Model 2.0, Appendix C: a presentation is never declared as a credential, nor read as one.
PRESENTATION = "application/vp"
PRESENTATIONS = (PRESENTATION, vc_jwt.PRESENTATION)
_TOKENS = frozenset(vc_jwt.MEDIA_TYPES) | {vc_jwt.PRESENTATION}
_MAY_BE_TOKENS = _TOKENS | containers.MEDIA_TYPES | {ANY_FILE}
_SD_JWTS = frozenset({*sd_jwt_vc.MEDIA_TYPES, *vc_sd_jwt.MEDIA_TYPES})
_MAY_BE_SD_JWTS = _SD_JWTS | {"text/plain", "application/jwt", ANY_FILE}
_MAY_BE_PRESENTATIONS = frozenset(
    {*PRESENTATIONS, "application/json", "application/ld+json", "application/jwt", "text/plain", ANY_FILE}
)
_PRESENTATION_TYPE = "VerifiablePresentation"

_WHOLE_FILE = "hand over the whole file as the issuer gave it: JSON that begins with {, a token, a PDF, PNG or SVG"
_DECLARE = "declare it, and name its file, as what it is"


@dataclass(frozen=True, slots=True)
class _Content:
    """A JSON object, and the token or the SD-JWT that it was read in; None where it came as it is."""

    document: JsonObject
    token: str | None = None
    sd_jwt: str | None = None

    @property
    def is_credential(self) -> bool:
        if self.sd_jwt is not None and are_claims(self.document):
            return True
        return "@context" in self.document and data_model.TYPE in data_model.types(self.document)


def parse(_contexts: Contexts, content: bytes, media_type: str) -> ReceivedCredential:
    """The credential that was handed over, taken out of its picture, envelope or presentation, where it came in one.

    It is read as what the sender declared, never as something else. Raises Refused: PARSING_ERROR; for a credential of
    a kind that is not read, UNSUPPORTED_MECHANISM; and what `strict_json` refuses.
    """
    declared = media_type.partition(";")[0].strip().lower()
    if declared not in MEDIA_TYPES | containers.MEDIA_TYPES | {ANY_FILE, *PRESENTATIONS}:
        raise _unreadable(f"{declared!r:.80} is not a kind of credential that is read here")
    container, carried = _unwrapped(content, declared)
    read = _read(carried, declared)
    presented = _PRESENTATION_TYPE in data_model.types(read.document)
    if presented and container is None and declared in _MAY_BE_PRESENTATIONS:
        read = _presented(read.document)
    elif declared in PRESENTATIONS or presented:
        what_it_is = "a presentation" if presented else "no presentation"
        raise _unreadable(f"it was handed over as {declared}, but it is {what_it_is}", remedy=_DECLARE)
    if read.sd_jwt and not read.is_credential:
        raise _unreadable("it is an SD-JWT, but no credential: it has no type (vct), and no @context")
    if not read.is_credential:
        held = "a token" if read.token else "JSON"
        held = f"{containers.kind(container)} with {held} in it" if container else held
        raise _unreadable(f"it is {held}, but no credential: it has no @context, or not the type {data_model.TYPE}")
    return ReceivedCredential(
        document=read.document,
        media_type=declared,
        container=container,
        presented=presented,
        token=read.token,
        sd_jwt=read.sd_jwt,
    )


def parse_published(contexts: Contexts, content: bytes) -> ReceivedCredential:
    """A credential that its issuer publishes for programs: as JSON or as a token, whatever its host calls it."""
    return parse(contexts, content, "application/vc+jwt" if _as_token(content) is not None else "application/vc")


def _read(carried: bytes, declared: str) -> _Content:
    combined = _as_sd_jwt(carried)
    if combined is not None and declared in _MAY_BE_SD_JWTS:
        return _sd_jwt(combined)
    if declared in _SD_JWTS:
        raise _unreadable(f"it was handed over as {declared}, but it is no SD-JWT", remedy=_DECLARE)
    text = _as_token(carried)
    if text is not None and declared in _MAY_BE_TOKENS:
        return _token(text)
    if declared in _TOKENS:
        raise _unreadable(f"it was handed over as {declared}, but it is no token (JWT)", remedy=_DECLARE)
    if text is not None:
        raise _unreadable(f"it was handed over as {declared}, but it is a token (JWT)", remedy=_DECLARE)
    return _opened(strict_json.read_object(carried))


def _as_token(carried: bytes) -> str | None:
    """The text, where it was meant as a token. A line that ends is how files of text end."""
    try:
        text = carried.strip(b" \t\r\n").decode("ascii")
    except UnicodeDecodeError:
        return None
    return text if compact_jws.looks_like_one(text) and len(text) <= strict_json.MAX_BYTES else None


def _as_sd_jwt(carried: bytes) -> str | None:
    """The text, where it was meant as an SD-JWT: a token, and a ~ behind it."""
    try:
        text = carried.strip(b" \t\r\n").decode("ascii")
    except UnicodeDecodeError:
        return None
    token, tilde, _ = text.partition("~")
    return text if tilde and compact_jws.looks_like_one(token) and len(text) <= sd_jwt.MAX_BYTES else None


def _sd_jwt(text: str) -> _Content:
    """The claims that it seems to show. That each of them was signed is seen where it is verified."""
    try:
        received = sd_jwt.read(text.encode())
    except Refused as refused:
        raise _unreadable(f"it is an SD-JWT that cannot be read: {refused.problems[0].detail}") from refused
    signed = received.issuer_signed.payload
    try:
        claims = disclose(signed, received.disclosures).claims
    except Refused:
        claims = signed
    return _Content(jwt_claims.document(claims) if "@context" in claims else claims, sd_jwt=text)


def _token(text: str, *, at: str = "", problem_type: str = PARSING_ERROR) -> _Content:
    """What a token seems to say. It is read strictly where it is verified: here it is only told what it is."""
    glanced = compact_jws.glance(text)
    if glanced is None:
        detail = "it is three texts with dots between them, but no token (JWT): there is no JSON in it"
        raise Refused(Problem(problem_type, at=at, detail=detail, remedy=_WHOLE_FILE))
    _, claims = glanced
    return _Content(jwt_claims.document(claims), text)


def _opened(document: JsonObject, *, at: str = "") -> _Content:
    """Out of its envelope, where it is in one; an envelope in an envelope is none."""
    for kind in (enveloped.CREDENTIAL, enveloped.PRESENTATION):
        if enveloped.is_one(document, kind):
            envelope = enveloped.read(document, kind, at=at)
            token = envelope.token
            if envelope.media_type in _SD_JWTS:
                return _enveloped_sd_jwt(token, at=f"{at}/id")
            if not compact_jws.looks_like_one(token):
                raise Refused(Problem(MALFORMED_VALUE_ERROR, at=f"{at}/id", detail="holds no token (JWT)"))
            read = _token(token, at=f"{at}/id", problem_type=MALFORMED_VALUE_ERROR)
            wanted = data_model.TYPE if kind == enveloped.CREDENTIAL else _PRESENTATION_TYPE
            if wanted not in data_model.types(read.document):
                raise Refused(Problem(MALFORMED_VALUE_ERROR, at=f"{at}/id", detail=f"holds no {wanted}"))
            return read
    if {"payload", "signatures"} <= set(document) or {"payload", "signature"} <= set(document):
        raise _unreadable("it is a signature in JSON (JWS), and only its compact form is read")
    return _Content(document)


def _enveloped_sd_jwt(text: str, *, at: str) -> _Content:
    if _as_sd_jwt(text.encode()) != text:
        raise Refused(Problem(MALFORMED_VALUE_ERROR, at=at, detail="holds no SD-JWT"))
    return _sd_jwt(text)


def _presented(presentation: JsonObject) -> _Content:
    """The one credential in a presentation (VC Data Model 2.0 §4.13), whose own proof is not looked at."""
    match data_model.entries(presentation.get("verifiableCredential", [])):
        case [dict(credential)]:
            return _opened(credential, at="/verifiableCredential")
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


def _unreadable(detail: str, *, remedy: str = _WHOLE_FILE) -> Refused:
    return Refused(Problem(PARSING_ERROR, detail=detail, remedy=remedy))
