"""What follows from what was gathered: step 6 of the way in. Pure, so that any past verdict can be replayed."""

from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import urlsplit

from app.core.credential import data_model, data_model_1_1, open_badge, related_resources
from app.core.credential.badge_problems import OPEN_BADGE_SCHEMA
from app.core.credential.json_schema import problems as schema_problems
from app.core.date_time_stamp import write
from app.core.json_ld import Contexts
from app.core.problems import EXPIRED, NOT_YET_VALID, UNKNOWN_ISSUER, JsonObject, Problem, Refused
from app.ports import KnownIssuer
from app.verifier.claims import are_claims, issuer_id
from app.verifier.gather import Gathered
from app.verifier.judge_claims import CHECKS_OF_CLAIMS
from app.verifier.judge_status import judge_status
from app.verifier.policy import VerificationPolicy
from app.verifier.prove import NOT_JUDGED, Unproven
from app.verifier.report import Check, Failed, Finding, NotApplicable, Outcome, Passed, Undetermined
from app.verifier.verify_proofs import VerifiedCredential, VerifiedProof

Judgement: TypeAlias = Callable[[Contexts, Gathered, VerificationPolicy], Outcome]


def judge(contexts: Contexts, gathered: Gathered, policy: VerificationPolicy) -> tuple[Finding, ...]:
    """Every check's finding, in the order of `CHECKS`."""
    of_claims = CHECKS_OF_CLAIMS if are_claims(gathered.document) else {}
    return tuple(
        Finding(check, of_claims.get(check, judgement)(contexts, gathered, policy)) for check, judgement in CHECKS
    )


def problems_of_form(contexts: Contexts, document: JsonObject) -> tuple[Problem, ...]:
    """All that is wrong with how a credential is made, whoever signed it, by the checks of its form."""
    found = (
        _data_model_problems(contexts, document),
        _schema_problems(contexts, document),
        *_badge_problems(contexts, document),
    )
    return tuple(dict.fromkeys(problem for problems in found for problem in problems))


# ── who, and whether it is theirs ────────────────────────────────────────────────────────────────────────────────────


def _proof(_contexts: Contexts, gathered: Gathered, _policy: VerificationPolicy) -> Outcome:
    match gathered.proven:
        case Unproven(proof=outcome):
            return outcome
        case VerifiedCredential(proofs=proofs):
            last = proofs[-1]
            created = (("created", write(last.created)),) if last.created else ()
            made = (("cryptosuite", last.cryptosuite), ("algorithm", last.algorithm))
            return Passed((*((name, value) for name, value in made if value is not None), *created))


def _controller(_contexts: Contexts, gathered: Gathered, _policy: VerificationPolicy) -> Outcome:
    match gathered.proven:
        case Unproven(controller=outcome):
            return outcome
        case VerifiedCredential(proofs=proofs):
            last = proofs[-1]
            return Passed((("key", last.verification_method), *_host(last.verification_method), *_given_up(last)))


def _given_up(proof: VerifiedProof) -> tuple[tuple[str, str], ...]:
    """A key that its owner lost control of, and our own record that is older than that."""
    if proof.revoked is None or proof.recorded is None:
        return ()
    return (("revoked", write(proof.revoked)), ("recorded", write(proof.recorded)))


def _host(key: str) -> tuple[tuple[str, str], ...]:
    """The host that vouches for a key; a bare key has none."""
    match key.split(":"):
        case ["https", *_]:
            return (("host", urlsplit(key).hostname or ""),)
        case ["did", "web", host, *_]:
            return (("host", host.partition("#")[0].partition("%3A")[0]),)
        case _:
            return ()


def _known_issuer(_contexts: Contexts, gathered: Gathered, _policy: VerificationPolicy) -> Outcome:
    if isinstance(gathered.proven, Unproven):
        return NOT_JUDGED
    match gathered.known_issuer:
        case KnownIssuer(name=name, source=source):
            return Passed((("name", name), ("source", source)))
        case Undetermined() as undetermined:
            return undetermined
        case None:
            detail = f"we do not know {issuer_id(gathered.document)}"
            remedy = "ask the institution, at an address you find yourself"
            return Undetermined((Problem(UNKNOWN_ISSUER, at="/issuer", detail=detail, remedy=remedy),))


def _validity_period(_contexts: Contexts, gathered: Gathered, _policy: VerificationPolicy) -> Outcome:
    if isinstance(gathered.proven, Unproven):
        return NOT_JUDGED
    try:
        start, end = data_model.bounds(gathered.proven.document)
    except Refused as refused:
        return Undetermined(refused.problems)
    problems = []
    if start is not None and gathered.now < start.moment:
        problems.append(Problem(NOT_YET_VALID, at=start.at, detail=f"it is in force from {write(start.moment)}"))
    if end is not None and end.moment <= gathered.now:
        problems.append(Problem(EXPIRED, at=end.at, detail=f"it ended {write(end.moment)}"))
    return _passed_unless(tuple(problems))


