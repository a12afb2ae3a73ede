"""Whatever an institution has signed, by whichever mechanism, verifies; changed anywhere, it does not."""

from random import Random

import pytest

from app.core import strict_json
from app.core.did.document import Relationship
from app.core.json_ld import Contexts
from app.core.problems import PROOF_GENERATION_ERROR, JsonObject, Refused
from app.core.proof import compact_jws, disclosures, sd_jwt
from app.core.proof.chance import Chance
from app.core.proof.cryptosuites import CRYPTOSUITES, DATA_INTEGRITY_PROOF
from app.core.proof.ecdsa_sd.derive import derive
from app.core.proof.ecdsa_sd.proof_value import read_base
from app.issuer import showing
from app.issuer.mechanisms import BY_DEFAULT, DC_SD_JWT, MECHANISMS, OPEN_BADGE_JWT, VC_JWT, checked, to_sign
from app.verifier import verifier
from tests.signing import CASES, RSA_KEY, SIGNING_KEYS, Case, document_for
from tests.verifying import KEY, KEYS, NOW, P256_KEY, STRANGER, CurveKey, Key, RsaKey

FLIPS = 24
each = pytest.mark.parametrize("case", CASES, ids=str)


def demand_good(case: Case, contexts: Contexts, signed: bytes) -> None:
    checked(contexts, case.mechanism, signed, case.controller, now=NOW)


@each
def test_what_is_signed_verifies(case: Case, contexts: Contexts) -> None:
    demand_good(case, contexts, case.signed(contexts, document_for(case, contexts)))


@each
def test_by_another_key_it_does_not_verify(case: Case, contexts: Contexts) -> None:
    unsigned = to_sign(contexts, case.mechanism, document_for(case, contexts), case.securing())
    signature = case.key.sign(unsigned.data)
    other = STRANGER if isinstance(case.key, Key) else type(case.key).of("somebody else's key", case.key.kind)
    demand_good(case, contexts, unsigned.attach(signature))
    with pytest.raises(Refused):
        demand_good(case, contexts, unsigned.attach(other.sign(unsigned.data)))


@each
def test_with_a_bit_flipped_it_does_not_verify(case: Case, contexts: Contexts) -> None:
    signed = case.signed(contexts, document_for(case, contexts))
    random = Random(str(case))
    for _ in range(FLIPS):
        place = random.randrange(len(signed))
        changed = signed[:place] + bytes([signed[place] ^ 1 << random.randrange(8)]) + signed[place + 1 :]
        with pytest.raises(Refused):
            demand_good(case, contexts, changed)


@each
def test_a_key_of_another_kind_signs_nothing(case: Case, contexts: Contexts) -> None:
    for key in SIGNING_KEYS:
        if key.kind not in MECHANISMS[case.mechanism].key_kinds:
            other = Case(case.mechanism, key)
            with pytest.raises(Refused) as refused:
                other.signed(contexts, document_for(other, contexts))
            assert refused.value.problems[0].type == PROOF_GENERATION_ERROR


def test_every_cryptosuite_that_signs_is_a_mechanism() -> None:
    signing = {name for name, suite in CRYPTOSUITES.items() if suite.proof_type == DATA_INTEGRITY_PROOF}
    assert set(MECHANISMS) == signing | {VC_JWT, OPEN_BADGE_JWT, DC_SD_JWT}


def test_every_kind_of_key_has_a_mechanism_of_its_own() -> None:
    assert all(kind in MECHANISMS[name].key_kinds for kind, name in BY_DEFAULT.items())
    assert set(BY_DEFAULT) == {key.kind for key in KEYS}


def test_there_is_no_mechanism_of_another_name(contexts: Contexts) -> None:
    with pytest.raises(Refused) as refused:
        Case("rsa-2018", KEY).signed(contexts, {})
    assert refused.value.problems[0].type == PROOF_GENERATION_ERROR


# ── what can be shown in part ────────────────────────────────────────────────────────────────────────────────────────

SHOWN_IN_PART = Case("ecdsa-sd-2023", P256_KEY)


