"""Step 1 of an award, pure: a request becomes an examined draft, or every problem there is. It runs in the CPU pool."""

from dataclasses import dataclass
from datetime import datetime

from app.core import strict_json
from app.core.credential import award_request, correction, open_badge
from app.core.credential.micro_credential import MicroCredential, Organisation
from app.core.json_ld import Contexts
from app.core.personal import Personal
from app.issuer.examine import ExaminedCredential, compose, examine


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that nothing is wrong with: what it claims, the examined draft, and why it is made."""

    micro_credential: MicroCredential
    examined: ExaminedCredential
    reason: Personal[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Awarding:
    """Who awards, under which id, where, and when."""

    credential_id: str
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


def examine_claimed(contexts: Contexts, claimed: MicroCredential, awarding: Awarding) -> ExaminedCredential:
    """What is claimed as a draft that was examined. Raises Refused with every problem that it has."""
    public_url = awarding.public_url
    badge = open_badge.write(
        claimed,
        contexts=contexts,
        context_url=f"{public_url}/contexts/micro-credential-v1",
        schema_url=f"{public_url}/schemas/micro-credential-v1",
    )
    draft = compose(badge, credential_id=awarding.credential_id, public_url=public_url)
    return examine(contexts, draft, public_url=public_url)
