"""What is told of an award in a line, to programs and in tables: what does not apply is left out."""

from typing import Any

from app.issuer.award import Issuer
from app.issuer.life import FORGOTTEN, Act
from app.ports import Message, RegisteredAward


async def summary(issuer: Issuer, award: RegisteredAward) -> dict[str, Any]:
    """Members as `GET /awards` lists them."""
    learner = award.learner_name
    told: dict[str, Any] = {
        "id": award.id,
        "state": award.state,
        "title": award.title,
        "learner": learner and {"fullName": learner.open()},
        "achievement": {"id": award.achievement_id},
        "awardedDate": award.awarded_date,
        "created": award.created.isoformat(),
        "claimed": _first(award, Act.CLAIM),
        "declined": _first(award, Act.DECLINE),
        "supersedes": award.supersedes,
        "supersededBy": award.superseded_by,
        "messages": [_message(message) for message in award.messages],
    }
    if award.learner_name and award.state not in FORGOTTEN:
        told["claimUrl"] = await issuer.claim_url(award)
        told["claimExpires"] = award.claim_expires.isoformat()
    return {name: value for name, value in told.items() if value}


def _first(award: RegisteredAward, act: Act) -> str | None:
    return next((one.at.isoformat() for one in award.acts if one.act == act), None)


def _message(message: Message) -> dict[str, str]:
    told = {"kind": message.kind, "state": message.state, "changed": message.changed.isoformat()}
    return {**told, "detail": message.detail} if message.detail else told
