"""How the API describes itself: the schemas and examples of OpenAPI that no route's signature can say."""

from typing import Any

from app.core.problems import JsonObject
from app.http.described import CREDENTIAL
from app.issuer.life import State
from app.ports import MessageKind, MessageState

Answers = dict[int | str, dict[str, Any]]

# The parts of the API, in the order in which they are read.
CHAPTERS = [
    {"name": "Awards", "description": "Award one, find it again, print it."},
    {"name": "Classes", "description": "The same for many learners at once: they are looked over first, then awarded."},
    {"name": "Acts on an award", "description": "What can be done about an award afterwards, each with a reason."},
    {
        "name": "Bring your own",
        "description": "Have a credential signed that you composed: see docs/vcalm.md for what may be.",
    },
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
        "credentials": {
            "type": "array",
            "description": "One for each mechanism of the institution, in its order; a token stands in an "
            "EnvelopedVerifiableCredential.",
            "items": CREDENTIAL,
        },
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


def picture_answer(media_type: str) -> dict[str, Any]:
    """A picture that carries a credential."""
    schema = {"type": "string", "format": "binary"}
    return {"description": "The picture, as a file to save.", "content": {media_type: {"schema": schema}}}
