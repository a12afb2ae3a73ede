"""An award as JSON, whole: its recorded bytes are spliced in as they are, tokens in their envelopes."""

from fastapi import Response

from app.core import strict_json
from app.core.problems import JsonObject
from app.issuer.award import Issuer
from app.issuer.mechanisms import as_json
from app.issuer.summary import summary
from app.ports import RegisteredAward


async def whole(issuer: Issuer, award: RegisteredAward) -> Response:
    """The award, its acts, and the recorded bytes of each credential."""
    members: JsonObject = {
        **await summary(issuer, award),
        "acts": [
            {
                "act": act.act,
                "actor": act.actor,
                "at": act.at.isoformat(),
                **({"reason": act.reason.open()} if act.reason else {}),
            }
            for act in award.acts
        ],
    }
    signed = b",".join(as_json(each.mechanism, each.signed.open()) for each in award.credentials if each.signed)
    return Response(
        strict_json.write(members)[:-1] + b',"credentials":[' + signed + b"]}", media_type="application/json"
    )