# ── whether it is well made ──────────────────────────────────────────────────────────────────────────────────────────


def _data_model(contexts: Contexts, gathered: Gathered, _policy: VerificationPolicy) -> Outcome:
    if data_model.is_version_1_1(gathered.document):
        problems = data_model_1_1.problems(gathered.document)
    else:
        problems = _data_model_problems(contexts, gathered.document)
    if isinstance(gathered.proven, Unproven):
        # What seems wrong may have been made so by anyone: it is named, and blamed on nobody.
        return Undetermined(problems) if problems else NOT_JUDGED
    return _passed_unless(problems)


def _data_model_problems(contexts: Contexts, document: JsonObject) -> tuple[Problem, ...]:
    return (*data_model.problems(document), *related_resources.problems(contexts, document))


def _schema(contexts: Contexts, gathered: Gathered, _policy: VerificationPolicy) -> Outcome:
    """A schema is the issuer's own promise of form. One that is not pinned is not fetched, and no fact hangs on it."""
    if isinstance(gathered.proven, Unproven):
        return NOT_JUDGED
    document = gathered.proven.document
    if not _schema_urls(document):
        return NotApplicable("It names no schema.")
    if not _pinned_schemas(contexts, document):
        return NotApplicable(f"Its schema is not held here, nor fetched: {', '.join(_schema_urls(document)):.300}")
    return _of_what_is_shown(gathered.proven, _schema_problems(contexts, document))


def _open_badge(contexts: Contexts, gathered: Gathered, _policy: VerificationPolicy) -> Outcome:
    if isinstance(gathered.proven, Unproven):
        return NOT_JUDGED
    if not is_badge(gathered.proven.document):
        return NotApplicable("It does not say that it is an Open Badge.")
    return _of_what_is_shown(gathered.proven, open_badge.problems(gathered.proven.document, contexts=contexts))


def _micro_credential(contexts: Contexts, gathered: Gathered, _policy: VerificationPolicy) -> Outcome:
    if isinstance(gathered.proven, Unproven):
        return NOT_JUDGED
    if not open_badge.is_micro_credential(gathered.proven.document):
        return NotApplicable("It does not say that it is a European micro-credential.")
    problems = open_badge.micro_credential_problems(gathered.proven.document, contexts=contexts)
    return _of_what_is_shown(gathered.proven, problems)


def _badge_problems(contexts: Contexts, document: JsonObject) -> tuple[tuple[Problem, ...], ...]:
    badge = open_badge.problems(document, contexts=contexts) if is_badge(document) else ()
    if not open_badge.is_micro_credential(document):
        return (badge,)
    return badge, open_badge.micro_credential_problems(document, contexts=contexts)


def is_badge(document: JsonObject) -> bool:
    # One IRI under two names.
    return not data_model.types(document).isdisjoint({open_badge.TYPE, "AchievementCredential"})


def _schema_problems(contexts: Contexts, document: JsonObject) -> tuple[Problem, ...]:
    found = (schema_problems(contexts, url, document) for url in _pinned_schemas(contexts, document))
    return tuple(problem for problems in found for problem in problems)


def _pinned_schemas(contexts: Contexts, document: JsonObject) -> tuple[str, ...]:
    """The schemas it names that are pinned: by URL, or by the digest in `relatedResource` of a copy elsewhere."""
    resources = [entry for entry in data_model.entries(document.get("relatedResource", [])) if isinstance(entry, dict)]
    named = _schema_urls(document)
    by_digest = {entry.get("digestSRI") for entry in resources if entry.get("id") in named}
    return tuple(
        url for url in (OPEN_BADGE_SCHEMA, open_badge.SCHEMA) if url in named or contexts.digest_sri(url) in by_digest
    )


def _schema_urls(document: JsonObject) -> tuple[str, ...]:
    found = []
    for entry in data_model.entries(document.get("credentialSchema", [])):
        match entry:
            case {"id": str(url)}:
                found.append(url)
    return tuple(found)


def _of_what_is_shown(proven: VerifiedCredential, problems: tuple[Problem, ...]) -> Outcome:
    """Its holder may show a part of it: what is not shown says nothing against what is."""
    if problems and proven.is_part:
        return NotApplicable("Its holder shows a part of it, which can't have every element.")
    return _passed_unless(problems)


def _passed_unless(problems: tuple[Problem, ...]) -> Outcome:
    return Failed(problems) if problems else Passed()


CHECKS: tuple[tuple[Check, Judgement], ...] = (
    (Check.PROOF, _proof),
    (Check.CONTROLLER, _controller),
    (Check.VALIDITY_PERIOD, _validity_period),
    (Check.DATA_MODEL, _data_model),
    (Check.SCHEMA, _schema),
    (Check.STATUS, judge_status),
    (Check.OPEN_BADGE, _open_badge),
    (Check.MICRO_CREDENTIAL, _micro_credential),
    (Check.KNOWN_ISSUER, _known_issuer),
)
