"""VCALM's result of verifying a credential or a presentation, and the one place where its boolean is derived.

https://www.w3.org/TR/vcalm/. It has exactly the members that were asked for.
"""

from app.api.vcalm_request import Options
from app.core.credential import enveloped
from app.core.problems import JsonObject, Problem
from app.core.proof import sd_jwt_vc, vc_sd_jwt
from app.verifier.claims import are_claims
from app.verifier.presentation import Asked
from app.verifier.presentations import Judged, PresentationCheck, PresentationReport
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

# Status and validity problems are warnings here: a credential that has no others MUST carry `verified: true`.
_WARNINGS = {Check.STATUS, Check.VALIDITY_PERIOD, Check.KNOWN_ISSUER}


def credential_result(report: VerificationReport, options: Options) -> JsonObject:
    result: JsonObject = {"verified": _verified(report)}
    if options.return_credential:
        result["credential"] = _as_received(report)
    if options.return_problem_details:
        result["problemDetails"] = [_detail(problem) for finding in report.findings for problem in _problems(finding)]
    if options.return_results:
        result["results"] = _results(report)
    return result


def presentation_result(report: PresentationReport, asked: Asked, *, with_presentation: bool) -> JsonObject:
    """What is wrong with the presentation itself; what is wrong with a credential in it stands in its own result."""
    sound = all(isinstance(outcome, Passed | NotApplicable) for _, outcome in report.findings)
    asking = Options(return_results=True, return_credential=with_presentation)
    credentials = [_result_of_one(judged, asking) for judged in report.credentials]
    result: JsonObject = {"verified": sound and all(credential["verified"] for credential in credentials)}
    if with_presentation:
        result["verifiablePresentation"] = report.received.whole
    result["problemDetails"] = [_detail(problem) for _, outcome in report.findings for problem in _wrong(outcome)]
    result["results"] = {"presentation": _presented(report, asked), "credentials": credentials}
    return result


def _presented(report: PresentationReport, asked: Asked) -> JsonObject:
    presented: JsonObject = {}
    if asked.challenge is not None:
        presented["challenge"] = _checked(report, PresentationCheck.CHALLENGE, asked.challenge)
    if asked.domain is not None:
        presented["domain"] = _checked(report, PresentationCheck.DOMAIN, asked.domain)
    if "holder" in report.received.document:
        presented["holder"] = _checked(report, PresentationCheck.HOLDER, report.received.document["holder"])
    whole = report.received.whole
    secured = [whole] if report.received.token is not None else _listed(whole.get("proof"))
    presented["proof"] = [_checked(report, PresentationCheck.PROOF, each) for each in secured]
    return presented


def _checked(report: PresentationReport, check: PresentationCheck, value: object) -> JsonObject:
    return {"verified": isinstance(report.outcome(check), Passed), "input": value}


def _result_of_one(judged: Judged, asking: Options) -> JsonObject:
    match judged:
        case VerificationReport():
            return credential_result(judged, asking)
        case Failed(problems) | Undetermined(problems):
            return {"verified": False, "problemDetails": [_detail(problem) for problem in problems]}


def _verified(report: VerificationReport) -> bool:
    by_check = {finding.check: finding.outcome for finding in report.findings}
    signed = isinstance(by_check[Check.PROOF], Passed) and isinstance(by_check[Check.CONTROLLER], Passed)
    return signed and all(
        check in _WARNINGS or isinstance(outcome, Passed | NotApplicable) for check, outcome in by_check.items()
    )


def _problems(finding: Finding) -> tuple[Problem, ...]:
    return () if finding.check is Check.KNOWN_ISSUER else _wrong(finding.outcome)


def _wrong(outcome: Outcome) -> tuple[Problem, ...]:
    match outcome:
        case Failed(problems) | Undetermined(problems):
            return problems
        case Passed() | NotApplicable():
            return ()


def _detail(problem: Problem) -> JsonObject:
    return {"type": problem.type, "title": problem.code, "detail": problem.detail}


def _results(report: VerificationReport) -> JsonObject:
    document = report.received.document
    passed = {finding.check: isinstance(finding.outcome, Passed) for finding in report.findings}
    results: JsonObject = {}
    for member in ("validFrom", "validUntil"):
        if member in document:
            results[member] = {"verified": passed[Check.VALIDITY_PERIOD], "input": document[member]}
    results["credentialSchema"] = [
        {"verified": passed[Check.SCHEMA], "input": each} for each in _listed(document.get("credentialSchema"))
    ]
    results["credentialStatus"] = [
        {"value": _status_value(report), "verified": passed[Check.STATUS], "input": each}
        for each in _listed(document.get("credentialStatus"))
    ]
    whole = report.received.token is not None or report.received.sd_jwt is not None
    secured = [_as_received(report)] if whole else _listed(document.get("proof"))
    results["proof"] = [{"verified": passed[Check.PROOF], "input": each} for each in secured]
    return results


def _as_received(report: VerificationReport) -> JsonObject:
    """A credential that is signed as a token comes and goes in its envelope."""
    if report.received.token is not None:
        return enveloped.write(report.received.token, enveloped.CREDENTIAL)
    if report.received.sd_jwt is not None:
        media_type, *_ = (sd_jwt_vc if are_claims(report.received.document) else vc_sd_jwt).MEDIA_TYPES
        return enveloped.write(report.received.sd_jwt, enveloped.CREDENTIAL, media_type=media_type)
    return report.received.document


def _status_value(report: VerificationReport) -> int | None:
    """The bit as it was read: None where it could not be."""
    (outcome,) = (finding.outcome for finding in report.findings if finding.check is Check.STATUS)
    match outcome:
        case Passed():
            return 0
        case Failed():
            return 1
        case _:
            return None


def _listed(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
