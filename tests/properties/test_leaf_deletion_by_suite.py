"""Nothing can be taken out unseen of what any suite signs: the leaf-deletion oracle, and each member of the proof."""

from functools import partial

import pytest

from app.core.credential import award_request, open_badge
from app.core.credential.micro_credential import Organisation
from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from app.core.proof.cryptosuites import CRYPTOSUITES
from tests.properties.leaf_deletion import leaf_count, survivors
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
def test_no_leaf_can_be_deleted_unseen(contexts: Contexts, suite: str, key: Key | CurveKey) -> None:
    record = CRYPTOSUITES[suite]
    canonical = partial(record.canonicalize, hash_algorithm=record.algorithms[key.kind].hash_algorithm)
    document = draft(contexts, key)
    assert (survivors(contexts, document, canonical=canonical), leaf_count(document) > 50) == ([], True)


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
