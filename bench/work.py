"""What is measured: for each mechanism, the pieces of work on one credential, ours and what a peer is asked.

*Issue*: canonicalise document and proof options, hash, sign, attach. *Check*: our own work, looked at as a stranger
would. *Derive*: the part that a holder shows. *Verify*: bytes in, finding of the proof out.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from app.core import did, strict_json
from app.core.did.document import ControlledIdentifierDocument
from app.core.json_ld import Contexts
from app.core.multiformats import decode_multibase, decode_multikey
from app.core.problems import JsonObject
from app.core.proof import base64url, jwk, sd_jwt, sd_jwt_vc
from app.core.proof.chance import Chance
from app.core.proof.disclosures import ClaimPath
from app.core.proof.ecdsa_sd.derive import derive
from app.core.proof.ecdsa_sd.proof_value import read_base, read_derived
from app.issuer.mechanisms import DC_SD_JWT, MECHANISMS, VC_JWT, Securing, to_sign
from app.verifier.parse import parse
from app.verifier.policy import VerificationPolicy
from app.verifier.prove import Unproven, prove
from bench.badge import badge
from tests.disclosing import ISSUER as SD_KEY
from tests.disclosing import P256Key
from tests.jwt_keys import JwtKey
from tests.verifying import CREATED, KEY, NOW, P256_KEY, CurveKey, Key

Work = Callable[[], object]

ECDSA_SD = "ecdsa-sd-2023"
WHOLE: dict[str, Key | CurveKey] = {
    "eddsa-rdfc-2022": KEY,
    "ecdsa-rdfc-2019": P256_KEY,
    "eddsa-jcs-2022": KEY,
    VC_JWT: KEY,
}
MANDATORY = ("/issuer", "/validFrom", "/credentialStatus")
SELECTIVE = ("/credentialSubject/achievement", "/validUntil")
DISCLOSABLE: tuple[ClaimPath, ...] = (
    ("credentialSubject", "id"),
    ("credentialSubject", "result"),
    ("credentialSubject", "achievement", "alignment"),
    ("issuer", "email"),
    ("validUntil",),
)
FRAME: JsonObject = {
    "_sd": ["validUntil"],
    "issuer": {"_sd": ["email"]},
    "credentialSubject": {"_sd": ["id", "result"], "achievement": {"_sd": ["alignment"]}},
}
_CHANCE = Chance(bytes(range(32)))


@dataclass(frozen=True)
class Job:
    """One piece of work: by us, by the cryptography alone, and as a peer is asked."""

    work: str
    mechanism: str
    ours: Work
    bare: Work
    asked: JsonObject = field(repr=False)


def jobs(contexts: Contexts) -> Iterator[Job]:
    """Every mechanism, on the badge of 4 KB."""
    for mechanism in WHOLE:
        yield from whole(contexts, mechanism)
    yield from _by_parts(contexts)
    yield from _sd_jwt()


def whole(contexts: Contexts, mechanism: str, *, alignments: int = 7) -> Iterator[Job]:
    """A credential that is signed as a whole: issue, check, verify."""
    key = WHOLE[mechanism]
    unsigned = badge(key.did, alignments=alignments)
    issue = partial(issued, contexts, mechanism, unsigned, key)
    signed = issue()
    public = decode_multikey(key.multibase)
    controller = _controller(key.did)
    bare_sign, bare_verify = _bare(key)
    yield Job("issue", mechanism, issue, bare_sign, {"document": unsigned})
    check = partial(MECHANISMS[mechanism].checked, contexts, signed, controller, NOW)
    yield Job("check of own work", mechanism, check, bare_verify, {})
    asked: JsonObject = {"credential": signed.decode(), "jwk": dict(jwk.of_public_key(public).members)}
    if mechanism != VC_JWT:
        (proof,) = json.loads(signed)["proof"]
        asked["signature"] = base64url.write(decode_multibase(proof["proofValue"], bases="z"))
    media_type = MECHANISMS[mechanism].media_type
    yield Job("verify", mechanism, partial(_verified, contexts, signed, media_type, controller), bare_verify, asked)


def issued(
    contexts: Contexts,
    mechanism: str,
    unsigned: JsonObject,
    key: Key | CurveKey | P256Key,
    *,
    pointers: tuple[str, ...] | None = None,
) -> bytes:
    securing = Securing(
        verification_method=key.did_method,
        key=decode_multikey(key.multibase),
        created=CREATED,
        chance=_CHANCE,
        mandatory_pointers=pointers,
    )
    ready = to_sign(contexts, mechanism, unsigned, securing)
    return ready.attach(key.sign(ready.data))


def _verified(contexts: Contexts, signed: bytes, media_type: str, controller: ControlledIdentifierDocument) -> None:
    received = parse(contexts, signed, media_type)
    proven = prove(contexts, received, controller, now=NOW, policy=VerificationPolicy(), recorded={})
    assert not isinstance(proven, Unproven), proven


def _controller(identifier: str) -> ControlledIdentifierDocument:
    located = did.locate(identifier)
    assert isinstance(located, ControlledIdentifierDocument)
    return located


def _bare(key: Key | CurveKey | P256Key) -> tuple[Work, Work]:
    """One signature, one verification, by the library alone, with keys that are loaded."""
    data = bytes(64)
    match key:
        case Key():
            public = key.private.public_key()
            return partial(key.private.sign, data), partial(public.verify, key.private.sign(data), data)
        case _:
            algorithm, curve_key = ec.ECDSA(hashes.SHA256()), key.private.public_key()
            signature = key.private.sign(data, algorithm)
            return partial(key.private.sign, data, algorithm), partial(curve_key.verify, signature, data, algorithm)


# ── ecdsa-sd-2023 ────────────────────────────────────────────────────────────────────────────────────────────────────


def _by_parts(contexts: Contexts) -> Iterator[Job]:
    """The same pointers on both sides; without the ordered list, which the peer's suite cannot sign."""
    unsigned = badge(SD_KEY.did, ordered=False)
    issue = partial(issued, contexts, ECDSA_SD, unsigned, SD_KEY, pointers=MANDATORY)
    base = issue()
    document = strict_json.read_object(base)
    shown = partial(_shown, contexts, document, SELECTIVE)
    part = shown()
    controller = _controller(SD_KEY.did)
    statements = len(read_base(_proof_value(base)).signatures)
    parts = len(read_derived(_proof_value(part)).signatures)
    sign_once, verify_once = _bare(SD_KEY)
    asked: JsonObject = {"document": unsigned, "mandatory": list(MANDATORY)}
    yield Job("issue", ECDSA_SD, issue, _times(statements + 1, sign_once), asked)
    check = partial(MECHANISMS[ECDSA_SD].checked, contexts, base, controller, NOW)
    yield Job("check of own work", ECDSA_SD, check, _times(2 * statements + 1, verify_once), {})
    asked = {"credential": _one_proof(base), "selective": list(SELECTIVE)}
    yield Job("derive", ECDSA_SD, shown, _times(parts, verify_once), asked)
    verify = partial(_verified, contexts, part, "application/vc", controller)
    yield Job("verify", ECDSA_SD, verify, _times(parts + 1, verify_once), {"credential": _one_proof(part)})


