"""Tokens that are made: what is signed, and what none can hold."""

from datetime import timedelta
from typing import Any

import pytest

from app.core.did import document
from app.core.problems import PROOF_GENERATION_ERROR, Refused
from app.core.proof import vc_jwt
from app.core.proof.vc_jwt import Profile, SignedToken
from tests.tokens import ALGORITHMS, document_of, key_of, parts
from tests.verifying import NOW, UNIVERSITY, badge

_METHOD = f"{UNIVERSITY}#key-1"


def made(algorithm: str, profile: Profile, **members: Any) -> str:
    signing_input = vc_jwt.sign_input(
        badge(**members), algorithm=algorithm, verification_method=_METHOD, issued=NOW, profile=profile
    )
    return vc_jwt.assemble(signing_input, key_of(algorithm).sign(signing_input))


def verified(text: str, algorithm: str) -> SignedToken:
    token = vc_jwt.read(text)
    controller = document.read(document_of(key_of(algorithm)), identifier=UNIVERSITY)
    _, key = vc_jwt.find_key(token, controller)
    vc_jwt.verify(token, key)
    vc_jwt.check_claims(token, now=NOW, clock_skew=timedelta(0))
    return token


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_token_that_is_made_is_verified_and_holds_the_credential(algorithm: str) -> None:
    text = made(algorithm, Profile.CREDENTIAL, validUntil="2030-01-01T00:00:00Z")
    assert verified(text, algorithm).document == badge(validUntil="2030-01-01T00:00:00Z")
    header, claims, _ = parts(text)
    assert header == {"alg": algorithm, "typ": "vc+jwt", "cty": "vc", "kid": _METHOD}
    assert set(claims) - set(badge()) == {"iss", "iat", "validUntil"}


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_a_token_of_open_badges_says_its_dates_and_names_in_claims_too(algorithm: str) -> None:
    text = made(algorithm, Profile.OPEN_BADGE, validUntil="2030-01-01T00:00:00Z")
    assert verified(text, algorithm).document == badge(validUntil="2030-01-01T00:00:00Z")
    header, claims, _ = parts(text)
    assert header == {"alg": algorithm, "typ": "JWT", "kid": _METHOD}
    assert {name: claims[name] for name in ("iss", "jti", "sub", "nbf", "exp")} == {
        "iss": UNIVERSITY,
        "jti": badge()["id"],
        "sub": "did:example:learner",
        "nbf": 1790812800,
        "exp": 1893456000,
    }


@pytest.mark.parametrize(
    ("algorithm", "profile", "members"),
    [
        pytest.param("none", Profile.CREDENTIAL, {}, id="no algorithm"),
        pytest.param("HS256", Profile.CREDENTIAL, {}, id="a shared secret"),
        pytest.param("EdDSA", Profile.OPEN_BADGE, {}, id="one that Open Badges does not name"),
        pytest.param("ES256", Profile.CREDENTIAL, {"proof": {}}, id="a proof"),
        pytest.param("ES256", Profile.CREDENTIAL, {"vc": {}}, id="a credential inside"),
        pytest.param("ES256", Profile.CREDENTIAL, {"exp": 1}, id="a claim of the token's"),
        pytest.param("ES256", Profile.OPEN_BADGE, {"credentialSubject": {"name": "A"}}, id="a subject without a name"),
        pytest.param("ES256", Profile.OPEN_BADGE, {"id": None}, id="a credential without a name"),
    ],
)
def test_what_no_token_can_hold_is_refused_before_it_is_signed(
    algorithm: str, profile: Profile, members: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refused:
        vc_jwt.sign_input(
            badge(**members), algorithm=algorithm, verification_method=_METHOD, issued=NOW, profile=profile
        )
    assert {problem.type for problem in refused.value.problems} == {PROOF_GENERATION_ERROR}
