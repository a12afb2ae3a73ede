"""How `/batches` describes itself: a class as JSON or as two files, and what is answered, as JSON or as a list."""

from typing import Any

from app.core.credential import award_request
from app.core.problems import JsonObject
from app.http.described import json_answer

_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}
_LIST = "text/csv"

_SHARED = {
    name: schema
    for name, schema in award_request.REQUEST_SCHEMA["properties"].items()
    if name in ("awardedDate", "validFrom", "validUntil", "achievement", "grade")
}
_LEARNER = award_request.REQUEST_SCHEMA["properties"]["learner"]

_REQUEST: JsonObject = {
    "type": "object",
    "description": "A class: what its learners share, and each learner.",
    "required": ["learners", "awardedDate", "achievement"],
    "additionalProperties": False,
    "properties": {
        "learners": {
            "type": "array",
            "description": "Each as `learner` of `POST /awards`, with a grade and a key of its own.",
            "minItems": 1,
            "maxItems": 500,
            "items": {
                **_LEARNER,
                "properties": {
                    **_LEARNER["properties"],
                    "grade": {**_TEXT, "description": "Element 14: the grade achieved; its scale is in `grade`."},
                    "key": {
                        **_TEXT,
                        "maxLength": 100,
                        "description": "Makes the row the same when it is sent again; else who the learner is does.",
                    },
                },
            },
        },
        **_SHARED,
        "grade": {
            **_SHARED["grade"],
            "description": "Element 14: what the grades have in common; each learner's is in `learners`.",
            "required": [],
        },
    },
}

_FORM: JsonObject = {
    "type": "object",
    "description": "An achievement file and a class list.",
    "required": ["achievement", "learners"],
    "additionalProperties": False,
    "properties": {
        "achievement": {
            **_TEXT,
            "description": "TOML or JSON: the members of `achievement`, with awardedDate, validUntil and grade.",
        },
        "learners": {
            **_TEXT,
            "description": "CSV: a header, then one learner a row. Columns: fullName (or givenName and familyName), "
            "dateOfBirth, email, id, identifier, grade, key, in English or German.",
        },
        "encoding": {
            **_TEXT,
            "description": "utf-8, utf-16, windows-1250 or windows-1252: only where the list does not say itself.",
        },
    },
}


def _shared(example: JsonObject) -> JsonObject:
    return {name: value for name, value in example.items() if name in _SHARED and name != "grade"}


_FULL: JsonObject = {
    **_shared(award_request.MINIMAL_EXAMPLE),
    "grade": {name: value for name, value in award_request.EXAMPLE["grade"].items() if name != "value"},
    "learners": [
        {**award_request.EXAMPLE["learner"], "grade": "B", "key": "20240117"},
        {"fullName": "Jürgen Weiß", "dateOfBirth": "1991-11-03", "grade": "A", "key": "20240118"},
    ],
}
_LEAST: JsonObject = {
    **_shared(award_request.MINIMAL_EXAMPLE),
    "learners": [award_request.MINIMAL_EXAMPLE["learner"], {"fullName": "Jürgen Weiß"}],
}

BODIES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": _REQUEST,
                "examples": {"full": {"value": _FULL}, "least": {"value": _LEAST}},
            },
            "multipart/form-data": {"schema": _FORM},
        },
    }
}

_ROW = {"type": "integer", "description": "As the spreadsheet numbers it, the header being 1; in JSON, from 1."}

DRY_RUN: JsonObject = {
    "type": "object",
    "required": ["rows", "awardedAlready", "firstRows", "problems"],
    "properties": {
        "rows": {**_COUNT, "description": "How many learners there are."},
        "awardedAlready": {**_COUNT, "description": "How many of them were awarded when the class was sent before."},
        "recognised": {
            "type": "object",
            "description": "How the list was read; absent for JSON.",
            "required": ["encoding", "separator", "columns"],
            "properties": {
                "encoding": _TEXT,
                "separator": {"type": "string", "enum": ["comma", "semicolon", "tab"]},
                "columns": {
                    "type": "array",
                    "items": {"type": "object", "properties": {"header": _TEXT, "gives": _TEXT}},
                },
            },
        },
        "firstRows": {
            "type": "array",
            "description": "The first learners, as they were read.",
            "items": {"type": "object", "properties": {"row": _ROW, "key": _TEXT, "learner": _LEARNER, "grade": _TEXT}},
        },
        "problems": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["row", "column", "value", "detail", "remedy"],
                "properties": {
                    "row": {**_ROW, "type": ["integer", "null"]},
                    "column": _TEXT,
                    "value": _TEXT,
                    "detail": _TEXT,
                    "remedy": _TEXT,
                    "type": {"type": "string", "format": "uri"},
                    "at": {**_TEXT, "description": "JSON Pointer into what was sent; empty for a list's row."},
                },
            },
        },
    },
}

BATCH: JsonObject = {
    "type": "object",
    "required": ["id", "state", "total", "done", "failed", "awards", "problems"],
    "properties": {
        "id": {**_TEXT, "description": "The class's id: the same for the same class."},
        "state": {"type": "string", "enum": ["running", "done"]},
        "total": _COUNT,
        "done": {**_COUNT, "description": "How many are awarded."},
        "failed": {**_COUNT, "description": "How many could not be awarded: send the class again for them."},
        "awards": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["row", "key", "id", "claimUrl"],
                "properties": {
                    "row": _ROW,
                    "key": _TEXT,
                    "id": {**_TEXT, "description": "The award's id."},
                    "claimUrl": {"type": "string", "format": "uri", "description": "The learner's link."},
                },
            },
        },
        "problems": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["row", "key", "detail", "remedy", "type"],
                "properties": {"row": _ROW, "key": _TEXT, "detail": _TEXT, "remedy": _TEXT, "type": _TEXT},
            },
        },
    },
}


def listed_too(description: str, schema: JsonObject) -> dict[str, Any]:
    """An answer that is had as JSON, and, where `Accept` asks for it, as CSV."""
    answer = json_answer(description, schema)
    return {**answer, "content": {**answer["content"], _LIST: {"schema": _TEXT}}}
