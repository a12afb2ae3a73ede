"""The first institution: where there is none yet, it, its keys and its client are made at once, and never again.

1. `demand_public_url`: the address that everything signed points at stays what it was at the first start.
2. `first_institution`: nothing where there is one already; else the service's own keys, then the institution's;
3. its client's credentials, in a file;
4. and one transaction of the directory. Where another process has won it, it made nothing else: keys and credentials
   are opened where they stand already.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlsplit

from app.core.credential.micro_credential import Organisation
from app.core.multiformats import KeyKind
from app.core.problems import SETTING_ERROR, STATE_CONFLICT, Problem, Refused
from app.issuer.institution_file import InstitutionProfile
from app.issuer.mechanisms import DC_SD_JWT, mechanism_named
from app.issuer.plan import kinds_for
from app.ports import Client, Directory, Institution, InstitutionKey, KeyPurpose


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key that stands somewhere now: where (`file:…`), and its public half."""

    uri: str
    public_key_multibase: str


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """A client's id and secret, and the file that tells them."""

    id: str
    secret: str = field(repr=False)
    path: Path


class KeyMaker(Protocol):
    """Makes what is not there yet, and opens what is. Nothing that stands is ever written over."""

    def demand_protection(self) -> None:
        """Raises Refused where keys would not be encrypted."""
        ...

    def make_own_keys(self) -> None: ...

    def make_key(self, name: str, *, kind: KeyKind = KeyKind.ED25519) -> MadeKey: ...

    def make_client(self, institution: str) -> ClientCredentials: ...


@dataclass(frozen=True, slots=True)
class SetUp:
    """The institution that there is, and where its client's credentials were written (None: there was one before)."""

    institution: Institution
    client_file: Path | None


async def first_institution(
    directory: Directory,
    keys: KeyMaker,
    describe: Callable[[], InstitutionProfile],
    *,
    public_url: str,
    scopes: frozenset[str],
    now: datetime,
) -> SetUp:
    """Makes the institution where there is none, as `describe` then says. Raises Refused where it can't be made."""
    await demand_public_url(directory, public_url)
    if there := await directory.institutions():
        return SetUp(there[0], None)
    profile = describe()
    if not profile.demo:
        keys.demand_protection()
    institution = made_institution(keys, profile, public_url=public_url, now=now, own_keys_too=True)
    credentials = keys.make_client(institution.name)
    client = Client(
        id=credentials.id,
        institution=institution.name,
        secret_sha256=sha256(credentials.secret.encode()).digest(),
        scopes=scopes,
    )
    try:
        await directory.add_institution(institution, client, public_url=public_url)
    except Refused as refusal:
        winner = await directory.institutions()
        if winner and all(problem.type == STATE_CONFLICT for problem in refusal.problems):
            return SetUp(winner[0], None)
        raise
    return SetUp(institution, credentials.path)


def made_institution(
    keys: KeyMaker, profile: InstitutionProfile, *, public_url: str, now: datetime, own_keys_too: bool = False
) -> Institution:
    """The institution, its keys in files now. Raises Refused where it can have no DID, before any is made."""
    # did:web is https alone. A did:key document has one key, which then signs credentials and lists alike.
    https = urlsplit(public_url).scheme == "https"
    if profile.did == "web" and not https:
        detail = f"PUBLIC_URL is {public_url}: a did:web is looked up on https."
        raise Refused(Problem(SETTING_ERROR, at="/did", detail=detail, remedy='Leave did out, or write did = "key".'))
    did = did_web(public_url, profile.slug) if https and profile.did != "key" else None
    kinds = _kinds_of_keys(profile)
    if did is None and (len(kinds) > 1 or DC_SD_JWT in profile.mechanisms):
        named = ", ".join(_mechanisms_of(profile))
        detail = f"mechanisms: its DID is one key, without an address on https: it can't sign by {named}."
        remedy = "Set PUBLIC_URL to an https address; or name fewer mechanisms."
        raise Refused(Problem(SETTING_ERROR, at="/mechanisms", detail=detail, remedy=remedy))
    if own_keys_too:
        keys.make_own_keys()
    made = (
        _named_keys(keys, profile.slug, did, kinds, now) if did else _own_named_key(keys, profile.slug, kinds[0], now)
    )
    return _institution(profile, made)


