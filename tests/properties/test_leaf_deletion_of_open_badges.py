"""The leaf-deletion oracle over a badge that says all that Open Badges 3.0 has a member for, in every class."""

import json
from collections.abc import Iterator
from typing import Any

from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from tests.properties.leaf_deletion import leaf_count, survivors
from tests.shared import shared

_CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
# What the model leaves to the context, and what has a type of its own for each use.
_ADDRESS = (
    "addressCountry",
    "addressCountryCode",
    "addressRegion",
    "addressLocality",
    "streetAddress",
    "postOfficeBoxNumber",
    "postalCode",
)
_OF_THE_DATA_MODEL: dict[str, JsonObject] = {
    "credentialStatus": {
        "id": "https://a.example/status-lists/3#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": "https://a.example/status-lists/3",
    },
    "credentialSchema": {"id": "https://a.example/schema.json", "type": "JsonSchema"},
}
# A proof is what signs; the other two are of types that each issuer makes for itself, in a context of its own.
_LEFT_OUT = {"@context", "proof", "refreshService", "termsOfUse"}
_PRIMITIVE: dict[str, Any] = {
    "Boolean": False,
    "Float": 2.5,
    "DateTime": "2026-06-30T12:00:00Z",
    "DateTimeZ": "2026-06-30T12:00:00Z",
    "LanguageCode": "en-GB",
    "CountryCode": "LT",
    "CompactJws": "eyJh.eyJi.c2ln",
}
# Of the classes of the model: what else there is belongs to the older version, to keys, or to the API.
_CLASSES = {
    "Achievement",
    "AchievementCredential",
    "AchievementSubject",
    "Address",
    "Alignment",
    "Criteria",
    "EndorsementCredential",
    "EndorsementSubject",
    "Evidence",
    "GeoCoordinates",
    "IdentifierEntry",
    "IdentityObject",
    "Image",
    "Profile",
    "Related",
    "Result",
    "ResultDescription",
    "RubricCriterionLevel",
}


class _Whole:
    """Makes an object of a class with every member that it may have; each class once on the way down."""

    def __init__(self, model: JsonObject) -> None:
        self._classes: dict[str, JsonObject] = model["classes"]
        self._enumerations: dict[str, list[str]] = model["enumerations"]
        self._count = 0
        self.made: set[str] = set()

    def of(self, name: str, within: tuple[str, ...] = ()) -> JsonObject:
        self.made.add(name)
        found: JsonObject = {}
        for member in self._classes[name]["properties"]:
            if member["name"] in _LEFT_OUT or member["type"] in within:
                continue
            value = self._value(name, member, (*within, name))
            found[member["name"]] = [value] if member["cardinality"].endswith("*") else value
        if name == "Address":
            found |= {each: f"{each} of it" for each in _ADDRESS}
            found["geo"] = self.of("GeoCoordinates", within)
        if name == "GeoCoordinates":
            found |= {"latitude": 54.65, "longitude": 23.03}
        if name.endswith("Credential"):
            found = {"@context": _CONTEXT, **found, **_OF_THE_DATA_MODEL, "type": ["VerifiableCredential", name]}
        return found

    def _value(self, owner: str, member: JsonObject, within: tuple[str, ...]) -> Any:
        self._count += 1
        match member["type"]:
            case _ if member["name"] == "type":
                return owner
            case "URI" | "IRI":
                return f"urn:example:{self._count}"
            case kind if kind in self._classes and kind in _CLASSES:
                return self.of(kind, within)
            case kind if kind in self._enumerations:
                return self._enumerations[kind][0]
            case kind:
                return _PRIMITIVE.get(kind, f"{member['name']} {self._count}")


def test_no_leaf_of_any_class_of_an_open_badge_can_be_deleted_unseen(contexts: Contexts) -> None:
    model = json.loads(shared("data", "ob3-model.json").read_bytes())
    whole = _Whole(model)
    badge = whole.of("AchievementCredential")
    assert _CLASSES - whole.made == set()
    assert leaf_count(badge) > 250
    assert survivors(contexts, badge) == []


def test_every_class_that_a_badge_can_hold_is_among_them() -> None:
    """All that the model leads to from a badge; a token is a text."""
    model = json.loads(shared("data", "ob3-model.json").read_bytes())
    assert set(_reachable(model["classes"], "AchievementCredential", set())) - _CLASSES == {"CompactJws"}


def _reachable(classes: dict[str, JsonObject], name: str, seen: set[str]) -> Iterator[str]:
    if name in seen or name not in classes:
        return
    seen.add(name)
    yield name
    for member in classes[name]["properties"]:
        yield from _reachable(classes, member["type"], seen)
