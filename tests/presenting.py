"""Presentations signed in tests, by proofs and as tokens."""

import json
from typing import Any

from app.adapters.cpu_pool import InlineCompute
from app.core.credential import enveloped
from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from app.ports import Challenges
from app.verifier.presentation import Asked
from app.verifier.presentations import PresentationReport, Presentations
from tests.tokens import TokenKey, token
from tests.verifying import NOW, Key, World, sign

HOLDER = Key.of("a learner's key")
V2 = "https://www.w3.org/ns/credentials/v2"
DOMAIN = "employer.example"

# What a holder says of themself: small, and signed by the presentation alone.
OWN_WORD: JsonObject = {
    "@context": [V2],
    "type": ["VerifiableCredential"],
    "issuer": HOLDER.did,
    "credentialSubject": {"id": HOLDER.did, "name": "Alex Example"},
}


def presentation(*credentials: JsonObject, **members: Any) -> JsonObject:
    """An unsigned presentation by the holder; a member that is None is left out."""
    whole = {
        "@context": [V2],
        "type": ["VerifiablePresentation"],
        "holder": HOLDER.did,
        "verifiableCredential": list(credentials) or None,
        **members,
    }
    return {name: value for name, value in whole.items() if value is not None}


def presented(
    contexts: Contexts, *credentials: JsonObject, key: Key = HOLDER, proof: JsonObject | None = None, **members: Any
) -> JsonObject:
    """The same, signed; `proof` are the proof's own members."""
    options: dict[str, Any] = {"proofPurpose": "authentication"} | (proof or {})
    unsigned = presentation(*credentials, **members)
    return sign(contexts, unsigned, key=key, verification_method=key.did_method, **options)


def presentation_token(key: TokenKey, kid: str, *, header: JsonObject | None = None, **members: Any) -> str:
    own = {"alg": key.algorithm, "typ": "vp+jwt", "cty": "vp", "kid": kid}
    return token(own | (header or {}), presentation(**members), key)


def in_its_envelope(signed: str) -> JsonObject:
    return enveloped.write(signed, enveloped.PRESENTATION)


class Challenge:
    """Port `Challenges`: one, until it is used."""

    def __init__(self, given: str) -> None:
        self.open = {given}

    async def give(self, *, now: object) -> str:
        raise AssertionError("nobody asks for one")

    async def use(self, challenge: str, *, now: object) -> bool:
        known = challenge in self.open
        self.open -= {challenge}
        return known


def presentations(world: World, challenges: Challenges | None = None) -> Presentations:
    return Presentations(
        verifier=world.verifier(),
        challenges=challenges or Challenge("c"),
        fetch=world,
        publications=world,
        compute=InlineCompute(world.contexts),
        fetch_timeout_seconds=3.0,
        compute_timeout_seconds=60.0,
    )


async def report_on(world: World, document: JsonObject, asked: Asked | None = None) -> PresentationReport:
    content = json.dumps(document).encode()
    return await presentations(world).verify(content, asked=asked or Asked(), now=NOW)


def example_small_credential(contexts: Contexts) -> JsonObject:
    return sign(contexts, OWN_WORD, key=HOLDER, verification_method=HOLDER.did_method)


def example_presentation(contexts: Contexts) -> JsonObject:
    return presented(contexts, OWN_WORD, proof={"domain": DOMAIN})
