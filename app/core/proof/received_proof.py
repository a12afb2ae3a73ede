"""The Data Integrity proofs of a document, as they were read: well-formed, of a suite that we know, not yet verified.

https://www.w3.org/TR/vc-data-integrity/#proofs
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.core import date_time_stamp
from app.core.problems import (
    INVALID_CHALLENGE_ERROR,
    INVALID_DOMAIN_ERROR,
    MISSING_PROOF,
    PROOF_VERIFICATION_ERROR,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Problem,
    Refused,
    pointer,
)
from app.core.proof.cryptosuites import CRYPTOSUITES, DATA_INTEGRITY_PROOF

# Each proof of a chain costs a canonicalisation of its own.
MAX_PROOFS = 4

# §2.1. What is not among them would be signed without a meaning, or not at all.
_MEMBERS = frozenset(
    {
        "id",
        "type",
        "cryptosuite",
        "created",
        "expires",
        "verificationMethod",
        "proofPurpose",
        "proofValue",
        "previousProof",
        "nonce",
        "domain",
        "challenge",
    }
)


@dataclass(frozen=True, slots=True)
class DataIntegrityProof:
    """One proof. `at` points to it in the document; `received` is the proof itself.

    `contexts` are those that the document had when it was signed, where the proof keeps them: they lead its own.
    `challenge` and `domain` say which question it answers, and to whom: of a presentation's proof alone.
    """

    at: str
    cryptosuite: str
    verification_method: str
    proof_purpose: str
    proof_value: str
    id: str | None = None
    created: datetime | None = None
    expires: datetime | None = None
    previous_proof: tuple[str, ...] = ()
    contexts: tuple[str, ...] | str | None = None
    challenge: str | None = None
    domain: frozenset[str] = frozenset()
    received: JsonObject = field(repr=False, default_factory=dict)


def read(document: JsonObject, *, presented: bool = False) -> tuple[DataIntegrityProof, ...]:
    """Every proof of `document`, in order, never none.

    That of a presentation (`presented`) may answer one question, to one place; a credential's may not.

    Raises Refused with all that is wrong: MISSING_PROOF, UNSUPPORTED_MECHANISM (a type or a suite that we do not know),
    PROOF_VERIFICATION_ERROR, INVALID_DOMAIN_ERROR, INVALID_CHALLENGE_ERROR.
    """
    match document.get("proof"):
        case None | []:
            raise Refused(Problem(MISSING_PROOF, detail="it has no proof: anyone could have written it"))
        case list(entries) if len(entries) > MAX_PROOFS:
            raise _malformed("/proof", f"has {len(entries)} proofs; at most {MAX_PROOFS} are read")
        case list(entries):
            places = [(entry, f"/proof/{place}") for place, entry in enumerate(entries)]
        case entry:
            places = [(entry, "/proof")]
    proofs: list[DataIntegrityProof] = []
    problems: list[Problem] = []
    for entry, at in places:
        try:
            proofs.append(_read_proof(entry, document, at=at, presented=presented))
        except Refused as refused:
            problems += refused.problems
    problems += _chain_problems(proofs) if not problems else ()
    if problems:
        raise Refused(*problems)
    return tuple(proofs)


def _read_proof(entry: object, document: JsonObject, *, at: str, presented: bool) -> DataIntegrityProof:
    if not isinstance(entry, dict):
        raise _malformed(at, "is not an object")
    cryptosuite = _cryptosuite(entry, at=at)
    kept = set() if CRYPTOSUITES[cryptosuite].signs_statements_alone else {"@context"}
    if unknown := sorted(set(entry) - _MEMBERS - kept):
        raise _malformed(at + pointer(unknown[0]), f"is no member of a proof ({', '.join(unknown):.200})")
    if "domain" in entry and not presented:
        raise Refused(Problem(INVALID_DOMAIN_ERROR, at=f"{at}/domain", detail="it was made for one place alone"))
    if "challenge" in entry and not presented:
        raise Refused(Problem(INVALID_CHALLENGE_ERROR, at=f"{at}/challenge", detail="it answers one question alone"))
    match entry:
        case {"verificationMethod": str(method), "proofPurpose": str(purpose), "proofValue": str(value)}:
            pass
        case _:
            raise _malformed(at, "verificationMethod, proofPurpose and proofValue must be strings")
    return DataIntegrityProof(
        at=at,
        cryptosuite=cryptosuite,
        verification_method=method,
        proof_purpose=purpose,
        proof_value=value,
        id=_identifier(entry, at=at),
        created=_moment(entry, "created", at=at),
        expires=_moment(entry, "expires", at=at),
        previous_proof=_previous(entry, at=at),
        contexts=_contexts(entry, document, at=at),
        challenge=_challenge(entry, at=at),
        domain=_domain(entry, at=at),
        received=entry,
    )


def _cryptosuite(entry: JsonObject, *, at: str) -> str:
    match entry:
        case {"type": "DataIntegrityProof", "cryptosuite": str(cryptosuite)}:
            if cryptosuite not in CRYPTOSUITES or CRYPTOSUITES[cryptosuite].proof_type != DATA_INTEGRITY_PROOF:
                raise _unsupported(f"{at}/cryptosuite", f"the cryptosuite {cryptosuite!r:.80}")
            return cryptosuite
        case {"type": "DataIntegrityProof"}:
            raise _malformed(f"{at}/cryptosuite", "must be a string")
        case {"type": str(older)} if older in CRYPTOSUITES and CRYPTOSUITES[older].proof_type == older:
            if "cryptosuite" in entry:
                raise _malformed(f"{at}/cryptosuite", f"is no member of an {older}")
            return older
        case {"type": str(other)}:
            raise _unsupported(f"{at}/type", f"the proof type {other!r:.80}")
        case _:
            raise _malformed(f"{at}/type", "must be a string")


def _identifier(entry: JsonObject, *, at: str) -> str | None:
    match entry:
        case {"id": str(identifier)}:
            return identifier
        case {"id": _}:
            raise _malformed(f"{at}/id", "must be a URL")
        case _:
            return None


def _moment(entry: JsonObject, member: str, *, at: str) -> datetime | None:
    if member not in entry:
        return None
    return date_time_stamp.read(entry[member], at=f"{at}/{member}", problem_type=PROOF_VERIFICATION_ERROR)


def _previous(entry: JsonObject, *, at: str) -> tuple[str, ...]:
    match entry.get("previousProof", []):
        case str(one):
            return (one,)
        case list(several) if all(isinstance(each, str) for each in several):
            return tuple(several)
        case _:
            raise _malformed(f"{at}/previousProof", "must be the id of a proof, or an array of them")


def _challenge(entry: JsonObject, *, at: str) -> str | None:
    match entry.get("challenge"):
        case None if "challenge" not in entry:
            return None
        case str(challenge):
            return challenge
        case _:
            raise _malformed(f"{at}/challenge", "must be a string")


def _domain(entry: JsonObject, *, at: str) -> frozenset[str]:
    """One string or an unordered set of them (§2.1)."""
    match entry.get("domain", []):
        case str(one):
            return frozenset({one})
        case list(several) if all(isinstance(each, str) for each in several):
            return frozenset(several)
        case _:
            raise _malformed(f"{at}/domain", "must be a string, or an array of them")


def _contexts(entry: JsonObject, document: JsonObject, *, at: str) -> tuple[str, ...] | str | None:
    """Of a suite that signs what is written, verify proof, steps 3.1 to 3.3: the document may list more behind them."""
    if "@context" not in entry:
        return None
    listed = document.get("@context")
    own = listed if isinstance(listed, list) else [listed]
    match entry["@context"]:
        case str(one) if own[:1] == [one]:
            return one
        case [_, *_] as several if all(isinstance(each, str) for each in several) and own[: len(several)] == several:
            return tuple(several)
        case _:
            raise _malformed(f"{at}/@context", "are not contexts that the document begins with, in the same order")


def _chain_problems(proofs: Sequence[DataIntegrityProof]) -> list[Problem]:
    """§2.1.2: a proof that names another is about a document that has it."""
    ids = [proof.id for proof in proofs if proof.id is not None]
    problems = []
    if len(set(ids)) != len(ids):
        problems.append(Problem(PROOF_VERIFICATION_ERROR, at="/proof", detail="two proofs have the same id"))
    if len({proof.proof_value for proof in proofs}) != len(proofs):
        problems.append(Problem(PROOF_VERIFICATION_ERROR, at="/proof", detail="one proof stands there twice"))
    if ids and {named for proof in proofs for named in proof.previous_proof} >= {proof.id for proof in proofs}:
        problems.append(Problem(PROOF_VERIFICATION_ERROR, at="/proof", detail="the proofs name each other in a circle"))
    problems += [
        Problem(PROOF_VERIFICATION_ERROR, at=f"{proof.at}/previousProof", detail=f"there is no proof {named!r:.120}")
        for proof in proofs
        for named in proof.previous_proof
        if named not in ids
    ]
    return problems


def _malformed(at: str, detail: str) -> Refused:
    return Refused(Problem(PROOF_VERIFICATION_ERROR, at=at, detail=detail))


def _unsupported(at: str, what: str) -> Refused:
    return Refused(
        Problem(
            UNSUPPORTED_MECHANISM,
            at=at,
            detail=f"{what} cannot be checked here",
            remedy="ask the issuer for a credential with an eddsa-rdfc-2022 proof",
        )
    )
