"""Credentials signed in tests, and a verifier whose world is written down: what answers, and what was asked."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.adapters.cpu_pool import InlineCompute
from app.core import key_text, rsa_public_key
from app.core.did.document import VerificationMethod
from app.core.json_ld import Contexts
from app.core.multiformats import KeyKind, encode_base58btc, encode_multikey, public_key
from app.core.problems import JsonObject, Problem, Refused
from app.core.proof import data_integrity, received_proof
from app.core.proof.cryptosuites import CRYPTOSUITES, DATA_INTEGRITY_PROOF, ED25519_SIGNATURE_2020
from app.core.status import bitstring_status_list
from app.ports import Fetched, KnownIssuer
from app.verifier.policy import VerificationPolicy
from app.verifier.report import VerificationReport
from app.verifier.verifier import Verifier

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CREATED = datetime(2026, 11, 1, 9, tzinfo=UTC)

UNIVERSITY = "did:web:uni.example"
UNIVERSITY_DOCUMENT = "https://uni.example/.well-known/did.json"
STATUS_LIST = "https://uni.example/status-lists/3"


@dataclass(frozen=True)
class Key:
    """A key pair, the same for the same seed."""

    private: Ed25519PrivateKey
    multibase: str

    @classmethod
    def of(cls, seed: str) -> "Key":
        private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())
        raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return cls(private, encode_multikey(public_key(KeyKind.ED25519, raw)))

    kind = KeyKind.ED25519

    def sign(self, data: bytes) -> bytes:
        return self.private.sign(data)

    @property
    def did(self) -> str:
        return f"did:key:{self.multibase}"

    @property
    def did_method(self) -> str:
        return f"{self.did}#{self.multibase}"


@dataclass(frozen=True)
class CurveKey:
    """A key pair of P-256 or P-384, the same for the same seed; its signatures are r ‖ s."""

    private: ec.EllipticCurvePrivateKey
    kind: KeyKind

    @classmethod
    def of(cls, seed: str, kind: KeyKind) -> "CurveKey":
        curve = ec.SECP256R1() if kind is KeyKind.P256 else ec.SECP384R1()
        return cls(ec.derive_private_key(int.from_bytes(hashlib.sha256(seed.encode()).digest()[1:]), curve), kind)

    def sign(self, data: bytes) -> bytes:
        coordinate_bytes = self.private.curve.key_size // 8
        return b"".join(
            number.to_bytes(coordinate_bytes) for number in decode_dss_signature(self.private.sign(data, self.hashed))
        )

    @property
    def hashed(self) -> ec.ECDSA:
        return ec.ECDSA(hashes.SHA256() if self.kind is KeyKind.P256 else hashes.SHA384())

    @cached_property
    def multibase(self) -> str:
        raw = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        return encode_multikey(public_key(self.kind, raw))

    @property
    def did(self) -> str:
        return f"did:key:{self.multibase}"

    @property
    def did_method(self) -> str:
        return f"{self.did}#{self.multibase}"


@dataclass(frozen=True)
class RsaKey:
    """A key pair of RSA, the same for the same name within a run."""

    private: rsa.RSAPrivateKey

    kind = KeyKind.RSA

    @classmethod
    @cache
    def of(cls, name: str, kind: KeyKind = KeyKind.RSA) -> "RsaKey":
        del name, kind
        return cls(rsa.generate_private_key(public_exponent=65_537, key_size=2_048))

    def sign(self, data: bytes) -> bytes:
        return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())

    @property
    def multibase(self) -> str:
        """As our directory keeps it: RSA has no Multikey."""
        der = self.private.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
        return key_text.write(rsa_public_key.from_der(der))


KEY = Key.of("the university's key")
STRANGER = Key.of("somebody else's key")
P256_KEY = CurveKey.of("the university's key", KeyKind.P256)
P384_KEY = CurveKey.of("the university's key", KeyKind.P384)
KEYS: tuple[Key | CurveKey, ...] = (KEY, P256_KEY, P384_KEY)

# Every suite that signs a document whole, with each kind of key that it is for.
SIGNING = tuple(
    (name, key)
    for name, suite in CRYPTOSUITES.items()
    for key in KEYS
    if key.kind in suite.algorithms and suite.proof_type == DATA_INTEGRITY_PROOF and not suite.shows_parts
)


def controlled_identifier_document(
    identifier: str = UNIVERSITY, *, key: Key | CurveKey = KEY, relationship: str = "assertionMethod", **members: Any
) -> JsonObject:
    """A document with one key, `#key-1`; `members` are the method's own, `revoked` or `expires`."""
    method = {
        "id": f"{identifier}#key-1",
        "type": "Multikey",
        "controller": identifier,
        "publicKeyMultibase": key.multibase,
    }
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": identifier,
        "verificationMethod": [method | members],
        relationship: [method["id"]],
    }


def badge(**members: Any) -> JsonObject:
    """An unsigned Open Badge by the university; `members` stand beside the others or in their place."""
    return {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "urn:uuid:8c1dd9a0-91a8-4f0b-a0f1-1a3a2c1f8f11",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": UNIVERSITY, "type": ["Profile"], "name": "University of Examples"},
        "validFrom": "2026-10-01T00:00:00Z",
        "name": "Data Literacy",
        "credentialSubject": {
            "id": "did:example:learner",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://uni.example/achievements/data-literacy",
                "type": ["Achievement"],
                "achievementType": "MicroCredential",
                "criteria": {"narrative": "Passed the written examination."},
                "description": "Reads, works with, and argues from data.",
                "name": "Data Literacy",
            },
        },
        **members,
    }


