"""What an award would be, for a person to look at before it is one: nothing is reserved, nothing is signed."""

from dataclasses import dataclass
from datetime import datetime

from app.core import strict_json
from app.core.credential import award_request, open_badge
from app.core.credential.micro_credential import MicroCredential
from app.core.json_ld import Contexts
from app.core.problems import Problem, Refused
from app.issuer.plan import never_awarded, plan
from app.issuer.prepare import Awarding, prepare
from app.ports import Compute, Institution


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be signed; where there are problems, as far as it goes, with placeholders for the rest."""

    micro_credential: MicroCredential
    problems: tuple[Problem, ...]


def preview(contexts: Contexts, body: bytes, awarding: Awarding) -> Preview:
    """The first step of an award, and what its draft says when it is read back. Raises Refused for no JSON object."""
    try:
        prepared = prepare(contexts, body, awarding)
    except Refused as refused:
        drawn = award_request.read_as_far(
            strict_json.read_object(body),
            contexts=contexts,
            issuer=awarding.issuer,
            time_zone=awarding.time_zone,
            now=awarding.now,
        )
        return Preview(drawn, refused.problems)
    return Preview(open_badge.read(prepared.examined[0].draft), ())


class Previews:
    """Previews for any institution of this service."""

    def __init__(self, *, compute: Compute, public_url: str) -> None:
        self._compute = compute
        self._public_url = public_url

    async def of(self, body: bytes, *, institution: Institution, now: datetime) -> Preview:
        awarding = Awarding(
            planned=plan(institution, new_id=never_awarded),
            issuer=institution.profile,
            time_zone=institution.time_zone,
            public_url=self._public_url,
            now=now,
        )
        return await self._compute.run(preview, body, awarding)
