"""How an operation describes itself in OpenAPI, at either door: bodies, answers, and the refusals that both share."""

from pathlib import Path
from typing import Any

from app.core import strict_json
from app.core.problems import JsonObject

Answers = dict[int | str, dict[str, Any]]

_TEXT = {"type": "string"}
_URL = {"type": "string", "format": "uri"}

CREDENTIAL: JsonObject = {
    "type": "object",
    "description": "A W3C Verifiable Credential 2.0 / Open Badge 3.0, signed: keep its bytes as they are.",
    "required": ["@context", "type", "issuer", "credentialSubject", "proof"],
}

# Its issuer's identifier is the key, and it has no list: it is valid wherever it is sent, and asks no host.
EXAMPLE_CREDENTIAL: JsonObject = strict_json.read_object((Path(__file__).parent / "example.vc.json").read_bytes())

# One by ecdsa-sd-2023, as its holder has it: parts of it can be shown.
EXAMPLE_BASE_CREDENTIAL: JsonObject = strict_json.read_object(
    (Path(__file__).parent / "example-base.vc.json").read_bytes()
)

# The least that is one, and good for ever too.
EXAMPLE_SMALL_CREDENTIAL: JsonObject = strict_json.read_object(
    (Path(__file__).parent / "example-small.vc.json").read_bytes()
)

# What a holder says of themself, whose identifier is the key; it answers no challenge, so it stays good.
EXAMPLE_PRESENTATION: JsonObject = strict_json.read_object((Path(__file__).parent / "example.vp.json").read_bytes())

PROBLEM: JsonObject = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": _URL,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "problems": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "at", "detail"],
                "properties": {
                    "type": _URL,
                    "at": {**_TEXT, "description": "JSON Pointer (RFC 6901) into what was sent."},
                    "detail": _TEXT,
                    "remedy": _TEXT,
                },
            },
        },
    },
}

_WHY = {
    400: "What was sent can't be read.",
    401: "No valid access token, or wrong client credentials.",
    403: "The access token lacks the scope.",
    404: "There is no such thing, or it is another institution's.",
    408: "It took too long.",
    409: "The state does not allow it, or the first request with this key is still under way.",
    410: "It was here, and is gone.",
    413: "Too large.",
    415: "A media type that is not taken here.",
    422: "It can be read, but something in it is missing or wrong: `problems` names each.",
    429: "Too many requests: `Retry-After` says when to come back.",
    503: "Something that is needed does not answer: `Retry-After` says when to come back. Nothing is half done.",
}


def json_body(schema: JsonObject, *, media_type: str = "application/json", **examples: JsonObject) -> dict[str, Any]:
    """`openapi_extra` of a route that reads its own body: the schema, and examples that work when sent."""
    named = {name: {"value": value} for name, value in examples.items()}
    return {"requestBody": {"required": True, "content": {media_type: {"schema": schema, "examples": named}}}}


def json_answer(description: str, schema: JsonObject, *, media_type: str = "application/json") -> dict[str, Any]:
    return {"description": description, "content": {media_type: {"schema": schema}}}


def problems(*statuses: int) -> Answers:
    """The refusals of a route, each an RFC 9457 problem document."""
    return {status: json_answer(_WHY[status], PROBLEM, media_type="application/problem+json") for status in statuses}


ANY_OTHER: Answers = {"default": json_answer("Any other refusal.", PROBLEM, media_type="application/problem+json")}
