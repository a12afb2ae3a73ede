"""A credential that others composed, before it is signed, pure: what an institution may have signed, and what is wrong.

1. `read` the request: a credential, and how its institution would have it signed.
2. It names its institution as issuer, has no proof, and is none that only we make.
3. It is of a kind that its institution may have signed, and places in our lists are given out by us.
4. It keeps the data model, and what it says that it is; JSON-LD loses nothing of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from app.core import strict_json
from app.core.credential import data_model, open_badge
from app.core.json_ld import Contexts, canonicalize
from app.core.personal import Personal
from app.core.problems import (
    DATA_LOSS_DETECTION_ERROR,
    MALFORMED_VALUE_ERROR,
    MISSING_ELEMENT,
    NOT_TO_BE_SIGNED,
    PARSING_ERROR,
    RANGE_ERROR,
    UNKNOWN_OPTION_PROVIDED,
    UNKNOWN_VALUE,
    JsonObject,
    Problem,
    Refused,
    pointer,
)
from app.core.proof import jwt_claims
from app.core.proof.cryptosuites import ECDSA_SD_2023
from app.core.proof.ecdsa_sd.selection import select
from app.core.status import bitstring_status_list
from app.issuer.examine import ReadyCredential, status_list_url
from app.issuer.mechanisms import VC_JWT
from app.ports import MaySign, StatusEntry
from app.verifier.context_rules import as_signed
from app.verifier.judge import is_badge, problems_of_form

# Each of these is said of a document; what else a proof may be refused for, was not sent.
_OF_WHAT_WAS_SENT = frozenset(
    {MALFORMED_VALUE_ERROR, PARSING_ERROR, RANGE_ERROR, DATA_LOSS_DETECTION_ERROR, UNKNOWN_VALUE, MISSING_ELEMENT}
)
# Whoever could have a list signed could revoke anything, or take it back: they are made of rows, and here alone.
_LIST_TYPES = ("BitstringStatusListCredential", "BitstringStatusList", "StatusList2021Credential", "StatusList2021")
# A type may be given as its URL.
_LIST_VOCABULARIES = ("", "https://www.w3.org/ns/credentials/status#", "https://w3id.org/vc/status-list#")
_LISTS = frozenset(vocabulary + name for vocabulary in _LIST_VOCABULARIES for name in _LIST_TYPES)
_STATUS = "/credentialStatus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bringing:
    """Who has it signed, how, and under which rules. `id_if_none` is what it is called where it has no id."""

    issuer: str
    may_sign: MaySign
    mechanism: str
    purposes: tuple[str, ...]
    id_if_none: str
    public_url: str
    now: datetime
    takes_checks: bool = False


@dataclass(frozen=True, slots=True)
class ExaminedBrought:
    """A credential without a fault. `at` adds its places in our lists, behind what it says itself of its status."""

    draft: JsonObject = field(repr=False)
    public_url: str

    def at(self, entries: tuple[StatusEntry, ...]) -> ReadyCredential:
        if not entries:
            return ReadyCredential(self.draft)
        ours = [
            bitstring_status_list.entry(
                status_list_credential=status_list_url(self.public_url, entry.list_id),
                index=entry.index,
                purpose=entry.purpose,
            )
            for entry in entries
        ]
        every = [*data_model.entries(self.draft.get("credentialStatus", [])), *ours]
        return ReadyCredential({**self.draft, "credentialStatus": every if len(every) > 1 else every[0]})


@dataclass(frozen=True, slots=True)
class Brought:
    """A request that nothing is wrong with. `name` is what its institution calls the credential from now on."""

    name: Personal[str]
    examined: ExaminedBrought
    purposes: tuple[str, ...]
    mandatory_pointers: tuple[str, ...] | None
    is_badge: bool


def read(contexts: Contexts, body: bytes, bringing: Bringing) -> Brought:
    """Raises Refused with every problem, each at its place in the request."""
    credential, options = _request(body)
    pointers, name = _options(options, bringing)
    credential_id = credential.get("id", name or bringing.id_if_none)
    if "id" not in credential and name is None:
        credential = {"@context": credential.get("@context"), "id": credential_id, **credential}
    problems = [*_not_ours_to_sign(credential, bringing)]
    purposes = _purposes(credential, bringing)
    examined = ExaminedBrought(credential, bringing.public_url)
    stand_ins = tuple(StatusEntry("0" * 16, number, purpose) for number, purpose in enumerate(purposes))
    problems += _problems_of(contexts, examined.at(stand_ins).document, bringing)
    if pointers is not None:
        problems += _problems_of_pointers(credential, pointers)
    if problems:
        raise Refused(*problems)
    mandatory = None if pointers is None else (*pointers, *([_STATUS] if stand_ins else ()))
    return Brought(
        name=Personal(name or credential_id),
        examined=examined,
        purposes=purposes,
        mandatory_pointers=mandatory,
        is_badge=is_badge(credential),
    )


# ── the request ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _request(body: bytes) -> tuple[JsonObject, JsonObject]:
    match strict_json.read_object(body):
        case {"credential": dict(credential), **more}:
            options = more.pop("options", {})
        case _:
            raise Refused(_malformed("/credential", "is missing, or is not a JSON object"))
    if more:
        raise Refused(_malformed(pointer(next(iter(more))), "is no member of this request"))
    if not isinstance(options, dict):
        raise Refused(_malformed("/options", "must be an object"))
    return credential, options


def _options(options: JsonObject, bringing: Bringing) -> tuple[tuple[str, ...] | None, str | None]:
    known = {"credentialId", "mandatoryPointers"} | ({"checks"} if bringing.takes_checks else set())
    if unknown := [name for name in options if name not in known]:
        detail = f"the option {unknown[0]!r:.80} is not known here"
        remedy = f"leave it out; known are {', '.join(sorted(known))}"
        raise Refused(Problem(UNKNOWN_OPTION_PROVIDED, pointer("options", unknown[0]), detail, remedy))
    match options.get("mandatoryPointers"):
        case None if "mandatoryPointers" not in options:
            pointers = None
        case list(several) if all(isinstance(each, str) for each in several):
            pointers = tuple(several)
        case _:
            raise Refused(_malformed("/options/mandatoryPointers", "must be an array of JSON Pointers"))
    if pointers is not None and bringing.mechanism != ECDSA_SD_2023:
        detail = f"is for {ECDSA_SD_2023}; what is signed by {bringing.mechanism} is always shown as a whole"
        raise Refused(_malformed("/options/mandatoryPointers", detail))
    name = options.get("credentialId")
    if "credentialId" in options and not (isinstance(name, str) and 0 < len(name) <= _MAX_NAME_CHARACTERS):
        raise Refused(_malformed("/options/credentialId", "must be a string, and no longer than a URL"))
    return pointers, name


_MAX_NAME_CHARACTERS = 2_048


# ── what an institution may have signed ──────────────────────────────────────────────────────────────────────────────


def _not_ours_to_sign(credential: JsonObject, bringing: Bringing) -> Iterator[Problem]:
    if "proof" in credential:
        yield _not_signed("/proof", "it is signed already", "leave the proof out; it is made here")
    if data_model.issuer_id(credential) != bringing.issuer:
        yield _not_signed("/issuer", "it does not name your institution as its issuer", f"write {bringing.issuer}")
    subjects = data_model.entries(credential.get("credentialSubject", []))
    if any(not _LISTS.isdisjoint(data_model.types(each)) for each in (credential, *subjects) if isinstance(each, dict)):
        yield _not_signed("/type", "it is a status list", "POST /status-lists opens one; it is kept and signed here")
    kind = _kind(credential)
    match bringing.may_sign:
        case MaySign.ANY:
            pass
        case MaySign.OPEN_BADGES if kind is not MaySign.ANY:
            pass
        case MaySign.MICRO_CREDENTIALS if kind is MaySign.MICRO_CREDENTIALS:
            pass
        case allowed:
            remedy = "testamur institution set NAME signing.credentials=any lets it have others signed"
            yield _not_signed("/type", f"your institution has nothing signed here but {allowed}", remedy)
    prefix = status_list_url(bringing.public_url, "")
    for entry, at in data_model.each_value(credential, "credentialStatus"):
        match entry:
            case {"statusListCredential": str(url)} if url.startswith(prefix):
                yield _not_signed(at, "it has a place in one of our lists, which we give out", "leave it out")


def _kind(credential: JsonObject) -> MaySign:
    if open_badge.is_micro_credential(credential) and is_badge(credential):
        return MaySign.MICRO_CREDENTIALS
    return MaySign.OPEN_BADGES if is_badge(credential) else MaySign.ANY


def _purposes(credential: JsonObject, bringing: Bringing) -> tuple[str, ...]:
    """An Open Badge has room for one entry: where it has its own, it gets none of ours."""
    if not is_badge(credential):
        return bringing.purposes
    return () if "credentialStatus" in credential else bringing.purposes[:1]


# ── what is wrong with it ────────────────────────────────────────────────────────────────────────────────────────────


def _problems_of(contexts: Contexts, draft: JsonObject, bringing: Bringing) -> list[Problem]:
    found = list(problems_of_form(contexts, draft))
    if found:
        return [_placed(problem) for problem in found]
    try:
        canonicalize(contexts, draft, aliases=contexts.aliases(draft))
        if bringing.mechanism != VC_JWT:
            as_signed(contexts, draft, ())
            return []
        jwt_claims.of_document(draft, issued=bringing.now, open_badge=False)
    except Refused as refused:
        return [_placed(problem) for problem in refused.problems]
    return []


def _problems_of_pointers(credential: JsonObject, pointers: tuple[str, ...]) -> list[Problem]:
    try:
        select(credential, pointers)
    except Refused as refused:
        return [_malformed(f"/options/mandatoryPointers{problem.at}", problem.detail) for problem in refused.problems]
    return []


def _placed(problem: Problem) -> Problem:
    """Whatever kind of problem it is when a proof is verified: here it is one of what was sent."""
    kind = problem.type if problem.type in _OF_WHAT_WAS_SENT else MALFORMED_VALUE_ERROR
    return Problem(kind, f"/credential{problem.at}", problem.detail, problem.remedy)


def _not_signed(at: str, detail: str, remedy: str) -> Problem:
    return Problem(NOT_TO_BE_SIGNED, f"/credential{at}", detail, remedy)


def _malformed(at: str, detail: str) -> Problem:
    return Problem(MALFORMED_VALUE_ERROR, at=at, detail=detail, remedy='send {"credential": {…}}')
