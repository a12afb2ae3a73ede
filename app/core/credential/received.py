"""What was handed over: untrusted, well-formed, not yet believed."""

from dataclasses import dataclass, field

from app.core.problems import JsonObject


@dataclass(frozen=True, slots=True)
class ReceivedCredential:
    """A credential as read by `strict_json`. Nothing in it is believed until a proof covers it.

    `document` is the whole JSON object, its `proof` member included; of a credential that is signed as a token, what is
    in that `token`; of an SD-JWT, the claims that are shown. `media_type` is what the sender declared.
    `container` is the media type of the file that it was taken out of (a picture), None where it came as it is.
    `presented`: it was taken out of a presentation, whose own proof, if there is one, was not looked at.
    """

    document: JsonObject
    media_type: str
    container: str | None = None
    presented: bool = False
    token: str | None = field(default=None, repr=False)
    sd_jwt: str | None = field(default=None, repr=False)
