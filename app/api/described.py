"""How the API describes itself: the schemas and examples of OpenAPI that no route's signature can say."""

from typing import Any

from app.core.problems import JsonObject
from app.issuer.life import State
from app.ports import MessageKind, MessageState

Answers = dict[int | str, dict[str, Any]]

# The parts of the API, in the order in which they are read.
CHAPTERS = [
    {"name": "Awards", "description": "Award one, find it again, print it."},
    {"name": "Classes", "description": "The same for many learners at once: they are looked over first, then awarded."},
    {"name": "Acts on an award", "description": "What can be done about an award afterwards, each with a reason."},
    {"name": "Verify", "description": "Is it genuine? For everybody, without a token."},
    {
        "name": "Claim",
        "description": "What a learner's wallet does with the link. Whoever has the link needs no token.",
    },
    {"name": "Access", "description": "How a program says who it is."},
    {"name": "Published", "description": "What every verifier reads: keys, revocation lists, the words of our own."},
    {"name": "Operation", "description": "For whoever runs the service."},
]

_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}
_URL = {"type": "string", "format": "uri"}

CREDENTIAL: JsonObject = {
    "type": "object",
    "description": "A W3C Verifiable Credential 2.0 / Open Badge 3.0, signed: keep its bytes as they are.",
    "required": ["@context", "type", "issuer", "credentialSubject", "proof"],
}

RECEIPT: JsonObject = {
    "type": "object",
    "required": ["id", "claimUrl", "credential"],
    "properties": {
        "id": {**_TEXT, "description": "The award's id."},
        "claimUrl": {**_URL, "description": "The learner's link. Whoever has it can take the credential."},
        "credential": CREDENTIAL,
    },
}

_SUMMARY: dict[str, Any] = {
    "id": _TEXT,
    "state": {"type": "string", "enum": [state.value for state in State]},
    "title": _TEXT,
    "achievement": {"type": "object", "properties": {"id": _TEXT}},
    "awardedDate": {"type": "string", "format": "date"},
    "created": _TIME,
}

# What is told only where it is so: an erased award has no learner and no link.
_PERHAPS: dict[str, Any] = {
    "learner": {"type": "object", "properties": {"fullName": _TEXT}},
    "claimUrl": _URL,
    "claimExpires": _TIME,
    "claimed": {**_TIME, "description": "When the learner first took it."},
    "declined": {**_TIME, "description": "When the learner said that they do not want it."},
    "supersedes": {**_TEXT, "description": "The award whose place this one took."},
    "supersededBy": {**_TEXT, "description": "The award that took this one's place."},
    "messages": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["kind", "state", "changed"],
            "properties": {
                "kind": {"type": "string", "enum": [kind.value for kind in MessageKind]},
                "state": {"type": "string", "enum": [state.value for state in MessageState]},
                "changed": _TIME,
                "detail": {**_TEXT, "description": "The mail server's code and what it means."},
            },
        },
    },
}

AWARD: JsonObject = {
    "type": "object",
    "required": [*_SUMMARY, "acts", "credentials"],
    "properties": {
        **_SUMMARY,
        **_PERHAPS,
        "acts": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["act", "actor", "at"],
                "properties": {"act": _TEXT, "actor": _TEXT, "at": _TIME, "reason": _TEXT},
            },
        },
        "credentials": {"type": "array", "items": CREDENTIAL},
    },
}

_LISTED = {"type": "object", "required": list(_SUMMARY), "properties": {**_SUMMARY, **_PERHAPS}}

AWARD_PAGE: JsonObject = {
    "type": "object",
    "required": ["awards"],
    "properties": {
        "awards": {"type": "array", "items": _LISTED},
        "next": {**_TEXT, "description": "Send it as `cursor` for the next page; absent on the last."},
    },
}

REASON: JsonObject = {
    "type": "object",
    "required": ["reason"],
    "additionalProperties": False,
    "properties": {
        "reason": {
            "type": "string",
            "minLength": 1,
            "maxLength": 2000,
            "description": "Why. Kept for your institution, never published.",
        }
    },
}

SENDING: JsonObject = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "email": {"type": "string", "format": "email", "description": "Where to, from now on."},
        "reason": REASON["properties"]["reason"],
    },
}

CORRECTION: JsonObject = {
    "type": "object",
    "required": ["reason"],
    "additionalProperties": False,
    "properties": {
        "reason": REASON["properties"]["reason"],
        "learner": {
            "type": "object",
            "description": "The members of the learner that change; null takes one away. All else stays as signed.",
        },
        "award": {"type": "object", "description": "Or the whole body of `POST /awards` anew."},
    },
}

TOKEN_REQUEST: JsonObject = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"type": "string", "enum": ["client_credentials"]},
        "client_id": {**_TEXT, "description": "Or both in an Authorization: Basic header."},
        "client_secret": _TEXT,
        "scope": {**_TEXT, "description": "Scopes, separated by spaces; without it, all that the client was given."},
    },
}

TOKEN: JsonObject = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in", "scope"],
    "properties": {
        "access_token": _TEXT,
        "token_type": {"type": "string", "enum": ["Bearer"]},
        "expires_in": {"type": "integer", "description": "Seconds."},
        "scope": _TEXT,
    },
}

TOKEN_REFUSAL: JsonObject = {
    "type": "object",
    "required": ["error", "error_description"],
    "properties": {"error": _TEXT, "error_description": _TEXT},
}

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


def picture_answer(media_type: str) -> dict[str, Any]:
    """A picture that carries a credential."""
    schema = {"type": "string", "format": "binary"}
    return {"description": "The picture, as a file to save.", "content": {media_type: {"schema": schema}}}
