"""W3C VCALM's verifier interface: its body, its result, and the one place where its boolean is derived.

https://www.w3.org/TR/vcalm/
"""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.api.vcalm_request import Options, read_request
from app.core.credential import enveloped
from app.core.problems import JsonObject, Problem
from app.core.proof import sd_jwt_vc
from app.http.described import CREDENTIAL, EXAMPLE_CREDENTIAL, json_answer, json_body, problems
from app.http.negotiation import read_body
from app.ports import Clock, Compute
from app.verifier.report import Check, Failed, Finding, NotApplicable, Passed, Undetermined, VerificationReport
from app.verifier.verifier import Verifier

# Status and validity problems are warnings here: a credential that has no others MUST carry `verified: true`.
_WARNINGS = {Check.STATUS, Check.VALIDITY_PERIOD, Check.KNOWN_ISSUER}

_BODY: JsonObject = {
    "type": "object",
    "required": ["verifiableCredential"],
    "additionalProperties": False,
    "properties": {
        "verifiableCredential": CREDENTIAL,
        "options": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "returnResults": {"type": "boolean"},
                "returnProblemDetails": {"type": "boolean"},
                "returnCredential": {"type": "boolean"},
            },
        },
    },
}
_EXAMPLE: JsonObject = {"verifiableCredential": EXAMPLE_CREDENTIAL, "options": {"returnResults": True}}
_RESULT: JsonObject = {
    "type": "object",
    "required": ["verified"],
    "properties": {
        "verified": {"type": "boolean", "description": "Status and validity problems are warnings: see `/verify`."},
        "credential": CREDENTIAL,
        "problemDetails": {"type": "array", "items": {"type": "object"}},
        "results": {"type": "object"},
    },
}


def routes(*, verifier: Verifier, compute: Compute, clock: Clock, strict_http: bool) -> APIRouter:
    router = APIRouter(tags=["Verify"])

    @router.post(
        "/credentials/verify",
        summary="The same, as VCALM asks and answers",
        openapi_extra=json_body(_BODY, full=_EXAMPLE),
        responses={
            200: json_answer("Read and checked; `verified` says whether it is what its issuer signed.", _RESULT),
            **problems(400, 408, 413, 415, 429, 503),
        },
    )
    async def verify(request: Request) -> JSONResponse:
        body, _ = await read_body(request, allowed=("application/json",))
        credential, options = await compute.run(read_request, body, strict_http=strict_http)
        report = await verifier.verify(credential, "application/vc", now=clock())
        result = vcalm_result(report, options)
        refused = strict_http and not result["verified"]
        return JSONResponse(result, status_code=400 if refused else 200)

    return router


def vcalm_result(report: VerificationReport, options: Options) -> JsonObject:
    """VCALM's result: exactly the members that were asked for."""
    result: JsonObject = {"verified": _verified(report)}
    if options.return_credential:
        result["credential"] = _as_received(report)
    if options.return_problem_details:
        result["problemDetails"] = [
            {"type": problem.type, "title": problem.code, "detail": problem.detail}
            for finding in report.findings
            for problem in _problems(finding)
        ]
    if options.return_results:
        result["results"] = _results(report)
    return result


def _verified(report: VerificationReport) -> bool:
    by_check = {finding.check: finding.outcome for finding in report.findings}
    signed = isinstance(by_check[Check.PROOF], Passed) and isinstance(by_check[Check.CONTROLLER], Passed)
    return signed and all(
        check in _WARNINGS or isinstance(outcome, Passed | NotApplicable) for check, outcome in by_check.items()
    )


def _problems(finding: Finding) -> tuple[Problem, ...]:
    match finding.outcome:
        case Failed(problems) | Undetermined(problems) if finding.check is not Check.KNOWN_ISSUER:
            return problems
        case _:
            return ()


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
        media_type, *_ = sd_jwt_vc.MEDIA_TYPES
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
