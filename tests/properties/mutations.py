"""Ways to change a signed credential, each as somebody would who wants it to say something else."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

from app.core.problems import JsonObject

Mutation = Callable[[JsonObject, Random], JsonObject]
Place = tuple[Any, Any]

_FULL_IRIS = {
    "issuer": "https://www.w3.org/2018/credentials#issuer",
    "validFrom": "https://www.w3.org/2018/credentials#validFrom",
    "validUntil": "https://www.w3.org/2018/credentials#validUntil",
    "credentialSubject": "https://www.w3.org/2018/credentials#credentialSubject",
    "credentialStatus": "https://www.w3.org/2018/credentials#credentialStatus",
    "name": "https://schema.org/name",
    "description": "https://schema.org/description",
    "id": "@id",
    "type": "@type",
    "achievement": "https://purl.imsglobal.org/spec/vc/ob/vocab.html#achievement",
}
_CONTEXTS = (
    "https://www.w3.org/2018/credentials/v1",
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/data-integrity/v2",
    "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
    "https://attacker.example/context",
)
STRANGER = "did:key:z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"
_STRANGER_METHOD = f"{STRANGER}#{STRANGER.removeprefix('did:key:')}"
_WORDS = ("Doctor of Philosophy", "2099-01-01T00:00:00Z", "https://attacker.example/", "10", "0", "")


def value_changed(document: JsonObject, random: Random) -> JsonObject:
    holder, key = random.choice([place for place in _places(document) if not isinstance(_at(place), dict | list)])
    holder[key] = _other(holder[key], random)
    return document


def member_moved(document: JsonObject, random: Random) -> JsonObject:
    holder, key = random.choice([place for place in _places(document) if isinstance(place[0], dict)])
    value = holder.pop(key)
    random.choice([each for each in _objects(document) if each is not holder])[str(key)] = value
    return document


def member_added(document: JsonObject, random: Random) -> JsonObject:
    holder = random.choice(list(_objects(document)))
    known = sorted({key for each in _objects(document) for key in each} - set(holder))
    holder[random.choice([*known, "grade", "_:p", "@index", "@graph"])] = random.choice(_WORDS)
    return document


def member_removed(document: JsonObject, random: Random) -> JsonObject:
    holder, key = random.choice([place for place in _places(document) if isinstance(place[0], dict)])
    del holder[key]
    return document


def duplicated_by_alias_or_iri(document: JsonObject, random: Random) -> JsonObject:
    holder, key = random.choice([place for place in _places(document) if place[1] in _FULL_IRIS])
    value = deepcopy(holder[key])
    holder[_FULL_IRIS[str(key)]] = value if random.random() < 0.5 else _other(value, random)
    return document


def array_reordered(document: JsonObject, random: Random) -> JsonObject:
    arrays = [_at(place) for place in _places(document) if isinstance(_at(place), list) and len(_at(place)) > 1]
    changed = random.choice([*arrays, document["@context"]])
    random.shuffle(changed)
    return document


def array_lengthened(document: JsonObject, random: Random) -> JsonObject:
    holder, key = random.choice([place for place in _places(document) if place[1] != "type"])
    entries = holder[key] if isinstance(holder[key], list) else [holder[key]]
    holder[key] = [*entries, _other(deepcopy(random.choice(entries)), random)]
    return document


def context_swapped(document: JsonObject, random: Random) -> JsonObject:
    contexts = document["@context"]
    place = random.randrange(len(contexts))
    match random.randrange(4):
        case 0:
            contexts[place] = random.choice(_CONTEXTS)
        case 1:
            contexts.pop(place)
        case 2:
            contexts.append({"@vocab": "https://attacker.example/#"})
        case _:
            contexts.insert(place, {"name": "https://schema.org/description"})
    return document


def proof_option_changed(document: JsonObject, random: Random) -> JsonObject:
    proof = document["proof"][0]
    member = random.choice([*sorted(proof), "expires", "nonce", "id", "previousProof", "domain", "expirationDate"])
    match random.randrange(3):
        case 0 if member in proof:
            del proof[member]
        case 1 if member in proof:
            proof[member] = _other(proof[member], random)
        case _:
            proof[member] = random.choice(("2030-01-01T00:00:00Z", "urn:uuid:0", _STRANGER_METHOD, "authentication"))
    return document


def proof_added(document: JsonObject, random: Random) -> JsonObject:
    """A second proof in the set: the same again, one by another key, or one that names the first."""
    (proof,) = document["proof"]
    more = random.choice(
        ({}, {"verificationMethod": _STRANGER_METHOD}, {"previousProof": "urn:uuid:0"}, {"created": None})
    )
    document["proof"].insert(random.randrange(2), {**proof, **more})
    return document


MUTATIONS: tuple[Mutation, ...] = (
    value_changed,
    member_moved,
    member_added,
    member_removed,
    duplicated_by_alias_or_iri,
    array_reordered,
    array_lengthened,
    context_swapped,
    proof_option_changed,
    proof_added,
)


def bytes_changed(content: bytes, random: Random) -> bytes:
    """A bit flipped, a byte taken out, or one put in."""
    place = random.randrange(len(content))
    match random.randrange(3):
        case 0:
            return content[:place] + bytes([content[place] ^ 1 << random.randrange(8)]) + content[place + 1 :]
        case 1:
            return content[:place] + content[place + 1 :]
        case _:
            return content[:place] + bytes([random.randrange(256)]) + content[place:]


def says_the_same(one: JsonObject, other: JsonObject) -> bool:
    """Whether two documents differ in nothing but what JSON-LD holds for the same: the order in a set, a set of one.

    Their contexts are left out. `AchievementCredential` and `OpenBadgeCredential` are two names of one type.
    """
    return bool(_normal({**one, "@context": None}) == _normal({**other, "@context": None}))


def _normal(value: Any) -> Any:
    match value:
        case dict():
            return {key: _normal(member) for key, member in value.items()}
        case [only]:
            return _normal(only)
        case list():
            return sorted({json.dumps(_normal(entry), sort_keys=True) for entry in value})
        case "AchievementCredential":
            return "OpenBadgeCredential"
        case _:
            return value


def _places(value: Any) -> Iterator[Place]:
    """Every member and entry outside of `@context` and `proof`."""
    match value:
        case dict():
            keys: list[Any] = [key for key in value if key not in ("@context", "proof")]
        case list():
            keys = list(range(len(value)))
        case _:
            return
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _objects(document: JsonObject) -> Iterator[JsonObject]:
    yield document
    yield from (_at(place) for place in _places(document) if isinstance(_at(place), dict))


def _at(place: Place) -> Any:
    holder, key = place
    return holder[key]


def _other(value: Any, random: Random) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + random.choice((1, -1, 0.5))
        case str() if random.random() < 0.5 and value:
            place = random.randrange(len(value))
            return value[:place] + chr(random.randrange(0x20, 0x2FF)) + value[place + 1 :]
        case dict() if value:
            return {key: member for key, member in value.items() if key != random.choice(sorted(value))}
        case _:
            return random.choice([word for word in _WORDS if word != value])
