"""No member of a proof can be taken out unseen, whichever suite made it; for the document see `by_mechanism`."""

import pytest

from app.core.credential import award_request, open_badge
from app.core.credential.micro_credential import Organisation
from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from tests.verifying import NOW, SIGNING, CurveKey, Key, World, sign

SUITES = [pytest.param(suite, key, id=f"{suite}-{key.kind}") for suite, key in SIGNING]


def draft(contexts: Contexts, key: Key | CurveKey) -> JsonObject:
    claimed = award_request.read(
        award_request.EXAMPLE,
        contexts=contexts,
        issuer=Organisation(id=key.did, name="University of Examples", country="AT"),
        time_zone="Europe/Vienna",
        now=NOW,
    )
    issuer = {"id": key.did, "type": ["Profile"], "name": "University of Examples"}
    return open_badge.write(claimed, contexts=contexts) | {"issuer": issuer}


@pytest.mark.parametrize(("suite", "key"), SUITES)
async def test_no_member_of_the_proof_can_be_deleted(contexts: Contexts, suite: str, key: Key | CurveKey) -> None:
    signed = sign(
        contexts,
        draft(contexts, key),
        key=key,
        verification_method=key.did_method,
        suite=suite,
        expires="2030-01-01T00:00:00Z",
        nonce="a nonce",
        id="urn:uuid:0",
    )
    world = World(contexts)
    assert (await world.report_on(signed)).verified is not None
    (proof,) = signed["proof"]
    for member in proof:
        left = {name: value for name, value in proof.items() if name != member}
        assert (await world.report_on(signed | {"proof": [left]})).verified is None, member
