"""Takes claims out of a payload and leaves digests of them: how an SD-JWT is issued.

https://www.rfc-editor.org/rfc/rfc9901#section-6.1
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from app.core.problems import PROOF_GENERATION_ERROR, JsonObject, Problem, Refused, pointer
from app.core.proof import base64url, disclosures
from app.core.proof.disclosures import (
    ARRAY_DIGEST,
    DEFAULT_HASH_ALGORITHM,
    DIGESTS,
    HASH_ALGORITHM,
    RESERVED_NAMES,
    ClaimPath,
    Disclosure,
    Place,
)

# §9.3: 128 bits, so that nobody finds a claim by trying.
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class ConcealedPayload:
    """What is signed, and what goes beside it: disclosures, each after those that stand inside of it."""

    payload: JsonObject
    disclosures: tuple[Disclosure, ...]


def conceal(
    claims: JsonObject,
    *,
    disclosable: Collection[ClaimPath],
    salts: Iterator[bytes],
    decoys: int = 0,
    hash_algorithm: str = DEFAULT_HASH_ALGORITHM,
) -> ConcealedPayload:
    """`claims` with those at `disclosable` concealed, each by itself, nested ones too.

    None in a path is every element of an array. `salts` yields random bytes, SALT_BYTES of them or more, never twice
    the same. `decoys` digests of nothing are added wherever a claim is concealed (§4.2.5).
    Raises Refused (PROOF_GENERATION_ERROR) for a claim that is called as only digests are (§4.1).
    """
    concealing = _Concealing(salts, decoys, hash_algorithm)
    payload = concealing.conceal_object(claims, tuple(disclosable), ())
    return ConcealedPayload({**payload, HASH_ALGORITHM: hash_algorithm}, tuple(concealing.disclosures))


@dataclass(slots=True)
class _Concealing:
    """One payload: where salts come from, which were used, and what was concealed so far."""

    salts: Iterator[bytes]
    decoys: int
    hash_algorithm: str
    disclosures: list[Disclosure] = field(default_factory=list)
    used: set[bytes] = field(default_factory=set)

    def _value(self, value: object, paths: tuple[ClaimPath, ...], place: Place) -> object:
        """The value at `place`; `paths` lead from what it stands in."""
        match value:
            case dict():
                return self.conceal_object(value, _inside(paths, place[-1]), place)
            case list():
                return self._array(value, _inside(paths, place[-1]), place)
            case _:
                return value

    def conceal_object(self, members: JsonObject, paths: tuple[ClaimPath, ...], place: Place) -> JsonObject:
        payload: JsonObject = {}
        digests: list[str] = []
        for name, member in members.items():
            if name in RESERVED_NAMES:
                detail = f"a claim can't be called {name!r}"
                raise Refused(Problem(PROOF_GENERATION_ERROR, at=pointer(*place, name), detail=detail))
            value = self._value(member, paths, (*place, name))
            if (name,) in paths:
                digests.append(self._digest(name, value))
            else:
                payload[name] = value
        if digests:
            digests += [self._decoy()[0] for _ in range(self.decoys)]
            # §4.2.4.1: in an order that says nothing of the one they had.
            payload[DIGESTS] = sorted(digests)
        return payload

    def _array(self, items: list[object], paths: tuple[ClaimPath, ...], place: Place) -> list[object]:
        written: list[object] = []
        concealed = False
        for number, item in enumerate(items):
            value = self._value(item, paths, (*place, number))
            if (number,) in paths or (None,) in paths:
                written.append({ARRAY_DIGEST: self._digest(None, value)})
                concealed = True
            else:
                written.append(value)
        for _ in range(self.decoys if concealed else 0):
            decoy, random = self._decoy()
            written.insert(int.from_bytes(random, "big") % (len(written) + 1), {ARRAY_DIGEST: decoy})
        return written

    def _digest(self, name: str | None, value: object) -> str:
        disclosure = disclosures.write(base64url.write(self._salt()), name, value)
        self.disclosures.append(disclosure)
        return disclosures.digest(disclosure.text, self.hash_algorithm)

    def _decoy(self) -> tuple[str, bytes]:
        """A digest of random bytes, and the bytes."""
        random = self._salt()
        return disclosures.digest(base64url.write(random), self.hash_algorithm), random

    def _salt(self) -> bytes:
        salt = next(self.salts)
        if len(salt) < SALT_BYTES or salt in self.used:
            raise ValueError("a salt is too short, or came twice")
        self.used.add(salt)
        return salt


def _inside(paths: tuple[ClaimPath, ...], part: str | int) -> tuple[ClaimPath, ...]:
    """What is left of the paths that lead through `part`."""
    return tuple(
        path[1:] for path in paths if len(path) > 1 and (path[0] == part or (path[0] is None and isinstance(part, int)))
    )
