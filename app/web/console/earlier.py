"""What the institution awarded before, to award the same again."""

from collections.abc import Sequence

from app.core import strict_json
from app.core.credential import open_badge
from app.core.credential.given_again import achievement_again
from app.core.problems import JsonObject
from app.issuer.award import Issuer
from app.ports import Institution, RegisteredAward

_MOST = 50


async def earlier_achievements(issuer: Issuer, institution: Institution) -> Sequence[tuple[str, str]]:
    """The newest award of each achievement: its number, and its title."""
    found = await issuer.earlier_achievements(institution=institution, limit=_MOST)
    return [(award.id, award.title) for award in found]


def achievement_of(award: RegisteredAward, institution: Institution) -> JsonObject:
    """The achievement as a request gives it; empty where the signed credential is not kept."""
    if award.primary is None:
        return {}
    about = open_badge.read(strict_json.read_object(award.primary.open())).achievement
    return achievement_again(about, issuer_id=institution.profile.id)
