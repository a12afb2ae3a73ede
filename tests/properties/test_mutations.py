"""A signed credential with anything in it changed is no longer proven."""

import json
from collections import Counter
from copy import deepcopy
from random import Random

import pytest

from app.core.credential import award_request, open_badge
from app.core.credential.micro_credential import Organisation
from app.core.json_ld import Contexts, canonicalize
from app.core.problems import JsonObject, Refused
from app.core.proof.ecdsa_sd.derive import derive
from tests.disclosing import badge_by_did_key, sign_base
from tests.long_proofs import fraction
from tests.properties.mutations import MUTATIONS, bytes_changed, says_the_same
from tests.verifying import KEY, NOW, World, badge, sign, status_entry

WHOLE = 12_000  # some of them say the same in other words
ORGANISATION = Organisation(id=KEY.did, name="University of Examples", country="AT")


def signed_credentials(contexts: Contexts) -> tuple[JsonObject, ...]:
    """A plain badge, a micro-credential with all its elements, and a part of a badge, by keys that need no request."""
    issuer = {"id": KEY.did, "type": ["Profile"], "name": "University of Examples"}
    claimed = award_request.read(
        award_request.EXAMPLE, contexts=contexts, issuer=ORGANISATION, time_zone="Europe/Vienna", now=NOW
    )
    micro_credential = open_badge.write(claimed, contexts=contexts)
    drafts = (
        badge(issuer=issuer, validUntil="2030-01-01T00:00:00Z", description="A badge."),
        micro_credential | {"id": "urn:uuid:0c07c1ce-57cb-41af-bef2-1b932b986873", "issuer": issuer},
        micro_credential | {"issuer": issuer, "credentialStatus": status_entry()},
    )
    whole = tuple(sign(contexts, draft, verification_method=KEY.did_method) for draft in drafts)
    return (*whole, derive(contexts, sign_base(contexts, badge_by_did_key()), ["/credentialSubject", "/name"]))


@pytest.mark.long
async def test_no_mutated_credential_is_proven(contexts: Contexts) -> None:
    world, signed = World(contexts), signed_credentials(contexts)
    for original in signed:
        assert (await world.report_on(original)).verified is not None
    made: Counter[str] = Counter()
    same: Counter[str] = Counter()
    well_formed, accepted = 0, []
    for number in range(round(WHOLE * fraction())):
        random = Random(number)
        original = signed[number % len(signed)]
        kind, content = mutated(original, number, random)
        made[kind] += 1
        try:
            report = await world.report_on(content)
        except Refused:
            continue
        well_formed += 1
        if report.verified is None:
            continue
        if is_no_mutation(contexts, original, report.received.document):
            same[kind] += 1
        else:
            accepted.append((kind, number))
    changed = made - same
    print(f"\n{changed.total()} mutations, {well_formed - same.total()} of them well-formed: {dict(changed)}")
    print(f"left out, because they say the same in other words: {dict(same)}")
    assert accepted == []
    assert changed.total() >= 10_000 * fraction()
    assert (well_formed - same.total()) * 2 >= changed.total()


def mutated(original: JsonObject, number: int, random: Random) -> tuple[str, bytes]:
    """The classes in turn. One that happened to change nothing is drawn again."""
    before = json.dumps(original).encode()
    place = number // 4 % (len(MUTATIONS) + 1)
    while True:
        if place == len(MUTATIONS):
            kind, content = "bytes_changed", bytes_changed(before, random)
        else:
            kind, content = MUTATIONS[place].__name__, json.dumps(MUTATIONS[place](deepcopy(original), random)).encode()
        if content != before:
            return kind, content


def is_no_mutation(contexts: Contexts, original: JsonObject, document: JsonObject) -> bool:
    """The same document but for the order in sets, and the same proof.

    The contexts of a plain badge may stand in another order, beside one that libraries list; a micro-credential's not.
    """
    if open_badge.is_micro_credential(original) and original["@context"] != document["@context"]:
        return False
    return (
        original["proof"] == document["proof"]
        and says_the_same(original, document)
        and statements(contexts, original) == statements(contexts, document)
    )


def statements(contexts: Contexts, document: JsonObject) -> bytes:
    unsecured = {member: value for member, value in document.items() if member != "proof"}
    return canonicalize(contexts, unsecured, aliases=contexts.aliases(unsecured))
