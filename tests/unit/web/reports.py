"""Reports built as values: one for each row of the table of verdicts, about one good micro-credential or another."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.adapters import typesetting
from app.adapters.contexts import load_contexts
from app.adapters.cpu_pool import InlineCompute
from app.adapters.paper_seal import seal
from app.core import problems as p
from app.core.credential import award_request, open_badge, vocabularies
from app.core.credential.micro_credential import MicroCredential, Organisation
from app.core.credential.received import ReceivedCredential
from app.core.json_ld import Contexts
from app.core.problems import JsonObject, Problem
from app.exchange.claim import ClaimOffer, OfferedForm, file_name
from app.issuer.mechanisms import mechanism_named
from app.ports import Institution, KnownIssuer, SealedCopy
from app.verifier.report import (
    Check,
    Failed,
    Finding,
    NotApplicable,
    Outcome,
    Passed,
    Undetermined,
    VerificationReport,
)
from app.verifier.verify_proofs import VerifiedCredential
from app.web.certificates import Certificates, Press
from app.web.headings import Headings
from app.web.renderer import Operator, Renderer
from app.web.static_files import StaticFiles
from tests.conftest import ROOT

NOW = datetime(2026, 11, 24, 12, 32, tzinfo=UTC)
HOST = "northerncoast.example"
DID = f"did:web:{HOST}"
ISSUER = Organisation(
    id=DID,
    name="University of the Northern Coast",
    country="FI",
    region="Uusimaa",
    locality="Helsinki",
    url=f"https://{HOST}",
    legal_identifier="FI-1234567-8",
)
ACCENT = "#0b5c4a"
KNOWN = KnownIssuer(
    id=DID, name=ISSUER.name, source="listed by its national register", url=ISSUER.url, own=True, accent=ACCENT
)
OPERATOR = Operator(name=ISSUER.name, public_url="https://verify.northerncoast.example")


def micro_credential(contexts: Contexts, body: JsonObject = award_request.EXAMPLE) -> MicroCredential:
    return award_request.read(body, contexts=contexts, issuer=ISSUER, time_zone="Europe/Helsinki", now=NOW)


def badge(contexts: Contexts, credential: MicroCredential | None = None) -> JsonObject:
    written = open_badge.write(credential or micro_credential(contexts), contexts=contexts)
    return {"id": "urn:uuid:7a1f2c50-5b1d-4f0e-9d60-1a2b3c4d5e6f", **written}


def renderer(contexts: Contexts, operator: Operator = OPERATOR) -> Renderer:
    headings = Headings.of(vocabularies.field_labels(contexts))
    return Renderer(operator=operator, headings=headings, static=StaticFiles.read())


_SOUND: Mapping[Check, Outcome] = {
    Check.PROOF: Passed((("cryptosuite", "eddsa-rdfc-2022"),)),
    Check.CONTROLLER: Passed((("host", HOST),)),
    Check.VALIDITY_PERIOD: Passed(),
    Check.DATA_MODEL: Passed(),
    Check.SCHEMA: Passed(),
    Check.STATUS: Passed((("published", "2026-11-24T12:30:00Z"),)),
    Check.OPEN_BADGE: Passed(),
    Check.MICRO_CREDENTIAL: Passed(),
    Check.KNOWN_ISSUER: Passed((("source", KNOWN.source),)),
}


def _problem(kind: str, detail: str, *, at: str = "", remedy: str = "") -> tuple[Problem, ...]:
    return (Problem(kind, at=at, detail=detail, remedy=remedy),)


_UNKNOWN = Undetermined(_problem(p.UNKNOWN_ISSUER, "no source of ours names this issuer", at="/issuer"))
_NOT_JUDGED = NotApplicable("Nothing of it is proven, so this was not judged.")


@dataclass(frozen=True, slots=True)
class Case:
    """How a report departs from a sound one."""

    outcomes: Mapping[Check, Outcome]
    known: KnownIssuer | None = KNOWN
    proven: bool = True


def _unproven(*, proof: Outcome, controller: Outcome) -> Case:
    """Of what is not proven nothing else is judged."""
    unjudged: dict[Check, Outcome] = dict.fromkeys(Check, _NOT_JUDGED)
    return Case({**unjudged, Check.PROOF: proof, Check.CONTROLLER: controller}, known=None, proven=False)


_REVOKED = Failed(_problem(p.REVOKED, "bit 94567 of the list is set", at="/credentialStatus"))
CASES: Mapping[str, Case] = {
    "valid_known": Case({}),
    "valid_known_no_list": Case({Check.STATUS: NotApplicable("the credential has no credentialStatus")}),
    "valid_demo": Case({}, known=replace(KNOWN, demo=True)),
    "valid_unknown": Case({Check.KNOWN_ISSUER: _UNKNOWN}, known=None),
    "revoked": Case({Check.STATUS: _REVOKED}),
    "revoked_unknown": Case({Check.STATUS: _REVOKED, Check.KNOWN_ISSUER: _UNKNOWN}, known=None),
    "suspended": Case({Check.STATUS: Failed(_problem(p.SUSPENDED, "the list says suspended"))}),
    "expired": Case({Check.VALIDITY_PERIOD: Failed(_problem(p.EXPIRED, "it ended", at="/validUntil"))}),
    "not_yet_valid": Case(
        {Check.VALIDITY_PERIOD: Failed(_problem(p.NOT_YET_VALID, "it begins later", at="/validFrom"))}
    ),
    "indeterminate_status": Case(
        {
            Check.STATUS: Undetermined(
                _problem(
                    p.STATUS_RETRIEVAL_ERROR,
                    f"{HOST} did not answer within 3 seconds",
                    at="/credentialStatus/statusListCredential",
                    remedy="try again later, or ask the issuer",
                )
            )
        }
    ),
    "valid_not_looked_up": Case(
        {Check.KNOWN_ISSUER: Undetermined(_problem(p.NOT_LOOKED_UP, "who is known cannot be looked up now"))},
        known=None,
    ),
    "status_not_asked": Case({Check.STATUS: Undetermined(_problem(p.NOT_ASKED, "the list was not asked: offline"))}),
    "key_not_asked": _unproven(
        proof=Undetermined(_problem(p.NOT_ASKED, f"{HOST} was not asked: this check is offline")),
        controller=Undetermined(_problem(p.NOT_ASKED, f"{HOST} was not asked: this check is offline")),
    ),
    "indeterminate_key": _unproven(
        proof=Undetermined(_problem(p.INVALID_CONTROLLED_IDENTIFIER_DOCUMENT, f"{HOST} did not answer")),
        controller=Undetermined(_problem(p.INVALID_CONTROLLED_IDENTIFIER_DOCUMENT, f"{HOST} did not answer")),
    ),
    "indeterminate_mechanism": _unproven(
        proof=Undetermined(_problem(p.UNSUPPORTED_MECHANISM, "Ed25519Signature2018", at="/proof/type")),
        controller=_NOT_JUDGED,
    ),
    "invalid_proof": _unproven(
        proof=Failed(_problem(p.PROOF_VERIFICATION_ERROR, "the signature does not fit", at="/proof/0")),
        controller=Passed(),
    ),
    "invalid_other_key": _unproven(
        proof=Failed(_problem(p.PROOF_VERIFICATION_ERROR, "no key of the issuer's fits it", at="/proof")),
        controller=Failed(_problem(p.INVALID_VERIFICATION_METHOD, "it is not in the issuer's document")),
    ),
    "invalid_no_proof": _unproven(proof=Failed(_problem(p.MISSING_PROOF, "there is no proof")), controller=_NOT_JUDGED),
    "invalid_shape": Case(
        {
            Check.OPEN_BADGE: Failed(
                _problem(p.MALFORMED_VALUE_ERROR, "criteria is missing", at="/credentialSubject/achievement")
            )
        }
    ),
}


def report(
    contexts: Contexts, name: str, *, document: JsonObject | None = None, issuer: KnownIssuer | None = None
) -> VerificationReport:
    """The report of that name in CASES, about `document` (else about the good badge)."""
    case = CASES[name]
    about = badge(contexts) if document is None else document
    if name == "expired":
        about = {**about, "validUntil": (NOW - timedelta(days=30)).isoformat()}
    if name == "not_yet_valid":
        about = {**about, "validFrom": (NOW + timedelta(days=30)).isoformat()}
    outcomes = {**_SOUND, **case.outcomes}
    return VerificationReport(
        checked_at=NOW,
        findings=tuple(Finding(check, outcomes[check]) for check in Check),
        received=ReceivedCredential(document=about, media_type="application/vc"),
        verified=VerifiedCredential(document=about, media_type="application/vc", proofs=()) if case.proven else None,
        known_issuer=issuer or case.known,
    )


def offer(contexts: Contexts, *, state: str = "issued", demo: bool = False) -> ClaimOffer:
    credential = micro_credential(contexts)
    institution = Institution(
        name="northern-coast",
        did=DID,
        profile=ISSUER,
        time_zone="Europe/Helsinki",
        languages=("en",),
        contact="registry@northerncoast.example",
        demo=demo,
        accent=ACCENT,
    )
    return ClaimOffer(
        award_id="award-1",
        institution=institution,
        micro_credential=credential,
        state=state,
        expires=NOW + timedelta(days=90),
        corrects=False,
        forms=(form(credential),),
    )


def form(
    credential: MicroCredential, signed: bytes = b'{"signed":1}', *, mechanism: str = "eddsa-rdfc-2022"
) -> OfferedForm:
    known = mechanism_named(mechanism)
    return OfferedForm(mechanism, known.media_type, file_name(credential, known.ending), signed)


@dataclass(frozen=True, slots=True)
class CopiesInMemory:
    """Port `SealedCopies`."""

    kept: dict[str, SealedCopy] = field(default_factory=dict)

    async def keep(self, copy: SealedCopy) -> None:
        self.kept.setdefault(copy.id, copy)

    async def find(self, copy_id: str) -> bytes | None:
        copy = self.kept.get(copy_id)
        return copy.content if copy else None


def certificates(
    contexts: Contexts, copies: CopiesInMemory, *, fonts_dir: Path | None = None, public_url: str = OPERATOR.public_url
) -> Certificates:
    glyphs = typesetting.glyphs(fonts_dir)
    return Certificates(
        press=Press(seal=seal, typeset=typesetting.pdf, glyphs=glyphs, fonts_dir=fonts_dir),
        copies=copies,
        compute=InlineCompute(contexts),
        headings=Headings.of(vocabularies.field_labels(contexts)),
        public_url=public_url,
    )


def real_contexts() -> Contexts:
    return load_contexts(ROOT / "contexts")
