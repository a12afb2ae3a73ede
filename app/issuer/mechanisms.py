"""How a credential is signed: every mechanism one frozen record, by its name. Pure: chance and signatures come in.

1. `to_sign` makes of a document the bytes that the institution's key signs,
2. `ToSign.attach` makes of its signature the secured bytes, of `media_type`,
3. and `checked` looks at them as a stranger would, to whom they are shown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import MappingProxyType

from app.core import strict_json
from app.core.credential import enveloped
from app.core.did.document import ControlledIdentifierDocument
from app.core.json_ld import Contexts
from app.core.multiformats import KeyKind, PublicKey
from app.core.problems import PROOF_GENERATION_ERROR, JsonObject, Problem, Refused
from app.core.proof import data_integrity, jwk, sd_jwt, sd_jwt_vc, vc_jwt
from app.core.proof.chance import Chance
from app.core.proof.cryptosuites import CRYPTOSUITES, ECDSA_SD_2023
from app.core.proof.ecdsa_sd import base as ecdsa_sd
from app.core.proof.ecdsa_sd.derive import derive
from app.core.proof.ecdsa_sd.statement_key import StatementKey
from app.core.proof.vc_jwt import Profile
from app.issuer import learning, published_keys, showing
from app.verifier import verifier

# The media type of a document with its proof in it: JSON, spliced wherever it is answered.
DOCUMENT = "application/vc"

VC_JWT = "vc+jwt"
OPEN_BADGE_JWT = "ob-jwt"
DC_SD_JWT = "dc+sd-jwt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Securing:
    """By which key a document is signed, when, and by what chance.

    `mandatory_pointers` is for mechanisms by which parts can be shown: what every part shows; None leaves that to us.
    """

    verification_method: str
    key: PublicKey
    created: datetime
    chance: Chance
    mandatory_pointers: tuple[str, ...] | None = None

    @property
    def algorithm(self) -> str:
        """JOSE's name of what the key does."""
        return jwk.of_public_key(self.key).algorithm


