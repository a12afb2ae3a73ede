"""What a type of SD-JWT VC demands of its credentials: read from its metadata, and held against a credential.

https://datatracker.ietf.org/doc/draft-ietf-oauth-sd-jwt-vc/, "SD-JWT VC Type Metadata". How a type is displayed is not
read.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from app.core import strict_json
from app.core.problems import MALFORMED_VALUE_ERROR, PARSING_ERROR, JsonObject, Problem, Refused, pointer
from app.core.proof.disclosures import ClaimPath, Place
from app.core.proof.sd_jwt_vc import VerifiedSdJwtVc

MAX_CLAIMS = 500
MAX_PATH_LENGTH = strict_json.MAX_DEPTH
# Every rule may ask for every element of the same long arrays.
MAX_STEPS = 100_000

# W3C Subresource Integrity, from the weakest to the strongest.
_DIGESTS = ("sha256", "sha384", "sha512")


class SelectiveDisclosure(StrEnum):
    """`sd` of a claim: whether its issuer has to make it disclosable."""

    ALWAYS = "always"
    ALLOWED = "allowed"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class ClaimRule:
    """What a type says of the claims at `path`."""

    path: ClaimPath
    selective_disclosure: SelectiveDisclosure = SelectiveDisclosure.ALLOWED
    mandatory: bool = False


@dataclass(frozen=True, slots=True)
class TypeMetadata:
    """One type, and the type that it extends, which demands what it demands as well."""

    vct: str
    claims: tuple[ClaimRule, ...] = ()
    extends: str | None = None
    extends_integrity: str | None = None


def read(data: bytes, *, vct: str, integrity: str | None) -> TypeMetadata:
    """The metadata found for `vct`. `integrity` is what whoever named the type says of these bytes.

    Raises Refused: MALFORMED_VALUE_ERROR, PARSING_ERROR, and as `strict_json.read_object`.
    """
    if integrity is not None:
        _check_integrity(data, integrity)
    document = strict_json.read_object(data)
    if document.get("vct") != vct:
        raise _malformed("/vct", f"the metadata found for {vct:.200} are those of {document.get('vct')!r:.200}")
    match document.get("claims", []):
        case list(claims) if len(claims) <= MAX_CLAIMS:
            rules = tuple(_rule(claim, at=pointer("claims", place)) for place, claim in enumerate(claims))
        case _:
            raise _malformed("/claims", f"is not an array of at most {MAX_CLAIMS}")
    if len({rule.path for rule in rules}) != len(rules):
        raise _malformed("/claims", "two entries are about the same path")
    return TypeMetadata(vct, rules, _text(document, "extends"), _text(document, "extends#integrity"))


def write(metadata: JsonObject) -> tuple[bytes, str]:
    """Metadata of our own as they are published, and what `vct#integrity` says of just these bytes."""
    data = strict_json.write(metadata)
    return data, "sha256-" + base64.b64encode(hashlib.sha256(data).digest()).decode()


def problems(metadata: TypeMetadata, credential: VerifiedSdJwtVc) -> tuple[Problem, ...]:
    """Where the credential breaks what its type demands. What may have been withheld is not missed.

    Raises Refused (MALFORMED_VALUE_ERROR) where finding out takes too long.
    """
    search = _Search()
    return tuple(problem for rule in metadata.claims for problem in _broken(rule, credential, search))


def _broken(rule: ClaimRule, credential: VerifiedSdJwtVc, search: "_Search") -> Iterator[Problem]:
    places = list(search.places(credential.claims, rule.path))
    for place in places:
        disclosed = place in credential.disclosed
        if rule.selective_disclosure is SelectiveDisclosure.NEVER and disclosed:
            yield _against(place, "is selectively disclosable, which its type forbids")
        if rule.selective_disclosure is SelectiveDisclosure.ALWAYS and not disclosed:
            yield _against(place, "is not selectively disclosable, which its type demands")
    if rule.mandatory and rule.selective_disclosure is SelectiveDisclosure.NEVER and not places:
        shown = tuple("*" if part is None else part for part in rule.path)
        yield _against(shown, "is missing, which its type demands")


@dataclass(slots=True)
class _Search:
    """Looks for claims by their paths, and counts what that costs."""

    steps: int = field(default=0)

    def places(self, value: object, path: ClaimPath, place: Place = ()) -> Iterator[Place]:
        """Where the claims at `path` stand; None is every element of an array."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise _malformed("", "has more claims than its type's rules can be held against")
        if not path:
            yield place
            return
        match value, path[0]:
            case dict() as members, str(name) if name in members:
                yield from self.places(members[name], path[1:], (*place, name))
            case list() as items, None:
                for number, item in enumerate(items):
                    yield from self.places(item, path[1:], (*place, number))
            case list() as items, int(number) if number < len(items):
                yield from self.places(items[number], path[1:], (*place, number))


def _rule(claim: object, *, at: str) -> ClaimRule:
    match claim:
        case {"path": [_, *_] as parts} if len(parts) <= MAX_PATH_LENGTH:
            path = tuple(_path_part(part, at=at) for part in parts)
        case _:
            raise _malformed(f"{at}/path", "is no path of a claim")
    match claim:
        case {"sd": str(sd)} if sd in set(SelectiveDisclosure):
            selective_disclosure = SelectiveDisclosure(sd)
        case {"sd": _}:
            raise _malformed(f"{at}/sd", f"is none of {', '.join(SelectiveDisclosure)}")
        case _:
            selective_disclosure = SelectiveDisclosure.ALLOWED
    match claim:
        case {"mandatory": bool(mandatory)}:
            return ClaimRule(path, selective_disclosure, mandatory)
        case {"mandatory": _}:
            raise _malformed(f"{at}/mandatory", "is not true or false")
        case _:
            return ClaimRule(path, selective_disclosure)


def _path_part(part: object, *, at: str) -> str | int | None:
    match part:
        case bool():
            pass
        case str() | None:
            return part
        case int() if part >= 0:
            return part
    raise _malformed(f"{at}/path", "its parts are names, numbers from 0, and null")


def _text(document: JsonObject, name: str) -> str | None:
    match document.get(name):
        case str() | None as text:
            return text
        case _:
            raise _malformed(pointer(name), "must be a string")


def _check_integrity(data: bytes, integrity: str) -> None:
    """W3C Subresource Integrity: of several digests, the strongest kind counts. One that is not known says nothing,
    and where none is known, it is refused.
    """
    stated: dict[str, set[bytes]] = {}
    for part in integrity.split():
        kind, _, digest = part.partition("?")[0].partition("-")
        if kind in _DIGESTS:
            stated.setdefault(kind, set()).add(_digest(digest))
    strongest = next((kind for kind in reversed(_DIGESTS) if kind in stated), None)
    if strongest is None or hashlib.new(strongest, data).digest() not in stated[strongest]:
        raise _malformed("", "the metadata are not those that the digest beside their name is of (#integrity)")


def _digest(text: str) -> bytes:
    # Plain base64, with its padding: not base64url.
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(Problem(PARSING_ERROR, detail="a digest is not in base64 (#integrity)")) from error


def _malformed(at: str, detail: str) -> Refused:
    return Refused(Problem(MALFORMED_VALUE_ERROR, at=at, detail=detail))


def _against(place: Place, detail: str) -> Problem:
    return Problem(MALFORMED_VALUE_ERROR, at=pointer(*place), detail=detail)
