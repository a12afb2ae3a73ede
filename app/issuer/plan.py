"""Which credentials an award is to have: one for each mechanism that its institution asks for, and the key that signs.

The first is what receipts, certificates and pictures hold, so it is one that anybody can verify as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.core.multiformats import KeyKind, PublicKey
from app.core.problems import MALFORMED_VALUE_ERROR, PROOF_GENERATION_ERROR, Problem, Refused, pointer
from app.issuer import learning
from app.issuer.mechanisms import BY_DEFAULT, DC_SD_JWT, MECHANISMS, mechanism_named
from app.ports import Institution, InstitutionKey, KeyPurpose


@dataclass(frozen=True, slots=True)
class Planned:
    """One credential of an award that is to be."""

    credential_id: str
    mechanism: str
    verification_method: str
    key: PublicKey


def plan(institution: Institution, *, new_id: Callable[[], str]) -> tuple[Planned, ...]:
    """Raises Refused (PROOF_GENERATION_ERROR) where the institution has no key in use for one of its mechanisms."""
    keys = [(name, key_for(institution, name)) for name in mechanisms_of(institution)]
    return tuple(Planned(f"urn:uuid:{new_id()}", name, key.verification_method, key.public_key) for name, key in keys)


def never_awarded() -> str:
    """The id of what is only looked at."""
    return "00000000-0000-0000-0000-000000000000"


def mechanisms_of(institution: Institution) -> tuple[str, ...]:
    """Those that it names; where it names none, the one of its newest key."""
    if institution.mechanisms:
        return institution.mechanisms
    return (BY_DEFAULT[kind_of(signing_key(institution, KeyPurpose.CREDENTIAL))],)


def key_for(institution: Institution, mechanism: str) -> InstitutionKey:
    """Its newest key in use that `mechanism` is for. Raises Refused (PROOF_GENERATION_ERROR)."""
    if mechanism == DC_SD_JWT and not learning.has_address(institution.did):
        detail = f"{mechanism} names its issuer by an address on https, and {institution.did} has none"
        raise Refused(Problem(PROOF_GENERATION_ERROR, detail=detail, remedy="set it up with PUBLIC_URL on https"))
    return signing_key(institution, KeyPurpose.CREDENTIAL, mechanism=mechanism)


def signing_key(institution: Institution, purpose: KeyPurpose, *, mechanism: str | None = None) -> InstitutionKey:
    """The key that signs for `purpose` now: the newest, fit for `mechanism`, that is neither retired nor revoked.

    Where no mechanism is named, one for a proof in the document: an RSA key signs tokens alone.
    """
    kinds = frozenset(BY_DEFAULT) if mechanism is None else mechanism_named(mechanism).key_kinds
    in_use = [key for key in institution.keys if purpose in key.purposes and key.in_use and kind_of(key) in kinds]
    if in_use:
        return max(in_use, key=lambda key: key.created)
    who = f"{institution.profile.name} has no key in use for {purpose}"
    if mechanism is None and not any(purpose in key.purposes and key.in_use for key in institution.keys):
        remedy = f"make one: testamur keys rotate {institution.name} --purpose {purpose}"
        raise Refused(Problem(PROOF_GENERATION_ERROR, detail=who, remedy=remedy))
    algorithm = "EdDSA" if KeyKind.ED25519 in kinds else "ES256"
    remedy = f"make one: testamur keys add {institution.name} --algorithm {algorithm}"
    by = mechanism or "a proof in the document"
    raise Refused(Problem(PROOF_GENERATION_ERROR, detail=f"{who} by {by}", remedy=remedy))


def kinds_for(mechanisms: tuple[str, ...]) -> tuple[KeyKind, ...]:
    """The fewest kinds of key by which all of them can sign; for none, the usual one."""
    found: tuple[KeyKind, ...] = ()
    for name in mechanisms:
        fit = mechanism_named(name).key_kinds
        if not fit.intersection(found):
            found += (next(kind for kind in KeyKind if kind in fit),)
    return found or (KeyKind.ED25519,)


def kind_of(key: InstitutionKey) -> KeyKind:
    return key.public_key.kind


def problems_of_mechanisms(names: tuple[str, ...]) -> tuple[Problem, ...]:
    """What is wrong with an institution's list of them, whatever its keys are."""
    problems = [
        Problem(
            MALFORMED_VALUE_ERROR,
            at=pointer("mechanisms", place),
            detail=f"mechanisms: there is no {name!r:.60}, or it is there twice.",
            remedy=f"There are: {', '.join(MECHANISMS)}.",
        )
        for place, name in enumerate(names)
        if name not in MECHANISMS or name in names[:place]
    ]
    if names and names[0] in MECHANISMS and not MECHANISMS[names[0]].may_be_first:
        may = ", ".join(name for name, each in MECHANISMS.items() if each.may_be_first)
        detail = f"mechanisms: {names[0]} can't be the first, which receipts, certificates and pictures hold."
        problems.append(Problem(MALFORMED_VALUE_ERROR, at="/mechanisms/0", detail=detail, remedy=f"Begin with: {may}."))
    return tuple(problems)
