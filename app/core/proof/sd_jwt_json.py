"""SD-JWT in a JWS's JSON form, flattened or general, read into what the compact form is read into.

https://www.rfc-editor.org/rfc/rfc9901#section-8
"""

from app.core import strict_json
from app.core.problems import PARSING_ERROR, JsonObject, Problem, Refused
from app.core.proof import sd_jwt
from app.core.proof.sd_jwt import ReceivedSdJwt

MAX_SIGNATURES = 4


def read(data: bytes) -> tuple[ReceivedSdJwt, ...]:
    """One SD-JWT for each signature: the same payload and disclosures, under another key. Which counts is policy.

    Raises Refused as `sd_jwt.read` does.
    """
    match strict_json.read_object(data, max_bytes=sd_jwt.MAX_BYTES):
        case {"payload": str(payload), "signatures": [dict(first), *others]} if len(others) < MAX_SIGNATURES:
            signatures = [first, *others]
        case {"payload": str(payload), "protected": _, "signature": _} as flattened:
            signatures = [flattened]
        case _:
            raise _unreadable(f"is no JWS in JSON with 1 to {MAX_SIGNATURES} signatures")
    # What is disclosed stands in the first one alone, and belongs to all of them.
    disclosed, bound = _unprotected(signatures[0])
    if any({"disclosures", "kb_jwt"} & set(_header(each)) for each in signatures[1:]):
        raise _unreadable("only the first signature's header holds disclosures")
    return tuple(
        # §8.1: the Key Binding JWT is about the first signature's SD-JWT.
        sd_jwt.assemble(_compact(payload, each), disclosed, bound if number == 0 else None)
        for number, each in enumerate(signatures)
    )


def _unprotected(signature: JsonObject) -> tuple[list[str], str | None]:
    header = _header(signature)
    match header.get("disclosures", []):
        case list(disclosed) if all(isinstance(text, str) for text in disclosed):
            pass
        case _:
            raise _unreadable("its disclosures are not an array of strings")
    match header.get("kb_jwt"):
        case str() | None as bound:
            return disclosed, bound
        case _:
            raise _unreadable("its kb_jwt is not a string")


def _header(signature: object) -> JsonObject:
    match signature:
        case {"header": dict(header)}:
            return header
        case {"header": _}:
            raise _unreadable("its unprotected header is not an object")
        case _:
            return {}


def _compact(payload: str, signature: object) -> str:
    match signature:
        case {"protected": str(protected), "signature": str(value)}:
            return f"{protected}.{payload}.{value}"
        case _:
            raise _unreadable("a signature has protected and signature, both strings")


def _unreadable(detail: str) -> Refused:
    return Refused(Problem(PARSING_ERROR, detail=detail))
