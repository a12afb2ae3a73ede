"""An institution's keys over the years: a new one signs, an old one is retired, one that others may have is revoked.

A retired key stays in the institution's document like any other, so that what it signed verifies for ever; only our
signer stops using it. A revoked one says since when, and nothing by it counts but what our register recorded before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from app.core.did.document import MAX_VERIFICATION_METHODS
from app.core.multiformats import KeyKind
from app.core.problems import MALFORMED_VALUE_ERROR, NOT_FOUND, STATE_CONFLICT, Problem, Refused
from app.issuer import published_keys
from app.issuer.set_up import KeyMaker
from app.ports import Directory, Institution, InstitutionKey, KeyPurpose

INSTITUTION_PURPOSES = (KeyPurpose.CREDENTIAL, KeyPurpose.STATUS_LIST)


@dataclass(frozen=True, slots=True)
class KeysChanged:
    """The institution as it is from now on, and which keys were made, retired or revoked."""

    institution: Institution
    made: tuple[InstitutionKey, ...] = ()
    retired: tuple[InstitutionKey, ...] = ()
    revoked: InstitutionKey | None = None

    @property
    def awards(self) -> bool:
        """Whether it can still award."""
        return KeyPurpose.CREDENTIAL in in_use(self.institution.keys)


async def rotate(
    directory: Directory,
    maker: KeyMaker,
    institution: Institution,
    *,
    purposes: frozenset[KeyPurpose],
    now: datetime,
    kind: KeyKind | None = None,
) -> KeysChanged:
    """A new key for each purpose, which signs from now on; those before it are retired. Raises Refused.

    It is of `kind`; where none is named, there is one of each kind whose place it takes.
    """
    _demand_did_web(institution, "rotated")
    if kind is KeyKind.RSA:
        detail = "An RSA key signs tokens alone: it takes the place of no key by which awards and lists are signed."
        raise _refused(detail, f"Put it beside them: testamur keys add {institution.name} --algorithm RS256")
    old = tuple(key for key in institution.keys if key.in_use and key.purposes & purposes)
    whole = purposes.union(*(key.purposes for key in old))
    wanted = tuple(
        (purpose, each)
        for purpose in INSTITUTION_PURPOSES
        if purpose in whole
        for each in ((kind,) if kind else _kinds(institution, purpose))
    )
    made = _make(maker, institution, wanted, now=now)
    retired = tuple(replace(key, retired=now) for key in old)
    after = _with(institution, changed=retired, made=made)
    await directory.change_institution(institution, after)
    return KeysChanged(after, made=made, retired=retired)


async def add(
    directory: Directory, maker: KeyMaker, institution: Institution, *, kind: KeyKind, now: datetime
) -> KeysChanged:
    """One more key for credentials, beside those in use: for a mechanism that they are not for. Raises Refused."""
    _demand_did_web(institution, "joined by another")
    made = _make(maker, institution, ((KeyPurpose.CREDENTIAL, kind),), now=now)
    after = _with(institution, changed=(), made=made)
    await directory.change_institution(institution, after)
    return KeysChanged(after, made=made)


async def retire(
    directory: Directory, institution: Institution, verification_method: str, *, now: datetime
) -> KeysChanged:
    """The key signs no more, and no other takes its place. Raises Refused where lists could be signed no more."""
    key = _key(institution, verification_method)
    if not key.in_use:
        raise _refused(f"The key {verification_method} {_ended(key)}.")
    retired = replace(key, retired=now)
    after = _with(institution, changed=(retired,))
    if KeyPurpose.STATUS_LIST not in in_use(after.keys):
        detail = f"The key {verification_method} is the only one that signs the status lists of {institution.name}."
        remedy = "Lists go on as long as credentials do: make another first."
        if institution.did.startswith("did:web:"):
            remedy += f" Type: testamur keys rotate {institution.name} --purpose {KeyPurpose.STATUS_LIST}"
        raise _refused(detail, remedy)
    await directory.change_institution(institution, after)
    return KeysChanged(after, retired=(retired,))


async def revoke(
    directory: Directory,
    maker: KeyMaker,
    institution: Institution,
    verification_method: str,
    *,
    since: datetime,
    now: datetime,
) -> KeysChanged:
    """Others may have had the key from `since` on. Where it was in use, another takes its place. Raises Refused."""
    key = _key(institution, verification_method)
    _demand_did_web(institution, "revoked")
    if since > now:
        detail = f"{since.isoformat()} is still to come: a key is revoked since the day when others may have had it."
        raise Refused(Problem(MALFORMED_VALUE_ERROR, at="/since", detail=detail))
    if key.revoked is not None and key.revoked <= since:
        raise _refused(f"The key {verification_method} {_ended(key)}.", "Only an earlier day can take its place.")
    revoked = replace(key, revoked=since)
    without = _with(institution, changed=(revoked,))
    left = {(purpose, _kind(each)) for each in without.keys if each.in_use for purpose in each.purposes}
    missing = tuple(
        (purpose, _kind(key))
        for purpose in INSTITUTION_PURPOSES
        if key.in_use and purpose in key.purposes and (purpose, _kind(key)) not in left
    )
    made = _make(maker, institution, missing, now=now)
    after = _with(without, changed=(), made=made)
    await directory.change_institution(institution, after)
    return KeysChanged(after, made=made, revoked=revoked)


def in_use(keys: Iterable[InstitutionKey]) -> frozenset[KeyPurpose]:
    """What the keys can sign, as they are now."""
    return frozenset(purpose for key in keys if key.in_use for purpose in key.purposes)


def _make(
    maker: KeyMaker, institution: Institution, wanted: tuple[tuple[KeyPurpose, KeyKind], ...], *, now: datetime
) -> tuple[InstitutionKey, ...]:
    if wanted and not institution.demo:
        maker.demand_protection()
    _demand_room(institution, wanted)
    made: tuple[InstitutionKey, ...] = ()
    for purpose, kind in wanted:
        there = {key.verification_method for key in (*institution.keys, *made)}
        made += (_made(maker, institution, purpose, now=now, kind=kind, there=there),)
    return made


def _demand_room(institution: Institution, wanted: tuple[tuple[KeyPurpose, KeyKind], ...]) -> None:
    """Raises Refused where the document would have more methods than is read; a key for credentials is two."""
    there = len(published_keys.methods(institution.did, institution.keys))
    if there + sum(1 + (purpose is KeyPurpose.CREDENTIAL) for purpose, _ in wanted) > MAX_VERIFICATION_METHODS:
        detail = f"{institution.name} would have more than {MAX_VERIFICATION_METHODS} keys, and verifiers read no more."
        raise _refused(detail, "Every key stays for what it signed; rotate more seldom.")


def _kinds(institution: Institution, purpose: KeyPurpose) -> tuple[KeyKind, ...]:
    """Of the keys in use for a purpose, the newest first; where none is, of the newest that there ever was."""
    keys = sorted(
        (key for key in institution.keys if purpose in key.purposes), key=lambda key: key.created, reverse=True
    )
    in_use_now = [key for key in keys if key.in_use] or keys[:1]
    return tuple(dict.fromkeys(map(_kind, in_use_now))) or (KeyKind.ED25519,)


def _kind(key: InstitutionKey) -> KeyKind:
    return key.public_key.kind


def _made(
    maker: KeyMaker, institution: Institution, purpose: KeyPurpose, *, now: datetime, kind: KeyKind, there: set[str]
) -> InstitutionKey:
    numbers = range(1, len(there) + 2)
    number = next(n for n in numbers if f"{institution.did}#{purpose}-{n}" not in there)
    key = maker.make_key(f"{institution.name}-{purpose}-{number}", kind=kind)
    return InstitutionKey(
        verification_method=f"{institution.did}#{purpose}-{number}",
        public_key_multibase=key.public_key_multibase,
        purposes=frozenset({purpose}),
        uri=key.uri,
        created=now,
    )


def _with(
    institution: Institution, *, changed: tuple[InstitutionKey, ...], made: tuple[InstitutionKey, ...] = ()
) -> Institution:
    by_method = {key.verification_method: key for key in changed}
    kept = tuple(by_method.get(key.verification_method, key) for key in institution.keys)
    return replace(institution, keys=kept + made)


def _key(institution: Institution, verification_method: str) -> InstitutionKey:
    for key in institution.keys:
        if key.verification_method == verification_method:
            return key
    detail = f"{institution.name} has no key {verification_method}."
    raise Refused(Problem(NOT_FOUND, detail=detail, remedy=f"Type: testamur keys list {institution.name}"))


def _ended(key: InstitutionKey) -> str:
    if key.revoked:
        return f"was revoked since {key.revoked.isoformat()}"
    return f"was retired {key.retired.isoformat()}" if key.retired else "is in use"


def _demand_did_web(institution: Institution, what: str) -> None:
    """Raises Refused for a did:key: its document is worked out from the key, and says nothing else."""
    if institution.did.startswith("did:web:"):
        return
    detail = f"The key of {institution.name} can't be {what}: its DID, {institution.did}, is that very key."
    remedy = (
        "An institution on did:web can: set one up with PUBLIC_URL on https, and a DATABASE_URL and KEYS_DIR of its "
        "own. What this key should not have signed, revoke award by award: testamur revoke"
    )
    raise _refused(detail, remedy)


def _refused(detail: str, remedy: str = "") -> Refused:
    return Refused(Problem(STATE_CONFLICT, detail=detail, remedy=remedy))
