"""A signed credential with anything in it changed is no longer proven, whichever suite and kind of key signed it."""

import json
from collections import Counter
from copy import deepcopy
from random import Random

import pytest

from app.core import jcs
from app.core.credential import award_request, open_badge
from app.core.credential.micro_credential import Organisation
from app.core.json_ld import Contexts, canonicalize
from app.core.problems import JsonObject, Refused
from app.core.proof.cryptosuites import CRYPTOSUITES, ECDSA_SD_2023, ED25519_SIGNATURE_2020
from app.core.proof.ecdsa_sd.derive import derive
from app.verifier.report import VerificationReport
from tests.disclosing import badge_by_did_key, sign_base
from tests.long_proofs import fraction
from tests.properties.mutations import MUTATIONS, bytes_changed, says_the_same
from tests.verifying import (
    KEY,
    NOW,
    P256_KEY,
    SIGNING,
    CurveKey,
    Key,
    World,
    badge,
    sign,
    sign_as_in_2020,
    status_entry,
)

WHOLE = 12_000  # some of them say the same in other words
OF_EACH_OTHER = 2_400
SUITES = [
    pytest.param(suite, key, WHOLE if suite == "eddsa-rdfc-2022" else OF_EACH_OTHER, id=f"{suite}-{key.kind}")
    for suite, key in SIGNING
] + [
    pytest.param(ED25519_SIGNATURE_2020, KEY, OF_EACH_OTHER, id=ED25519_SIGNATURE_2020),
    pytest.param(ECDSA_SD_2023, P256_KEY, OF_EACH_OTHER, id=ECDSA_SD_2023),
]


def signed_credentials(contexts: Contexts, suite: str, key: Key | CurveKey) -> tuple[JsonObject, ...]:
    """A plain badge and a micro-credential with all its elements, by a key that needs no request."""
    if suite == ECDSA_SD_2023:
        # Parts that are badges still: of one and the same base credential, which its issuer's key signed.
        base = sign_base(contexts, badge_by_did_key())
        shown: tuple[list[str], ...] = ([], ["/name"], ["/credentialSubject"])
        return tuple(derive(contexts, base, pointers) for pointers in shown)
    issuer = {"id": key.did, "type": ["Profile"], "name": "University of Examples"}
    organisation = Organisation(id=key.did, name="University of Examples", country="AT")
    claimed = award_request.read(
        award_request.EXAMPLE, contexts=contexts, issuer=organisation, time_zone="Europe/Vienna", now=NOW
    )
    micro_credential = open_badge.write(claimed, contexts=contexts)
    plain = badge(issuer=issuer, validUntil="2030-01-01T00:00:00Z", description="A badge.")
    if suite == ED25519_SIGNATURE_2020:
        # It needs a context of its own, which stands beside none of ours.
        drafts_of_2020 = (plain, badge(issuer=issuer, id="urn:uuid:1"), badge(issuer=issuer, description="Another."))
        return tuple(sign_as_in_2020(contexts, draft) for draft in drafts_of_2020)
    drafts = (
        plain,
        micro_credential | {"id": "urn:uuid:0c07c1ce-57cb-41af-bef2-1b932b986873", "issuer": issuer},
        micro_credential | {"issuer": issuer, "credentialStatus": status_entry()},
    )
    return tuple(sign(contexts, draft, key=key, verification_method=key.did_method, suite=suite) for draft in drafts)


@pytest.mark.long
@pytest.mark.parametrize(("suite", "key", "size"), SUITES)
async def test_no_mutated_credential_is_proven(contexts: Contexts, suite: str, key: Key | CurveKey, size: int) -> None:
    world, signed = World(contexts), signed_credentials(contexts, suite, key)
    is_no_mutation = (
        is_no_mutation_of_statements if CRYPTOSUITES[suite].signs_statements_alone else is_no_mutation_of_letters
    )
    for original in signed:
        assert (await world.report_on(original)).verified is not None
    made: Counter[str] = Counter()
    same: Counter[str] = Counter()
    well_formed, accepted = 0, []
    for number in range(round(size * fraction())):
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
        if is_no_mutation(contexts, original, report):
            same[kind] += 1
        else:
            accepted.append((kind, number))
    changed = made - same
    print(f"\n{changed.total()} mutations, {well_formed - same.total()} of them well-formed: {dict(changed)}")
    print(f"left out, because they say the same in other words: {dict(same)}")
    assert accepted == []
    assert changed.total() >= size * fraction() * 10 / 12
    assert (well_formed - same.total()) * 2 >= changed.total()


def mutated(original: JsonObject, number: int, random: Random) -> tuple[str, bytes]:
    """The classes in turn. One that happened to change nothing is drawn again."""
    before = json.dumps(original).encode()
    place = number // 3 % (len(MUTATIONS) + 1)
    while True:
        if place == len(MUTATIONS):
            kind, content = "bytes_changed", bytes_changed(before, random)
        else:
            kind, content = MUTATIONS[place].__name__, json.dumps(MUTATIONS[place](deepcopy(original), random)).encode()
        if content != before:
            return kind, content


def is_no_mutation_of_letters(_contexts: Contexts, original: JsonObject, report: VerificationReport) -> bool:
    """The same letters are proven: in another order of names, or with a context behind them that does not count."""
    assert report.verified is not None
    unsecured = {member: value for member, value in original.items() if member != "proof"}
    return jcs.canonicalize(report.verified.document) == jcs.canonicalize(unsecured) and jcs.canonicalize(
        report.received.document["proof"]
    ) == jcs.canonicalize(original["proof"])


def is_no_mutation_of_statements(contexts: Contexts, original: JsonObject, report: VerificationReport) -> bool:
    """The same document but for the order in sets, and the same proof.

    The contexts of a plain badge may stand in another order, beside one that libraries list; a micro-credential's not.
    """
    document = report.received.document
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