def test_the_least_that_can_be_shown_of_a_badge_is_a_good_one_without_what_is_personal(contexts: Contexts) -> None:
    signed = strict_json.read_object(SHOWN_IN_PART.signed(contexts, document_for(SHOWN_IN_PART, contexts)))
    least = derive(contexts, signed, ())
    verifier.checked(contexts, strict_json.write(least), SHOWN_IN_PART.controller, now=NOW)
    subject, whole = least["credentialSubject"], signed["credentialSubject"]
    assert [each["identityType"] for each in subject["identifier"]] == ["name"]
    assert (len(whole["identifier"]) > 1, "result" in whole, "result" in subject) == (True, True, False)
    assert {"credentialStatus", "credentialSchema", "validFrom", "issuer"} <= set(least)


def test_what_is_mandatory_may_be_said_by_whoever_asks(contexts: Contexts) -> None:
    document = document_for(SHOWN_IN_PART, contexts)
    signed = strict_json.read_object(SHOWN_IN_PART.signed(contexts, document, pointers=("/issuer",)))
    assert read_base(signed["proof"][0]["proofValue"]).mandatory_pointers == ("/issuer",)


def test_of_what_is_no_badge_the_subject_alone_may_be_withheld() -> None:
    document = {"@context": [], "issuer": "did:example:1", "a/b": 1, "credentialSubject": {"id": "did:example:2"}}
    assert showing.mandatory_pointers(document) == ("/issuer", "/a~1b")


def test_the_same_chance_makes_the_same_and_another_one_hides_differently(contexts: Contexts) -> None:
    for case in (SHOWN_IN_PART, Case(DC_SD_JWT, P256_KEY)):
        document = document_for(case, contexts)
        first, again, other = (
            to_sign(contexts, case.mechanism, document, case.securing(chance=Chance(seed))).data
            for seed in (bytes(32), bytes(32), bytes(31) + b"\1")
        )
        assert (first == again, first == other) == (True, False)


def test_chance_is_told_by_nobody_who_prints_it() -> None:
    assert repr(Chance(b"s" * 32)) == "Chance()"


def test_less_chance_than_32_bytes_is_none() -> None:
    with pytest.raises(ValueError, match="32"):
        Chance(b"short")


# ── tokens ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def header_of(case: Case, contexts: Contexts) -> JsonObject:
    return compact_jws.read(case.signed(contexts, document_for(case, contexts)).decode()).header


@pytest.mark.parametrize("key", SIGNING_KEYS, ids=[key.kind for key in SIGNING_KEYS])
def test_a_token_names_the_method_that_has_its_key_as_a_json_web_key(
    key: Key | CurveKey | RsaKey, contexts: Contexts
) -> None:
    case = Case(VC_JWT, key)
    named = case.controller.method(header_of(case, contexts)["kid"], Relationship.ASSERTION_METHOD)
    assert (named.type, named.public_key_jwk is not None) == ("JsonWebKey", True)
    assert named.public_key() == case.securing().key


def test_a_badge_in_a_token_is_signed_by_rs256_and_brings_the_rsa_key(contexts: Contexts) -> None:
    header = header_of(Case(OPEN_BADGE_JWT, RSA_KEY), contexts)
    assert (header["alg"], sorted(header["jwk"])) == ("RS256", ["e", "kty", "n"])


def test_a_token_names_its_key_by_url_and_a_badge_in_one_brings_it(contexts: Contexts) -> None:
    headers = [header_of(case, contexts) for case in (Case(VC_JWT, P256_KEY), Case(OPEN_BADGE_JWT, P256_KEY))]
    assert [header["typ"] for header in headers] == ["vc+jwt", "JWT"]
    assert [sorted(set(header) & {"kid", "jwk"}) for header in headers] == [["kid"], ["jwk"]]


def test_a_learning_credential_hides_what_is_personal_behind_digests_and_decoys(contexts: Contexts) -> None:
    case = Case(DC_SD_JWT, P256_KEY)
    received = sd_jwt.read(case.signed(contexts, document_for(case, contexts)))
    payload = received.issuer_signed.payload
    assert "family_name" not in payload
    assert len(payload["_sd"]) == len({each.name for each in received.disclosures} & named_at_the_top(received)) + 3
    assert (payload["iss"], payload["status"]["status_list"]["idx"]) == ("https://dunmore.example/issuers/dtu", 7)


def named_at_the_top(received: sd_jwt.ReceivedSdJwt) -> set[str | None]:
    digests = set(received.issuer_signed.payload["_sd"])
    return {each.name for each in received.disclosures if disclosures.digest(each.text, "sha-256") in digests}
