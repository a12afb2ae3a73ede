"""Step 1 of an award, pure: a request becomes an examined draft, or every problem there is. It runs in the CPU pool."""

from dataclasses import dataclass
from datetime import datetime

from app.core import strict_json
from app.core.credential import award_request, correction, open_badge
from app.core.credential.micro_credential import MicroCredential, Organisation
from app.core.json_ld import Contexts
from app.core.personal import Personal
from app.core.problems import MISSING_ELEMENT, Problem, Refused
from app.core.proof.chance import CHANCE_BYTES, Chance
from app.issuer import learning
from app.issuer.examine import ExaminedCredential, compose, examine
from app.issuer.mechanisms import DC_SD_JWT, OPEN_BADGE_JWT, Securing, to_sign
from app.issuer.plan import Planned

# For what is never signed: a draft is made ready to be, so that what can't be is found before anything is reserved.
_NO_CHANCE = Chance(bytes(CHANCE_BYTES))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that nothing is wrong with: what it claims, a draft for each planned credential, and why it is made."""

    micro_credential: MicroCredential
    examined: tuple[ExaminedCredential, ...]
    reason: Personal[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Awarding:
    """Who awards, which credentials, where, and when."""

    planned: tuple[Planned, ...]
    issuer: Organisation
    time_zone: str
    public_url: str
    now: datetime


def prepare(contexts: Contexts, body: bytes, awarding: Awarding) -> Prepared:
    """A new award. Raises Refused with every problem of the request, or of the credential that would come of it."""
    claimed = award_request.read(
        strict_json.read_object(body),
        contexts=contexts,
        issuer=awarding.issuer,
        time_zone=awarding.time_zone,
        now=awarding.now,
    )
    return Prepared(claimed, examine_claimed(contexts, claimed, awarding))


def prepare_correction(contexts: Contexts, body: bytes, superseded: bytes, awarding: Awarding) -> Prepared:
    """An award in the place of the one that was signed as `superseded`. Raises Refused as `prepare` does."""
    document = strict_json.read_object(superseded)
    corrected = correction.read(
        strict_json.read_object(body),
        superseded=open_badge.read(document),
        superseded_id=document["id"],
        contexts=contexts,
        issuer=awarding.issuer,
        time_zone=awarding.time_zone,
        now=awarding.now,
    )
    claimed = corrected.micro_credential
    return Prepared(claimed, examine_claimed(contexts, claimed, awarding), corrected.reason)


def examine_claimed(contexts: Contexts, claimed: MicroCredential, awarding: Awarding) -> tuple[ExaminedCredential, ...]:
    """What is claimed as drafts that were examined, one for each credential. Raises Refused with every problem."""
    public_url = awarding.public_url
    badge = open_badge.write(
        claimed,
        contexts=contexts,
        context_url=f"{public_url}/contexts/micro-credential-v1",
        schema_url=f"{public_url}/schemas/micro-credential-v1",
    )
    first, *further = awarding.planned
    draft = compose(badge, credential_id=first.credential_id, public_url=public_url)
    examined = examine(contexts, draft, public_url=public_url)
    return (examined, *(_further(contexts, each, claimed, examined, awarding) for each in further))


def _further(
    contexts: Contexts, planned: Planned, claimed: MicroCredential, badge: ExaminedCredential, awarding: Awarding
) -> ExaminedCredential:
    """The same, as another mechanism has it. Raises Refused where that can't say it, or can't sign it."""
    if planned.mechanism == DC_SD_JWT:
        examined = learning.examine(claimed, credential_id=planned.credential_id, public_url=awarding.public_url)
    else:
        examined = badge.called(planned.credential_id)
    if planned.mechanism == OPEN_BADGE_JWT and claimed.learner.id is None:
        detail = f"Open Badges 3.0 wants the learner's identifier in a token ({OPEN_BADGE_JWT})"
        remedy = f"give learner.id; or have the institution sign without {OPEN_BADGE_JWT}"
        raise Refused(Problem(MISSING_ELEMENT, at="/learner/id", detail=detail, remedy=remedy))
    to_sign(
        contexts,
        planned.mechanism,
        examined.draft,
        Securing(
            verification_method=planned.verification_method, key=planned.key, created=awarding.now, chance=_NO_CHANCE
        ),
    )
    return examined