def _shown(contexts: Contexts, document: JsonObject, pointers: Sequence[str]) -> bytes:
    return strict_json.write(derive(contexts, document, pointers))


def _proof_value(signed: bytes) -> str:
    (proof,) = json.loads(signed)["proof"]
    return str(proof["proofValue"])


def _one_proof(signed: bytes) -> str:
    document = json.loads(signed)
    (proof,) = document["proof"]
    return json.dumps({**document, "proof": proof})


def _times(number: int, work: Work) -> Work:
    def repeated() -> None:
        for _ in range(number):
            work()

    return repeated


# ── SD-JWT VC ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _sd_jwt() -> Iterator[Job]:
    """The badge's members as claims, the same of them disclosable on both sides."""
    key = JwtKey("ES256", P256_KEY.private)
    claims: JsonObject = {
        **badge("https://uni.example/issuers/uni"),
        "iss": "https://uni.example/issuers/uni",
        "vct": "https://uni.example/badge",
        "iat": int(NOW.timestamp()),
    }
    issue = partial(_disclosable, claims, key)
    signed = issue()
    sign, verify = _bare(P256_KEY)
    asked: JsonObject = {"document": claims, "frame": FRAME, "secret": key.with_private}
    yield Job("issue", DC_SD_JWT, issue, sign, asked)
    disclosed = partial(_disclosed, signed, key.public)
    yield Job("verify", DC_SD_JWT, disclosed, verify, {"credential": signed.decode(), "jwk": key.public})


def _disclosable(claims: JsonObject, key: JwtKey) -> bytes:
    unsigned = sd_jwt_vc.unsigned(
        claims,
        algorithm="ES256",
        key_parameters={"kid": "1"},
        disclosable=DISCLOSABLE,
        salts=(number.to_bytes(16, "big") for number in count()),
    )
    return sd_jwt.write(sd_jwt_vc.attach(unsigned, key.sign(unsigned.signing_input)))


def _disclosed(signed: bytes, public: JsonObject) -> None:
    sd_jwt_vc.verify(sd_jwt.read(signed), key=public, wanted=None)
