"""What was handed over: untrusted, well-formed, not yet believed."""

from dataclasses import dataclass

from app.core.problems import JsonObject


@dataclass(frozen=True, slots=True)
class ReceivedCredential:
    """A credential as read by `strict_json`. Nothing in it is believed until a proof covers it.

    `document` is the whole JSON object, its `proof` member included. `media_type` is what the sender declared.
    """

    document: JsonObject
    media_type: str
