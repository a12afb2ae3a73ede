"""Real credentials that others published: what a service says of them that can reach none of their issuers."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.core.containers import png, svg
from app.core.json_ld import Contexts
from app.core.problems import (
    INVALID_VERIFICATION_METHOD,
    MALFORMED_VALUE_ERROR,
    MISSING_PROOF,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Problem,
)
from app.verifier.report import Check, Failed, Passed, Undetermined, Verdict, VerificationReport
from tests.shared import shared
from tests.tokens import TokenKey, document_of, key_of, parts
from tests.verifying import World

_NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
_DCC = "dcc__v2-dataIntegrityProof-didKey-legacyRegistry-noStatus-noExpiry"

# file → verdict, and for a check that says why, the problem that it names.
REPORTS: dict[str, tuple[Verdict, Check, str | None]] = {
    "surf__mbob_ht_pf_microcredential_full.json": (Verdict.INVALID, Check.PROOF, MISSING_PROOF),
    "surf__theed_microcredential_full_ho.json": (Verdict.INVALID, Check.PROOF, MISSING_PROOF),
    "surf__uvh_at_microcredential_full_1.json": (Verdict.INVALID, Check.PROOF, MISSING_PROOF),
    "elmgh__Sample-MC-Annex1-unsigned.jsonld": (Verdict.INVALID, Check.PROOF, MISSING_PROOF),
    "val__complete.json": (Verdict.INDETERMINATE, Check.CONTROLLER, None),
    "val__simple.json": (Verdict.INDETERMINATE, Check.CONTROLLER, None),
    "val__bitstring-credential-status-revoked.json": (Verdict.INDETERMINATE, Check.STATUS, MALFORMED_VALUE_ERROR),
    "val__simple-err-expired.json": (Verdict.INDETERMINATE, Check.CONTROLLER, None),
    "val__simple.jwt": (Verdict.INDETERMINATE, Check.PROOF, UNSUPPORTED_MECHANISM),
    "val__simple-jwt.svg": (Verdict.INDETERMINATE, Check.CONTROLLER, None),
    "val-clr__simple.json": (Verdict.INDETERMINATE, Check.CONTROLLER, None),
    "mit__courseCertificate.json": (Verdict.VALID, Check.PROOF, None),
    "mit__programCertificate.json": (Verdict.INVALID, Check.OPEN_BADGE, MALFORMED_VALUE_ERROR),
    f"{_DCC}-basicOBv3.json": (Verdict.VALID, Check.PROOF, None),
    f"{_DCC}-alignments.json": (Verdict.VALID, Check.PROOF, None),
}


def example(name: str) -> JsonObject:
    document: JsonObject = json.loads(shared("data", "examples", name).read_bytes())
    return document


def problems_of(report: VerificationReport, check: Check) -> tuple[Problem, ...]:
    (outcome,) = (finding.outcome for finding in report.findings if finding.check is check)
    return outcome.problems if isinstance(outcome, Failed | Undetermined) else ()


@pytest.mark.parametrize("name", REPORTS)
async def test_an_example_whose_issuer_is_out_of_reach(contexts: Contexts, name: str) -> None:
    verdict, check, problem = REPORTS[name]
    declared = {".jwt": "text/plain", ".svg": "image/svg+xml"}.get(Path(name).suffix, "application/vc")
    content = shared("data", "examples", name).read_bytes()
    report = await World(contexts).verifier().verify(content, declared, now=_NOW)
    assert report.verdict is verdict
    assert report.known_issuer is None
    if problem is not None:
        assert problem in {each.type for each in problems_of(report, check)}


def test_every_example_but_a_picture_of_another_has_its_report() -> None:
    index = json.loads(shared("data", "examples", "index.json").read_bytes())
    assert {entry["file"] for entry in index} - {"val__simple-json.png"} == set(REPORTS)


async def test_an_example_in_a_png_is_as_the_json_inside_it(contexts: Contexts) -> None:
    picture = shared("data", "examples", "val__simple-json.png").read_bytes()
    document = json.loads(png.extract(picture))
    url, published = issuer_document(document)
    silent = await World(contexts).verifier().verify(picture, "image/png", now=_NOW)
    reached = await World(contexts, answers={url: published}).verifier().verify(picture, "image/png", now=_NOW)
    bare = await World(contexts, answers={url: published}).report_on(document, now=_NOW)
    assert silent.verdict is Verdict.INDETERMINATE
    assert (reached.verdict, reached.findings) == (bare.verdict, bare.findings)
    assert reached.as_json()["container"] == "image/png"


async def test_an_example_in_an_svg_brings_its_key_which_is_only_compared_with_its_issuers(contexts: Contexts) -> None:
    """And its signature holds; but it has no `sub`, which Open Badges 3.0 requires."""
    picture = shared("data", "examples", "val__simple-jwt.svg").read_bytes()
    header, claims, _ = parts(svg.extract(picture).decode())
    issuer = claims["iss"]
    answers = {
        issuer: document_of(TokenKey("RS256", header["jwk"], sign=bytes), identifier=issuer),
    }
    report = await World(contexts, answers=answers).verifier().verify(picture, "image/svg+xml", now=_NOW)
    assert report.verdict is Verdict.INVALID
    assert [problem.at for problem in problems_of(report, Check.PROOF)] == ["/sub"]
    answers = {issuer: document_of(key_of("RS256"), identifier=issuer)}
    report = await World(contexts, answers=answers).verifier().verify(picture, "image/svg+xml", now=_NOW)
    assert INVALID_VERIFICATION_METHOD in {problem.type for problem in problems_of(report, Check.CONTROLLER)}


def issuer_document(document: JsonObject) -> tuple[str, JsonObject]:
    """(URL, document) that an https issuer would publish with the key that its examples were signed with."""
    proof = document["proof"][0] if isinstance(document["proof"], list) else document["proof"]
    method = proof["verificationMethod"]
    url, _, multibase = method.partition("#")
    key: dict[str, Any] = {
        "id": method,
        "type": "Multikey",
        "controller": url,
        "publicKeyMultibase": multibase,
    }
    return url, {"id": url, "verificationMethod": [key], "assertionMethod": [method]}


@pytest.mark.parametrize(
    ("name", "verdict"), [("val__simple.json", Verdict.VALID), ("val__simple-err-expired.json", Verdict.EXPIRED)]
)
async def test_an_example_whose_issuer_answers(contexts: Contexts, name: str, verdict: Verdict) -> None:
    document = example(name)
    url, published = issuer_document(document)
    report = await World(contexts, answers={url: published}).report_on(document, now=_NOW)
    (proof,) = (finding.outcome for finding in report.findings if finding.check is Check.PROOF)
    assert isinstance(proof, Passed)
    assert report.verdict is verdict


async def test_a_key_is_never_taken_from_the_fragment_of_its_own_url(contexts: Contexts) -> None:
    from tests.verifying import STRANGER, sign

    forged = deepcopy(example("val__simple.json"))
    del forged["proof"]
    issuer = forged["issuer"]["id"]
    signed = sign(contexts, forged, key=STRANGER, verification_method=f"{issuer}#{STRANGER.multibase}")
    url, published = issuer_document(example("val__simple.json"))
    unreached = await World(contexts).report_on(signed, now=_NOW)
    reached = await World(contexts, answers={url: published}).report_on(signed, now=_NOW)
    assert unreached.verdict is Verdict.INDETERMINATE
    assert reached.verdict is Verdict.INVALID