def sign(
    contexts: Contexts,
    unsigned: JsonObject,
    *,
    key: Key | CurveKey = KEY,
    verification_method: str = f"{UNIVERSITY}#key-1",
    created: datetime = CREATED,
    suite: str = "eddsa-rdfc-2022",
    **options: Any,
) -> JsonObject:
    """`unsigned` with one proof by `key`; `options` stand among the proof's, signed."""
    made = data_integrity.proof_options(suite, verification_method=verification_method, created=created)
    made |= options
    data = data_integrity.sign_input(contexts, unsigned, made, key_kind=key.kind)
    return data_integrity.attach_proof(unsigned, made, key.sign(data))


def sign_as_in_2020(
    contexts: Contexts, unsigned: JsonObject, *, verification_method: str = KEY.did_method, **options: Any
) -> JsonObject:
    """`unsigned` with an Ed25519Signature2020, which the service itself never makes, and the context of that."""
    contexts_of_it = [*unsigned["@context"], "https://w3id.org/security/suites/ed25519-2020/v1"]
    proof = {
        "type": ED25519_SIGNATURE_2020,
        "created": "2026-11-01T09:00:00Z",
        "verificationMethod": verification_method,
        "proofPurpose": "assertionMethod",
        "proofValue": "z",
        **options,
    }
    document = unsigned | {"@context": contexts_of_it, "proof": proof}
    (read,) = received_proof.read(document)
    method = VerificationMethod(verification_method, "Multikey", KEY.did, KEY.multibase)
    signature = KEY.sign(data_integrity.signed_data(contexts, document, read, method))
    return document | {"proof": [proof | {"proofValue": encode_base58btc(signature)}]}


def status_list(contexts: Contexts, *, revoked: Iterable[int] = (), key: Key = KEY, **members: Any) -> JsonObject:
    """The university's signed status list; `members` are the credential's, before it is signed."""
    unsigned = bitstring_status_list.credential(
        url=STATUS_LIST,
        issuer=UNIVERSITY,
        purpose="revocation",
        encoded_list=bitstring_status_list.encode(131_072, revoked),
        valid_from=datetime(2026, 11, 24, 11, tzinfo=UTC),
        valid_until=datetime(2026, 12, 24, tzinfo=UTC),
        ttl_milliseconds=60_000,
    )
    return sign(contexts, unsigned | members, key=key)


def status_entry(index: int = 94_567, *, purpose: str = "revocation") -> JsonObject:
    return bitstring_status_list.entry(status_list_credential=STATUS_LIST, index=index, purpose=purpose)


@dataclass
class World:
    """What there is outside: URL → what it answers, and known issuers. `asked` are the URLs that were fetched."""

    contexts: Contexts
    answers: Mapping[str, JsonObject | bytes] = field(default_factory=dict)
    known: Mapping[str, KnownIssuer] = field(default_factory=dict)
    own_lists: Mapping[str, JsonObject] = field(default_factory=dict)
    own_documents: Mapping[str, JsonObject] = field(default_factory=dict)
    own_proofs: Mapping[bytes, datetime] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def __call__(
        self, url: str, *, accept: str, deadline: float, otherwise: str, at_most_seconds_old: float | None = None
    ) -> Fetched:
        """Port `Fetch`."""
        self.asked.append(url)
        if url not in self.answers:
            raise Refused(Problem(otherwise, detail=f"{url} did not answer"))
        answer = self.answers[url]
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        return Fetched(url=url, media_type="application/json", content=content)

    def keep(self, fetched: Fetched, *, accept: str, ttl_seconds: float | None, until: float | None) -> None:
        """Port `Fetch`: each answer is made anew."""

    async def find(self, issuer_id: str) -> KnownIssuer | None:
        """Port `KnownIssuers`."""
        return self.known.get(issuer_id)

    async def status_list(self, url: str, *, now: datetime) -> bytes | None:
        """Port `Publications`."""
        return json.dumps(self.own_lists[url]).encode() if url in self.own_lists else None

    async def controlled_identifier_document(self, identifier: str) -> JsonObject | None:
        """Port `Publications`."""
        return deepcopy(self.own_documents.get(identifier))

    async def recorded(self, signed_data: bytes) -> datetime | None:
        """Port `Publications`."""
        return self.own_proofs.get(signed_data)

    def verifier(self, policy: VerificationPolicy | None = None) -> Verifier:
        return Verifier(
            fetch=self,
            publications=self,
            known_issuers=self,
            compute=InlineCompute(self.contexts),
            fetch_timeout_seconds=3.0,
            policy=policy,
        )

    async def report_on(self, document: JsonObject | bytes, *, now: datetime = NOW) -> VerificationReport:
        content = document if isinstance(document, bytes) else json.dumps(document).encode()
        return await self.verifier().verify(content, "application/vc", now=now)


def university(contexts: Contexts, **answers: JsonObject | bytes) -> World:
    """A world in which the university answers, and has a status list in which nothing is set."""
    return World(
        contexts,
        answers={UNIVERSITY_DOCUMENT: controlled_identifier_document(), STATUS_LIST: status_list(contexts), **answers},
        known={UNIVERSITY: KnownIssuer(UNIVERSITY, "University of Examples", source="a test's list")},
    )
