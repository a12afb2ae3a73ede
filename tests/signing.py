"""Every mechanism with each kind of key that it is for, and what an institution has signed by it in tests."""

from dataclasses import dataclass

from app.core import key_text
from app.core.credential import award_request, learning_credential, open_badge
from app.core.credential.micro_credential import MicroCredential, Organisation
from app.core.did.document import ControlledIdentifierDocument
from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from app.core.proof.chance import Chance
from app.core.status import token_status_list
from app.issuer import learning, published_keys
from app.issuer.examine import compose
from app.issuer.mechanisms import DC_SD_JWT, MECHANISMS, Securing, to_sign
from app.ports import InstitutionKey, KeyPurpose
from tests.verifying import KEYS, NOW, CurveKey, Key, RsaKey

NAMED = "did:web:dunmore.example:issuers:dtu"
ADDRESS = "https://dunmore.example/issuers/dtu"
LEARNER = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
CHANCE = Chance(bytes(range(32)))


@dataclass(frozen=True)
class Case:
    """One mechanism and one key."""

    mechanism: str
    key: Key | CurveKey | RsaKey

    def __str__(self) -> str:
        return f"{self.mechanism}-{self.key.kind}"

    @property
    def method(self) -> str:
        return f"{NAMED}#credential-1"

    @property
    def controller(self) -> ControlledIdentifierDocument:
        purposes = frozenset({KeyPurpose.CREDENTIAL})
        key = InstitutionKey(self.method, self.key.multibase, purposes, "file:credential-1.pem", NOW)
        return published_keys.document(NAMED, (key,))

    def securing(self, *, chance: Chance = CHANCE, pointers: tuple[str, ...] | None = None) -> Securing:
        return Securing(
            verification_method=self.method,
            key=key_text.read(self.key.multibase),
            created=NOW,
            chance=chance,
            mandatory_pointers=pointers,
        )

    def signed(self, contexts: Contexts, document: JsonObject, *, pointers: tuple[str, ...] | None = None) -> bytes:
        unsigned = to_sign(contexts, self.mechanism, document, self.securing(pointers=pointers))
        return unsigned.attach(self.key.sign(unsigned.data))


RSA_KEY = RsaKey.of("the university's key")
SIGNING_KEYS: tuple[Key | CurveKey | RsaKey, ...] = (*KEYS, RSA_KEY)
CASES = tuple(
    Case(name, key) for name, each in MECHANISMS.items() for key in SIGNING_KEYS if key.kind in each.key_kinds
)


def claimed(contexts: Contexts, *, learner_id: str | None = LEARNER) -> MicroCredential:
    """With every element, and whom it is for by an identifier that a badge in a token cannot do without."""
    learner = award_request.EXAMPLE["learner"] | ({"id": learner_id} if learner_id else {})
    return award_request.read(
        award_request.EXAMPLE | {"learner": learner},
        contexts=contexts,
        issuer=Organisation(id=NAMED, name="University of Examples", country="AT"),
        time_zone="Europe/Vienna",
        now=NOW,
    )


def document_for(case: Case, contexts: Contexts) -> JsonObject:
    """What is secured: by most mechanisms the badge, by one the claims of a learning credential."""
    credential_id = "urn:uuid:8c1dd9a0-91a8-4f0b-a0f1-1a3a2c1f8f11"
    if case.mechanism == DC_SD_JWT:
        status = token_status_list.entry(uri=f"{ADDRESS}/list", index=7)
        own = {"iss": ADDRESS, "jti": credential_id, "status": status, "vct#integrity": learning.TYPE_INTEGRITY}
        return {**own, **learning_credential.write(claimed(contexts))}
    badge = open_badge.write(claimed(contexts), contexts=contexts)
    return compose(badge, credential_id=credential_id, public_url="https://dunmore.example")
