"""What an institution says of itself in its `institution.toml`: read whole, with every problem named."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.core import strict_toml
from app.core.colour import contrast
from app.core.credential import vocabularies
from app.core.json_ld import Contexts
from app.core.multiformats import KeyKind
from app.core.normalized import normalized
from app.core.problems import (
    MALFORMED_VALUE_ERROR,
    MISSING_ELEMENT,
    PARSING_ERROR,
    UNKNOWN_VALUE,
    Problem,
    Refused,
    pointer,
)
from app.issuer import signing_table
from app.issuer.mechanisms import BY_DEFAULT
from app.issuer.plan import problems_of_mechanisms
from app.ports import SigningPolicy

_MAX_BYTES = 65_536

# WCAG 2.2 §1.4.3, for text. The paper is the lighter of our grounds that an accent stands on (tokens.css).
_PAPER = "#fbfaf7"
_LEAST_CONTRAST = 4.5

# RFC 5646 §2.1, without what was only grandfathered: language, script, region, variants, extensions, private use.
_LANGUAGE_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*"
    r"(?:-[a-wy-z\d](?:-[a-z\d]{2,8})+)*(?:-x(?:-[a-z\d]{1,8})+)?",
    re.ASCII | re.IGNORECASE,
)
# ISO 639-1, separated by spaces.
_TWO_LETTERS = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el "
    "en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it "
    "iu ja ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my "
    "na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl "
    "sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo "
    "za zh zu "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstitutionProfile:
    """An institution before it has keys. `slug` is its name in URLs and file names; `country` ISO 3166-1 alpha-2.

    `did` is the method of its DID, where it does not follow from the service's address; `key` the kind of its keys.
    """

    name: str
    slug: str
    country: str
    time_zone: str
    languages: tuple[str, ...]
    contact: str
    legal_identifier: str | None = None
    region: str | None = None
    locality: str | None = None
    street_address: str | None = None
    postal_code: str | None = None
    url: str | None = None
    accent: str | None = None
    mechanisms: tuple[str, ...] = ()
    demo: bool = False
    signing: SigningPolicy = field(default_factory=SigningPolicy)
    did: str | None = None
    key: KeyKind | None = None


DEMONSTRATION = InstitutionProfile(
    name="Institute for Examples (demo)",
    slug="demo",
    country="BE",
    region="Brussels-Capital Region",
    locality="Brussels",
    street_address="1 Example Street",
    postal_code="1000",
    time_zone="Europe/Brussels",
    languages=("en",),
    contact="demo@example.org",
    demo=True,
)


def read_institution(content: bytes, contexts: Contexts) -> InstitutionProfile:
    """The institution that the TOML describes. Raises Refused with everything that is missing or wrong."""
    return read_table(table(content), contexts)


def read_table(table: Mapping[str, Any], contexts: Contexts) -> InstitutionProfile:
    """The institution that these members describe. Raises Refused with everything that is missing or wrong."""
    address = table.get("address", {})
    if not isinstance(address, dict):
        raise Refused(Problem(MALFORMED_VALUE_ERROR, at="/address", detail="address is a table: [address]."))
    signing, wrong_in_signing = signing_table.read(table.get("signing", {}))
    problems = [*_unknown(table, _MEMBERS, at=()), *_unknown(address, _ADDRESS, at=("address",)), *wrong_in_signing]
    values: dict[str, Any] = {}
    for name, member in (*_MEMBERS.items(), *_ADDRESS.items()):
        source, at = (address, ("address", name)) if name in _ADDRESS else (table, (name,))
        if member is None:
            continue
        if name not in source:
            if member.missing:
                problems.append(
                    Problem(MISSING_ELEMENT, at=pointer(*at), detail=f"{name} is missing: {member.missing}.")
                )
            continue
        try:
            values[name] = member.read(source[name])
        except ValueError as error:
            problems.append(Problem(MALFORMED_VALUE_ERROR, at=pointer(*at), detail=f"{name}: {error}."))
    if "country" in values and not vocabularies.is_country(contexts, values["country"]):
        detail = f"country: {values['country']!r} is the code of no country."
        problems.append(Problem(UNKNOWN_VALUE, at="/country", detail=detail, remedy="ISO 3166-1 has it, such as LT."))
    if "name" in values and "slug" not in values and not any(problem.at == "/slug" for problem in problems):
        values["slug"] = _slug_of(values["name"])
        if not values["slug"]:
            remedy = 'Add slug = "…": its name in URLs, in the letters a to z.'
            problems.append(
                Problem(MISSING_ELEMENT, at="/slug", detail="No slug follows from the name.", remedy=remedy)
            )
    problems += problems_of_mechanisms(values.get("mechanisms", ()))
    if problems:
        raise Refused(*problems)
    return InstitutionProfile(**values, signing=signing)


def table(content: bytes) -> dict[str, Any]:
    """The members of a TOML file, not yet judged. Raises Refused (PARSING_ERROR)."""
    if len(content) > _MAX_BYTES:
        raise Refused(Problem(PARSING_ERROR, detail=f"The file is longer than {_MAX_BYTES} bytes."))
    try:
        return strict_toml.read(content)
    except strict_toml.NotToml as error:
        raise Refused(Problem(PARSING_ERROR, detail=f"The file is not TOML: {error}.")) from None


def _unknown(table: Mapping[str, object], members: Mapping[str, object], *, at: tuple[str, ...]) -> list[Problem]:
    problems = []
    for name in table:
        if name not in members:
            near = get_close_matches(name, members, n=1)
            remedy = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(members)}."
            detail = f"There is no {name!r} here."
            problems.append(Problem(UNKNOWN_VALUE, at=pointer(*at, name), detail=detail, remedy=remedy))
    return problems


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("it is a text")
    if len(value) > 500:
        raise ValueError("it is longer than 500 characters")
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in value):
        raise ValueError("it has control or invisible characters in it")
    if (composed := normalized(value, form="NFC")) != value:
        raise ValueError(f"write it composed (NFC): {composed}")
    return value


def _matching(pattern: str, what: str) -> Callable[[object], str]:
    compiled = re.compile(pattern)

    def read(value: object) -> str:
        text = _text(value)
        if not compiled.fullmatch(text):
            raise ValueError(f"{text!r} is not {what}")
        return text

    return read


def _time_zone(value: object) -> str:
    name = _text(value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone of the IANA database, such as Europe/Vilnius") from None
    return name


def _languages(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError('it is a list of language tags, such as ["lt", "en"]')
    return tuple(dict.fromkeys(map(_language, value)))


def _language(value: object) -> str:
    text = _text(value)
    tag = _LANGUAGE_TAG.fullmatch(text)
    if tag is None or not (len(tag["language"]) == 3 or tag["language"].lower() in _TWO_LETTERS.split()):
        raise ValueError(f"{text!r:.80} is not a language tag such as lt or pt-BR (BCP 47)")
    return text


def _key_kind(value: object) -> KeyKind:
    """The first key signs proofs in documents; one of RSA, which signs tokens alone, is added beside it."""
    for kind in BY_DEFAULT:
        if value == kind.value:
            return kind
    raise ValueError(f"{value!r:.40} is no kind of key for an institution: {', '.join(BY_DEFAULT)}")


def _mechanisms(value: object) -> tuple[str, ...]:
    match value:
        case [str(), *_] as names:
            return tuple(map(_text, names))
        case _:
            raise ValueError('it is a list of mechanisms, such as ["eddsa-rdfc-2022", "ecdsa-sd-2023"]')


def _accent(value: object) -> str:
    colour = _matching(r"#[0-9a-fA-F]{6}", "a colour such as #1d4e89")(value)
    if (found := contrast(colour, _PAPER)) < _LEAST_CONTRAST:
        raise ValueError(
            f"{colour} stands {found:.1f} : 1 against the paper, and text needs {_LEAST_CONTRAST} : 1; darken it"
        )
    return colour


def _web_address(value: object) -> str:
    text = _text(value)
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or parts.username is not None or set(text) & set(' "<>\\^`{|}'):
        raise ValueError(f"{text!r} is no web address: https://…")
    return text


def _slug_of(name: str) -> str:
    letters = normalized(name, form="NFKD").encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:40].rstrip("-")


@dataclass(frozen=True, slots=True)
class _Member:
    """How one member is read; `missing` says what it is where it may not be left out."""

    read: Callable[[object], object]
    missing: str = ""


_MEMBERS: Mapping[str, _Member | None] = {
    "name": _Member(_text, "the institution's name as it stands on its certificates"),
    # `access-token.pem` is a key of the service's own.
    "slug": _Member(
        _matching(
            r"(?!access-token$)[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", "a free name in URLs: a to z, digits and hyphens"
        )
    ),
    "legal_identifier": _Member(
        _matching(
            r"(VAT|NTR|LEI|EUID|EORI|TIN|SN)[A-Z]{2}-.{1,100}|[A-Za-z][A-Za-z0-9+.-]*:.{1,200}",
            "a legal identifier as eIDAS certificates write it (ETSI EN 319 412-1), such as NTRLT-111950396, or a URI",
        ),
        "its registration, as eIDAS certificates write it, such as NTRLT-111950396",
    ),
    "country": _Member(_matching(r"[A-Z]{2}", "an ISO 3166-1 code of two capital letters"), "ISO 3166-1, such as LT"),
    "region": _Member(_text),
    "address": None,
    "time_zone": _Member(_time_zone, "such as Europe/Vilnius: awards carry the day it is there"),
    "languages": _Member(_languages, "the languages it writes in, its own first"),
    "contact": _Member(_matching(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address"), "an e-mail address for learners"),
    "url": _Member(_web_address),
    "accent": _Member(_accent),
    "did": _Member(_matching("web|key", "web or key")),
    "key": _Member(_key_kind),
    "signing": None,
    "mechanisms": _Member(_mechanisms),
}
_ADDRESS: Mapping[str, _Member] = {
    "street_address": _Member(_text),
    "postal_code": _Member(_text),
    "locality": _Member(_text),
}
