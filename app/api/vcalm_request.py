"""What VCALM's verifier interface is asked, and its holder interface too; read in the pool, so without FastAPI.

https://www.w3.org/TR/vcalm/
"""

from collections.abc import Collection
from dataclasses import dataclass

from app.core import strict_json
from app.core.credential.received import ReceivedCredential
from app.core.json_ld import Contexts
from app.core.problems import (
    MALFORMED_VALUE_ERROR,
    UNKNOWN_OPTION_PROVIDED,
    JsonObject,
    Problem,
    Refused,
    pointer,
)
from app.verifier.parse import parse
from app.verifier.presentation import Asked


@dataclass(frozen=True, slots=True)
class Options:
    return_results: bool = False
    return_problem_details: bool = True
    return_credential: bool = False


def read_request(contexts: Contexts, body: bytes, *, strict_http: bool) -> tuple[ReceivedCredential, Options]:
    """The credential in a request, and what is asked for about it. Raises Refused."""
    credential, options = credential_and_options(body)
    known = {"returnResults", "returnProblemDetails", "returnCredential"} | ({"checks"} if strict_http else set())
    refuse_unknown(options, known)
    for name, value in options.items():
        if name != "checks" and not isinstance(value, bool):
            raise Refused(malformed(f"/options/{name}", "must be true or false"))
    return parse(contexts, strict_json.write(credential), "application/vc"), Options(
        return_results=options.get("returnResults", False),
        return_problem_details=options.get("returnProblemDetails", True),
        return_credential=options.get("returnCredential", False),
    )


def read_presentation_request(_contexts: Contexts, body: bytes, *, strict_http: bool) -> tuple[bytes, Asked, bool]:
    """The presentation in a request, as bytes, what its holder was asked, and whether it is wanted back.

    Raises Refused.
    """
    match strict_json.read_object(body):
        case {"verifiablePresentation": dict(presentation), **more}:
            secured = True
        case {"presentation": dict(presentation), **more}:
            secured = False
        case _:
            raise Refused(_no_presentation("/verifiablePresentation", "is missing, or is not a JSON object"))
    options = more.pop("options", {})
    if more:
        raise Refused(_no_presentation(pointer(next(iter(more))), "is no member of this request"))
    if not isinstance(options, dict):
        raise Refused(_no_presentation("/options", "must be an object"))
    refuse_unknown(options, {"challenge", "domain", "returnPresentation"} | ({"checks"} if strict_http else set()))
    for name, kind in (("challenge", str), ("domain", str), ("returnPresentation", bool)):
        if name in options and not isinstance(options[name], kind):
            raise Refused(_no_presentation(f"/options/{name}", f"must be a {_KINDS[kind]}"))
    asked = Asked(challenge=options.get("challenge"), domain=options.get("domain"), secured=secured)
    return strict_json.write(presentation), asked, options.get("returnPresentation", False)


def credential_and_options(body: bytes) -> tuple[JsonObject, JsonObject]:
    """The two members that such a request has; no options where they are left out. Raises Refused."""
    match strict_json.read_object(body):
        case {"verifiableCredential": dict(credential), **more}:
            options = more.pop("options", {})
            if more:
                raise Refused(malformed(pointer(next(iter(more))), "is no member of this request"))
        case _:
            raise Refused(malformed("/verifiableCredential", "is missing, or is not a JSON object"))
    if not isinstance(options, dict):
        raise Refused(malformed("/options", "must be an object"))
    return credential, options


def refuse_unknown(options: JsonObject, known: Collection[str]) -> None:
    """Raises Refused (UNKNOWN_OPTION_PROVIDED): what is not understood is not passed over."""
    for name in options:
        if name not in known:
            raise Refused(
                Problem(
                    UNKNOWN_OPTION_PROVIDED,
                    at=pointer("options", name),
                    detail=f"the option {name!r:.80} is not known here",
                    remedy=f"leave it out; known are {', '.join(sorted(known))}",
                )
            )


_KINDS = {str: "string", bool: "boolean"}


def _no_presentation(at: str, detail: str) -> Problem:
    return Problem(MALFORMED_VALUE_ERROR, at=at, detail=detail, remedy='send {"verifiablePresentation": {…}}')


def malformed(at: str, detail: str) -> Problem:
    return Problem(MALFORMED_VALUE_ERROR, at=at, detail=detail, remedy='send {"verifiableCredential": {…}}')
