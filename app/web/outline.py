"""Any credential in outline: who, what, when, and its values as plain rows, read as they stand and not believed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from urllib.parse import unquote, urlsplit

from app.core import date_time_stamp
from app.core.problems import JsonObject, Refused
from app.verifier.claims import are_claims

MAX_ROWS = 150
_LAST_SECOND = 253_402_300_800
# What an SD-JWT VC says of itself as a token.
_OF_THE_TOKEN = frozenset({"iat", "nbf", "exp", "cnf", "status", "vct#integrity", "jti"})
_SKIPPED = frozenset({"@context", "proof", "type", "relatedResource", "credentialSchema"})


@dataclass(frozen=True, slots=True)
class Outline:
    """What a credential says of itself; None or empty where it does not say it."""

    title: str | None
    learner: str | None
    issuer_id: str
    issuer_name: str | None
    country: str | None
    awarded: datetime | None
    valid_from: datetime | None
    valid_until: datetime | None
    rows: tuple[tuple[str, str], ...]
    cut: bool

    @property
    def host(self) -> str | None:
        """The internet address that the issuer's identifier names; None for a bare key."""
        return _host(self.issuer_id)


def outline(document: JsonObject) -> Outline:
    return _of_claims(document) if are_claims(document) else _of_credential(document)


def _of_claims(claims: JsonObject) -> Outline:
    """Of an SD-JWT VC: the names of the EU's learning credential, and ours, where it has them."""
    names = (_text(claims.get(name)) for name in ("given_name", "family_name"))
    parts = " ".join(name for name in names if name)
    valid_from = date_time(claims.get("valid_from"))
    rows, cut = _cut({name: value for name, value in claims.items() if name not in _OF_THE_TOKEN})
    return Outline(
        title=_text(claims.get("achievement_title")) or _text(claims.get("vct")),
        learner=_text(claims.get("full_name")) or parts or None,
        issuer_id=_text(claims.get("iss")) or "",
        issuer_name=_text(claims.get("issuing_authority")),
        country=_text(claims.get("issuing_country")),
        awarded=date_time(claims.get("awarded_date")) or valid_from,
        valid_from=valid_from or _seconds(claims.get("nbf")),
        valid_until=date_time(claims.get("valid_until")) or _seconds(claims.get("exp")),
        rows=rows,
        cut=cut,
    )


def _seconds(value: object) -> datetime | None:
    """A NumericDate (RFC 7519 §2) that a foreign value is; None where it is none."""
    match value:
        case bool():
            return None
        case int() | float() if 0 <= value < _LAST_SECOND:
            return datetime.fromtimestamp(value, UTC)
        case _:
            return None


def _cut(document: JsonObject) -> tuple[tuple[tuple[str, str], ...], bool]:
    """The first rows, and whether there are more."""
    walk = _rows(document, path="")
    rows = tuple(islice(walk, MAX_ROWS))
    return rows, next(walk, None) is not None


def _of_credential(document: JsonObject) -> Outline:
    subject = _first(document.get("credentialSubject"))
    achievement = _first(subject.get("achievement"))
    issuer_id, issuer = _issuer(document.get("issuer"))
    valid_from = date_time(document.get("validFrom") or document.get("issuanceDate"))
    rows, cut = _cut(document)
    return Outline(
        title=_text(achievement.get("name")) or _text(document.get("name")) or _text(subject.get("name")),
        learner=_learner(subject),
        issuer_id=issuer_id,
        issuer_name=_text(issuer.get("name")),
        country=_text(_first(issuer.get("address")).get("addressCountryCode")),
        awarded=date_time(document.get("awardedDate")) or valid_from,
        valid_from=valid_from,
        valid_until=date_time(document.get("validUntil") or document.get("expirationDate")),
        rows=rows,
        cut=cut,
    )


def _issuer(issuer: object) -> tuple[str, JsonObject]:
    match issuer:
        case str(identifier):
            return identifier, {}
        case {"id": str(identifier)}:
            return identifier, _first(issuer)
        case _:
            return "", _first(issuer)


def _learner(subject: JsonObject) -> str | None:
    identifiers = subject.get("identifier")
    for identifier in identifiers if isinstance(identifiers, list) else [identifiers]:
        match identifier:
            case {"identityType": "name", "hashed": True}:
                continue
            case {"identityType": "name", "identityHash": str(name)}:
                return name
    # A subject with an achievement is a person; without one its `name` may name anything, and is the title.
    return _text(subject.get("name")) if "achievement" in subject else None


def _first(value: object) -> JsonObject:
    match value:
        case dict():
            return value
        case [dict() as first, *_]:
            return first
        case _:
            return {}


def _text(value: object) -> str | None:
    """A string, a value object's `@value`, or the first of several; a language map's first entry."""
    match value:
        case str(text) if text.strip():
            return text
        case {"@value": str(text)}:
            return text
        case [first, *_]:
            return _text(first)
        case dict() if value:
            return _text(next(iter(value.values())))
        case _:
            return None


def date_time(value: object) -> datetime | None:
    """The moment that a foreign value names; None where it names none."""
    try:
        return date_time_stamp.read(value, at="")
    except Refused:
        return None


def _rows(value: object, *, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for key, inner in value.items():
                if key not in _SKIPPED:
                    yield from _rows(inner, path=f"{path} › {key}" if path else key)
        case list():
            for inner in value:
                yield from _rows(inner, path=path)
        case bool():
            yield path, "true" if value else "false"
        case None:
            return
        case _:
            yield path, str(value)


def _host(identifier: str) -> str | None:
    if identifier.startswith("did:web:"):
        return unquote(identifier.removeprefix("did:web:").partition(":")[0]) or None
    if identifier.startswith("https://"):
        try:
            return urlsplit(identifier).hostname
        except ValueError:
            return None
    return None
