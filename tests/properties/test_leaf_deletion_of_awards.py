"""Nothing that we sign can be taken out unseen: the leaf-deletion oracle over awards that use all that we can say."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings

from app.core.credential import award_request, open_badge
from app.core.credential.micro_credential import MicroCredential
from app.core.problems import JsonObject
from app.issuer.examine import compose
from tests.long_proofs import fraction
from tests.properties.leaf_deletion import survivors
from tests.properties.strategies import ISSUER, NOW, micro_credentials, pinned

CREDENTIALS = 200
OUR_CONTEXT = "https://w3id.org/testamur/contexts/micro-credential-v1"
OPEN_BADGE_CLASSES = {
    "OpenBadgeCredential",
    "AchievementSubject",
    "Achievement",
    "Address",
    "Alignment",
    "IdentifierEntry",
    "IdentityObject",
    "Profile",
    "Result",
    "ResultDescription",
}


@pytest.mark.long
def test_no_leaf_of_an_award_can_be_deleted_unseen() -> None:
    used: set[str] = set()
    found: list[str] = []

    @settings(
        max_examples=int(CREDENTIALS * fraction()),
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(micro_credentials())
    @example(_read(award_request.EXAMPLE | {"supersedes": "urn:uuid:7a1f2c50-5b1d-4f0e-9d60-1a2b3c4d5e60"}))
    @example(_read(_without_a_level()))
    def each(claimed: MicroCredential) -> None:
        badge = _badge(claimed)
        used.update(_said(badge))
        found.extend(survivors(pinned(), badge))

    each()
    assert found == []
    assert _terms(json.loads(pinned().document(OUR_CONTEXT))["@context"]) - used == set()
    assert OPEN_BADGE_CLASSES - used == set()


def _read(body: JsonObject) -> MicroCredential:
    return award_request.read(body, contexts=pinned(), issuer=ISSUER, time_zone="Europe/Dublin", now=NOW)


def _without_a_level() -> JsonObject:
    levels = ("eqfLevel", "nqfLevel", "qfEheaCycle")
    achievement = {name: value for name, value in award_request.EXAMPLE["achievement"].items() if name not in levels}
    return award_request.EXAMPLE | {"achievement": achievement | {"levelNotApplicable": {"en": "A short workshop."}}}


def _badge(claimed: MicroCredential) -> JsonObject:
    badge = open_badge.write(
        claimed,
        contexts=pinned(),
        context_url=OUR_CONTEXT,
        schema_url="https://w3id.org/testamur/schemas/micro-credential-v1",
    )
    return compose(badge, credential_id="urn:uuid:5f6a1f0e-3f6e-4c59-9a0e-0d5b3d1f8a09", public_url="https://a.example")


def _terms(context: Any) -> set[str]:
    """Every term that a context defines, at any depth."""
    found: set[str] = set()
    for name, definition in context.items():
        if not name.startswith("@") and name not in {"id", "type"}:
            found.add(name)
            if isinstance(definition, dict) and isinstance(definition.get("@context"), dict):
                found |= _terms(definition["@context"])
    return found


def _said(value: Any) -> Iterator[str]:
    """Every member's name and every type of a document."""
    match value:
        case dict():
            for name, member in value.items():
                yield name
                if name == "type":
                    yield from [member] if isinstance(member, str) else member
                yield from _said(member)
        case list():
            for item in value:
                yield from _said(item)