def _mechanisms_of(profile: InstitutionProfile) -> tuple[str, ...]:
    """By which it signs its awards, and what it composed itself."""
    return (*profile.mechanisms, *([profile.signing.mechanism] if profile.signing.mechanism else []))


def _kinds_of_keys(profile: InstitutionProfile) -> tuple[KeyKind, ...]:
    """The fewest by which all of them can sign, the one first that it asks for."""
    wanted = _mechanisms_of(profile)
    if profile.key is None:
        return kinds_for(wanted)
    others = tuple(name for name in wanted if profile.key not in mechanism_named(name).key_kinds)
    return (profile.key, *(kinds_for(others) if others else ()))


async def demand_public_url(directory: Directory, public_url: str) -> None:
    """Raises Refused (SETTING_ERROR) where credentials that were signed before point at another address."""
    stored = await directory.public_url()
    if stored is not None and stored != public_url:
        detail = f"PUBLIC_URL is {public_url}, and was {stored} when this database was set up."
        remedy = (
            f"What was signed points at {stored}: set PUBLIC_URL={stored}, or use another DATABASE_URL and KEYS_DIR."
        )
        raise Refused(Problem(SETTING_ERROR, at="/PUBLIC_URL", detail=detail, remedy=remedy))


def did_web(public_url: str, name: str) -> str:
    """https://w3c-ccg.github.io/did-method-web/: a host name, its port after `%3A`, a colon for each slash."""
    parts = urlsplit(public_url)
    if ":" in (parts.hostname or "") or (parts.hostname or "").replace(".", "").isdigit():
        detail = f"PUBLIC_URL is {public_url}: a did:web has a host name in it, never an IP address."
        raise Refused(Problem(SETTING_ERROR, at="/PUBLIC_URL", detail=detail, remedy="Give the service a host name."))
    return f"did:web:{quote(parts.netloc, safe='')}:issuers:{name}"


def _named_keys(
    keys: KeyMaker, slug: str, did: str, kinds: tuple[KeyKind, ...], now: datetime
) -> tuple[InstitutionKey, ...]:
    """One for credentials of each kind, and one for lists."""
    wanted = [(KeyPurpose.CREDENTIAL, number, kind) for number, kind in enumerate(kinds, 1)]
    return tuple(
        _row(
            keys.make_key(f"{slug}-{purpose}-{number}", kind=kind),
            f"{did}#{purpose}-{number}",
            frozenset({purpose}),
            now,
        )
        for purpose, number, kind in (*wanted, (KeyPurpose.STATUS_LIST, 1, KeyKind.ED25519))
    )


def _own_named_key(keys: KeyMaker, slug: str, kind: KeyKind, now: datetime) -> tuple[InstitutionKey, ...]:
    key = keys.make_key(slug, kind=kind)
    url = f"did:key:{key.public_key_multibase}#{key.public_key_multibase}"
    return (_row(key, url, frozenset({KeyPurpose.CREDENTIAL, KeyPurpose.STATUS_LIST}), now),)


def _institution(profile: InstitutionProfile, keys: tuple[InstitutionKey, ...]) -> Institution:
    did = keys[0].verification_method.partition("#")[0]
    return Institution(
        name=profile.slug,
        did=did,
        profile=organisation(profile, did),
        time_zone=profile.time_zone,
        languages=profile.languages,
        contact=profile.contact,
        demo=profile.demo,
        keys=keys,
        accent=profile.accent,
        signing=profile.signing,
        mechanisms=profile.mechanisms,
    )


def _row(key: MadeKey, verification_method: str, purposes: frozenset[KeyPurpose], now: datetime) -> InstitutionKey:
    return InstitutionKey(
        verification_method=verification_method,
        public_key_multibase=key.public_key_multibase,
        purposes=purposes,
        uri=key.uri,
        created=now,
    )


def organisation(profile: InstitutionProfile, did: str) -> Organisation:
    """What stands of it in its credentials."""
    return Organisation(
        id=did,
        name=profile.name,
        country=profile.country,
        region=profile.region,
        locality=profile.locality,
        street_address=profile.street_address,
        postal_code=profile.postal_code,
        url=profile.url,
        email=profile.contact,
        legal_identifier=profile.legal_identifier,
    )
