"""The header `Idempotency-Key`, of every request that makes something.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

from typing import Annotated, TypeAlias

from fastapi import Header

from app.core.problems import MALFORMED_VALUE_ERROR, Problem, Refused

IdempotencyKey: TypeAlias = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Any string of your own, 1 to 255 characters: the same key with the same body gives "
        "the same answer, byte for byte, however often it is sent.",
        examples=['"course-7-learner-42"'],
    ),
]


def idempotency_key(header: str | None) -> str | None:
    """§2.1: a structured-field string; bare ones are common. Raises Refused for anything else."""
    if header is None:
        return None
    key = header[1:-1] if len(header) > 1 and header[0] == header[-1] == '"' else header
    if not 0 < len(key) <= 255 or not key.isascii() or not key.isprintable():
        raise Refused(
            Problem(
                MALFORMED_VALUE_ERROR,
                detail="the header Idempotency-Key must be 1 to 255 printable ASCII characters",
                remedy='send a string of your own, such as Idempotency-Key: "3f1c…"',
            )
        )
    return key