@dataclass(frozen=True, slots=True)
class ToSign:
    """What the institution's key signs, and what makes the secured bytes of its signature."""

    data: bytes = field(repr=False)
    attach: Callable[[bytes], bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One way to secure a document. `checked` raises Refused where a stranger would not take what it made.

    `ending` is that of a file of it. Only one whose bytes anybody can verify as they are, as JSON, `may_be_first`.
    """

    name: str
    media_type: str
    ending: str
    key_kinds: frozenset[KeyKind]
    to_sign: Callable[[Contexts, JsonObject, Securing], ToSign]
    checked: Callable[[Contexts, bytes, ControlledIdentifierDocument, datetime], None]
    may_be_first: bool = False


def to_sign(contexts: Contexts, name: str, document: JsonObject, securing: Securing) -> ToSign:
    """Step 1, in the pool. Raises Refused (PROOF_GENERATION_ERROR, and as the mechanism does)."""
    mechanism = mechanism_named(name)
    if securing.key.kind not in mechanism.key_kinds:
        detail = f"{name} is not for keys of the kind {securing.key.kind}, as {securing.verification_method} is"
        raise Refused(Problem(PROOF_GENERATION_ERROR, detail=detail))
    return mechanism.to_sign(contexts, document, securing)


def checked(
    contexts: Contexts, name: str, signed: bytes, controller: ControlledIdentifierDocument, *, now: datetime
) -> None:
    """Step 3, in the pool. Raises Refused where it is not good."""
    mechanism_named(name).checked(contexts, signed, controller, now)


def mechanism_named(name: str) -> Mechanism:
    """Raises Refused (PROOF_GENERATION_ERROR) where there is none of that name."""
    if name not in MECHANISMS:
        raise Refused(Problem(PROOF_GENERATION_ERROR, detail=f"there is no mechanism {name!r:.80}"))
    return MECHANISMS[name]


def as_json(name: str, signed: bytes) -> bytes:
    """The secured bytes where JSON is asked for: as they are, or a token in its envelope (VC Data Model 2.0 §4.13)."""
    media_type = mechanism_named(name).media_type
    if media_type == DOCUMENT:
        return signed
    return strict_json.write(enveloped.write(signed.decode(), enveloped.CREDENTIAL, media_type=media_type))


# ── a proof in the document ──────────────────────────────────────────────────────────────────────────────────────────


def _data_integrity(name: str, contexts: Contexts, document: JsonObject, securing: Securing) -> ToSign:
    options = _proof_options(name, securing)
    data = data_integrity.sign_input(contexts, document, options, key_kind=securing.key.kind)
    return ToSign(data, partial(_with_proof, document, options))


def _with_proof(document: JsonObject, options: JsonObject, signature: bytes) -> bytes:
    return strict_json.write(data_integrity.attach_proof(document, options, signature))


def _ecdsa_sd(contexts: Contexts, document: JsonObject, securing: Securing) -> ToSign:
    """A base proof: its holder can show any part that has what is mandatory. Its second key ends with this call."""
    options = _proof_options(ECDSA_SD_2023, securing)
    key = StatementKey.of(securing.chance)
    pointers = securing.mandatory_pointers
    unsigned = ecdsa_sd.to_sign(
        contexts,
        document,
        options,
        mandatory_pointers=showing.mandatory_pointers(document) if pointers is None else pointers,
        proof_key=key.public,
        hmac_key=securing.chance.bytes_for("names"),
    )
    signatures = tuple(map(key.sign, unsigned.statements))
    return ToSign(unsigned.base, partial(_with_base_proof, document, options, unsigned, signatures))


def _with_base_proof(
    document: JsonObject,
    options: JsonObject,
    unsigned: ecdsa_sd.ToSign,
    signatures: tuple[bytes, ...],
    base_signature: bytes,
) -> bytes:
    return strict_json.write(
        ecdsa_sd.attach_proof(document, options, unsigned, base_signature=base_signature, signatures=signatures)
    )


def _proof_options(name: str, securing: Securing) -> JsonObject:
    return data_integrity.proof_options(
        name, verification_method=securing.verification_method, created=securing.created
    )


# ── a token ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _vc_jwt(profile: Profile, _contexts: Contexts, document: JsonObject, securing: Securing) -> ToSign:
    data = vc_jwt.sign_input(
        document,
        algorithm=securing.algorithm,
        verification_method=published_keys.name_in_tokens(securing.verification_method, securing.key),
        issued=securing.created,
        profile=profile,
        # Open Badges 3.0: a URL that returns the one key, or the key; a DID URL returns a document.
        brought=jwk.of_public_key(securing.key) if profile is Profile.OPEN_BADGE else None,
    )
    return ToSign(data, partial(_token, data))


def _token(signing_input: bytes, signature: bytes) -> bytes:
    return vc_jwt.assemble(signing_input, signature).encode()


def _sd_jwt_vc(_contexts: Contexts, document: JsonObject, securing: Securing) -> ToSign:
    unsigned = sd_jwt_vc.unsigned(
        {**document, "iat": int(securing.created.timestamp())},
        algorithm=securing.algorithm,
        key_parameters={"kid": securing.verification_method},
        disclosable=learning.DISCLOSABLE,
        salts=(each[: learning.SALT_BYTES] for each in securing.chance.each("salt")),
        decoys=learning.DECOYS,
    )
    return ToSign(unsigned.signing_input, partial(_disclosed, unsigned))


def _disclosed(unsigned: sd_jwt_vc.UnsignedSdJwtVc, signature: bytes) -> bytes:
    return sd_jwt.write(sd_jwt_vc.attach(unsigned, signature))


# ── our own work, as a stranger sees it ──────────────────────────────────────────────────────────────────────────────


def _as_it_is(contexts: Contexts, signed: bytes, controller: ControlledIdentifierDocument, now: datetime) -> None:
    verifier.checked(contexts, signed, controller, now=now)


def _all_shown(contexts: Contexts, signed: bytes, controller: ControlledIdentifierDocument, now: datetime) -> None:
    """Nobody but its holder is given a base proof: what is verified is derived from it."""
    derived = derive(contexts, strict_json.read_object(signed), ("",))
    verifier.checked(contexts, strict_json.write(derived), controller, now=now)


# ── the table ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _embedded(name: str) -> Mechanism:
    suite = CRYPTOSUITES[name]
    return Mechanism(
        name,
        DOCUMENT,
        f".{name}.vc.json" if suite.shows_parts else ".vc.json",
        frozenset(kind for kind in KeyKind if kind in suite.algorithms),
        _ecdsa_sd if suite.shows_parts else partial(_data_integrity, name),
        _all_shown if suite.shows_parts else _as_it_is,
        may_be_first=not suite.shows_parts,
    )


_EVERY_KIND = frozenset(KeyKind)
_ON_CURVES = _EVERY_KIND - {KeyKind.RSA}

MECHANISMS: Mapping[str, Mechanism] = MappingProxyType(
    {
        mechanism.name: mechanism
        for mechanism in (
            _embedded("eddsa-rdfc-2022"),
            _embedded("eddsa-jcs-2022"),
            _embedded("ecdsa-rdfc-2019"),
            _embedded("ecdsa-jcs-2019"),
            _embedded(ECDSA_SD_2023),
            Mechanism(
                VC_JWT, "application/vc+jwt", ".vc.jwt", _EVERY_KIND, partial(_vc_jwt, Profile.CREDENTIAL), _as_it_is
            ),
            Mechanism(
                OPEN_BADGE_JWT,
                "application/jwt",
                ".badge.jwt",
                # Open Badges 3.0, "JWT proof": RS256 or ES256.
                frozenset({KeyKind.P256, KeyKind.RSA}),
                partial(_vc_jwt, Profile.OPEN_BADGE),
                _as_it_is,
            ),
            Mechanism(DC_SD_JWT, "application/dc+sd-jwt", ".sd-jwt", _ON_CURVES, _sd_jwt_vc, learning.checked),
        )
    }
)

# How a key of each kind signs where nobody asks for more: a proof in the document, for which there is no RSA.
BY_DEFAULT: Mapping[KeyKind, str] = MappingProxyType(
    {KeyKind.ED25519: "eddsa-rdfc-2022", KeyKind.P256: "ecdsa-rdfc-2019", KeyKind.P384: "ecdsa-rdfc-2019"}
)

# What others composed is a credential: an envelope holds no other token (VC Data Model 2.0 §4.13), and an SD-JWT VC is
# none of that data model.
BROUGHT = tuple(name for name in MECHANISMS if name not in (OPEN_BADGE_JWT, DC_SD_JWT))
