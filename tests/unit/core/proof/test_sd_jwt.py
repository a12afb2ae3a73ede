"""An SD-JWT says what its issuer signed and its holder shows, or it is refused."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from app.core import strict_json
from app.core.problems import JsonObject, Problem, Refused
from app.core.proof import disclosures, key_binding, sd_jwt, signed_jwt
from app.core.proof.concealing import conceal
from app.core.proof.disclosures import ClaimPath, Disclosure
from app.core.proof.key_binding import KeyBindingWanted
from app.core.proof.sd_jwt import ReceivedSdJwt, VerifiedSdJwt
from tests.jwt_keys import JwtKey, base64url, key

TYPE = "example+sd-jwt"
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
WANTED = KeyBindingWanted("https://verifier.example", "n-0S6_WzA2Mj", NOW, timedelta(minutes=5), timedelta(seconds=60))

ISSUER = key("ES256")
HOLDER = key("EdDSA", 2)

NAME = disclosures.write("c2FsdCBvZiB0aGUgbmFtZQ", "given_name", "Zoë")
ITEM = disclosures.write("c2FsdCBvZiB0aGUgaXRlbQ", None, "IE")


def salts() -> Any:
    return (number.to_bytes(16, "big") for number in count())


def hashed(disclosure: Disclosure) -> str:
    return disclosures.digest(disclosure.text, "sha-256")


def issued(payload: JsonObject, *offered: Disclosure, by: JwtKey = ISSUER, **header: Any) -> ReceivedSdJwt:
    """As it came over the wire: signed whatever it says."""
    text = by.token(payload, **{"typ": TYPE, **header})
    return sd_jwt.read("~".join([text, *(each.text for each in offered), ""]).encode())


def verify(received: ReceivedSdJwt, *, by: JwtKey = ISSUER, wanted: KeyBindingWanted | None = None) -> VerifiedSdJwt:
    return sd_jwt.verify(received, key=by.public, types={TYPE}, wanted=wanted)


def problem(received: ReceivedSdJwt, **how: Any) -> Problem:
    with pytest.raises(Refused) as refused:
        verify(received, **how)
    return refused.value.problems[0]


# ── what is disclosed ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_disclosed_claim_stands_where_its_digest_stood() -> None:
    payload = {"a": 1, "_sd": [hashed(NAME)], "from": [{"...": hashed(ITEM)}, "DE"]}
    assert verify(issued(payload, NAME, ITEM)).claims == {"a": 1, "given_name": "Zoë", "from": ["IE", "DE"]}


def test_a_digest_without_a_disclosure_leaves_nothing() -> None:
    payload = {"_sd": [hashed(NAME)], "from": [{"...": hashed(ITEM)}], "in": {"_sd": ["decoy"]}, "_sd_alg": "sha-256"}
    assert verify(issued(payload)).claims == {"from": [], "in": {}}


def test_a_disclosure_inside_of_a_disclosure_is_found() -> None:
    outer = disclosures.write("b3V0ZXI", "learner", {"_sd": [hashed(NAME)]})
    assert verify(issued({"_sd": [hashed(outer)]}, NAME, outer)).claims == {"learner": {"given_name": "Zoë"}}


def test_it_is_told_where_disclosed_claims_stand() -> None:
    verified = verify(issued({"_sd": [hashed(NAME)], "from": [{"...": "hidden"}, {"...": hashed(ITEM)}]}, NAME, ITEM))
    assert dict(verified.disclosed) == {("given_name",): NAME, ("from", 0): ITEM}


@pytest.mark.parametrize("name", ["sha-256", "sha-384", "sha-512"])
def test_a_digest_is_of_the_algorithm_that_the_issuer_names(name: str) -> None:
    payload = {"_sd": [disclosures.digest(NAME.text, name)], "_sd_alg": name}
    assert verify(issued(payload, NAME)).claims == {"given_name": "Zoë"}


@pytest.mark.parametrize("name", ["md5", "sha-1", "sha1", "SHA-256", "sha256", "shake-256", "", None, 256, ["sha-256"]])
def test_no_other_hash_algorithm_is_accepted(name: object) -> None:
    assert problem(issued({"_sd": [], "_sd_alg": name})).at == "/_sd_alg"


@pytest.mark.parametrize("written", [hashed(NAME).swapcase(), hashed(NAME) + "=", " " + hashed(NAME)])
def test_a_digest_that_is_written_otherwise_is_another(written: str) -> None:
    assert "belong to no digest" in problem(issued({"_sd": [written]}, NAME)).detail


# ── RFC 9901 §7.1: what is refused ───────────────────────────────────────────────────────────────────────────────────


INNER = disclosures.write("aW5uZXI", "inner", {"_sd": [hashed(NAME)]})

REFUSED: dict[str, tuple[JsonObject, tuple[Disclosure, ...]]] = {
    "a disclosure that belongs to no digest": ({"_sd": []}, (NAME,)),
    "a disclosure of an array's element that belongs to no digest": ({"from": ["IE"]}, (ITEM,)),
    "a disclosure whose only digest is in a claim that is no digest": ({"note": hashed(NAME)}, (NAME,)),
    "the same disclosure twice": ({"_sd": [hashed(NAME)]}, (NAME, NAME)),
    "a digest twice in one place": ({"_sd": [hashed(NAME), hashed(NAME)]}, (NAME,)),
    "a digest twice, undisclosed": ({"_sd": ["unknown"], "in": {"_sd": ["unknown"]}}, ()),
    "a digest as a claim and as an element": ({"_sd": [hashed(NAME)], "from": [{"...": hashed(NAME)}]}, (NAME,)),
    "a digest again inside of a disclosure": ({"_sd": [hashed(NAME), hashed(INNER)]}, (NAME, INNER)),
    "a claim that is there already": ({"given_name": "Ann", "_sd": [hashed(NAME)]}, (NAME,)),
    "an element where a claim would be": ({"_sd": [hashed(ITEM)]}, (ITEM,)),
    "a claim where an element would be": ({"from": [{"...": hashed(NAME)}]}, (NAME,)),
    "an _sd that is a string": ({"_sd": hashed(NAME)}, (NAME,)),
    "an _sd that holds no string": ({"_sd": [hashed(NAME), 1]}, (NAME,)),
    "an _sd that is null": ({"_sd": None}, ()),
    "a ... beside another member": ({"from": [{"...": hashed(ITEM), "x": 1}]}, (ITEM,)),
    "a ... that is no string": ({"from": [{"...": [hashed(ITEM)]}]}, (ITEM,)),
    "a ... that is no element": ({"from": {"...": hashed(ITEM)}}, (ITEM,)),
    "a ... at the top": ({"...": hashed(ITEM)}, (ITEM,)),
    "an _sd_alg that is not at the top": ({"in": {"_sd_alg": "sha-256"}}, ()),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused(what: str) -> None:
    payload, offered = REFUSED[what]
    assert problem(issued(payload, *offered)).code == "MALFORMED_VALUE_ERROR"


def test_two_disclosures_of_one_name_are_refused() -> None:
    other = disclosures.write("b3RoZXI", "given_name", "Ann")
    assert problem(issued({"_sd": [hashed(NAME), hashed(other)]}, NAME, other)).at == "/given_name"


@pytest.mark.parametrize("name", ["_sd", "...", "_sd_alg"])
def test_no_claim_is_disclosed_under_a_name_that_carries_digests(name: str) -> None:
    with pytest.raises(Refused, match="can't be called"):
        issued({"_sd": []}, disclosures.write("c2FsdA", name, []))


@pytest.mark.parametrize(
    "said", [[], ["salt"], ["salt", "name", 1, 2], [1, "name", 1], [1, 1], ["salt", 1, 1], {"salt": 1}, "salt", None]
)
def test_a_disclosure_has_two_parts_or_three(said: object) -> None:
    with pytest.raises(Refused, match="neither"):
        issued({"_sd": []}, Disclosure(base64url(strict_json.write(said)), None, None))


@pytest.mark.parametrize("said", [b'["s","a",1]x', b'["s","a",{"b":1,"b":2}]', b'["s","a",NaN]', b'["s","a","\xff"]'])
def test_a_disclosure_is_strict_json(said: bytes) -> None:
    with pytest.raises(Refused, match="disclosure 1"):
        issued({"_sd": []}, Disclosure(base64url(said), None, None))


def test_a_disclosure_has_no_padding_and_no_stray_bits() -> None:
    for text in (NAME.text + "=", NAME.text[:-1] + "B", NAME.text + "\n", NAME.text[:-1]):
        with pytest.raises(Refused):
            issued({"_sd": []}, Disclosure(text, None, None))


def test_disclosures_inside_of_each_other_nest_only_so_deep() -> None:
    offered = [NAME]
    for number in range(40):
        offered.append(disclosures.write(f"salt {number}", "in", {"_sd": [hashed(offered[-1])]}))
    assert "nests deeper" in problem(issued({"_sd": [hashed(offered[-1])]}, *offered)).detail


def test_more_disclosures_than_any_credential_has_are_not_read() -> None:
    with pytest.raises(Refused, match="at most 1,000"):
        sd_jwt.read((ISSUER.token({}, typ=TYPE) + "~" + (ITEM.text + "~") * 1_001).encode())


# ── who signed it ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "EdDSA"])
def test_each_algorithm_signs(algorithm: str) -> None:
    assert verify(issued({"a": 1}, by=key(algorithm)), by=key(algorithm)).claims == {"a": 1}


@pytest.mark.parametrize(
    "typ", ["JWT", "kb+jwt", "EXAMPLE+SD-JWT", "application/example+sd-jwt", None, 1, [TYPE], {TYPE: TYPE}]
)
def test_a_token_of_another_type_is_refused(typ: object) -> None:
    assert problem(issued({}, typ=typ)).code == "PROOF_VERIFICATION_ERROR"


def test_no_accepted_type_accepts_nothing() -> None:
    with pytest.raises(Refused, match="not accepted"):
        sd_jwt.verify(issued({}), key=ISSUER.public, types=(), wanted=None)


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "RS256", "ES512", "", None, 1, ["ES256"]])
def test_no_other_algorithm_is_accepted(alg: object) -> None:
    assert problem(issued({}, alg=alg)).code == "UNSUPPORTED_MECHANISM"


@pytest.mark.parametrize("algorithm", ["ES384", "EdDSA"])
def test_a_key_is_for_its_own_algorithm(algorithm: str) -> None:
    assert problem(issued({}), by=key(algorithm)).code == "INVALID_VERIFICATION_METHOD"


@pytest.mark.parametrize(
    "change",
    [
        {"use": "enc"},
        {"alg": "ES384"},
        {"key_ops": ["sign"]},
        {"key_ops": "verify"},
        {"d": "AA"},
        {"crv": "P-384"},
        {"kty": "oct"},
        {"x": "AA"},
        {"x": 1},
        {"y": "A" * 43},
        {"x": ISSUER.public["x"] + "="},
    ],
    ids=str,
)
def test_a_key_that_is_unfit_verifies_nothing(change: JsonObject) -> None:
    with pytest.raises(Refused, match="INVALID_VERIFICATION_METHOD"):
        signed_jwt.verify(issued({}).issuer_signed, {**ISSUER.public, **change})


def test_another_key_did_not_sign_it() -> None:
    assert problem(issued({}), by=key("ES256", 7)).code == "PROOF_VERIFICATION_ERROR"


def test_a_key_in_the_header_is_not_asked() -> None:
    stranger = key("ES256", 7)
    assert problem(issued({}, by=stranger, jwk=stranger.public)).code == "PROOF_VERIFICATION_ERROR"


@pytest.mark.parametrize("header", [{"crit": ["exp"]}, {"crit": []}, {"b64": False}])
def test_an_extension_that_must_be_understood_is_refused(header: JsonObject) -> None:
    with pytest.raises(Refused, match="CRYPTOGRAPHIC_SECURITY_ERROR"):
        issued({}, **header)


def test_a_signature_in_der_or_of_another_length_is_refused() -> None:
    data = issued({}).issuer_signed
    for signature in (b"", data.jws.signature[:-1], data.jws.signature + b"\0", b"\x30\x44" + data.jws.signature):
        text = signed_jwt.attach(data.signing_input, signature)
        assert problem(sd_jwt.read((text + "~").encode())).code == "CRYPTOGRAPHIC_SECURITY_ERROR"


@pytest.mark.parametrize("text", ["", "~", "a.b.c", "a.b.c~", "a.b~", "a.b.c.d~", "~~", "a~b~c", "ä~"])
def test_what_is_no_sd_jwt_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"PARSING_ERROR|MALFORMED_VALUE_ERROR|CRYPTOGRAPHIC_SECURITY_ERROR"):
        sd_jwt.read(text.encode())


# ── whose it is ──────────────────────────────────────────────────────────────────────────────────────────────────────

BOUND: JsonObject = {"_sd": [hashed(NAME)], "cnf": {"jwk": HOLDER.public}}


def bind(shown: ReceivedSdJwt, *, by: JwtKey = HOLDER, typ: object = "kb+jwt", **claims: Any) -> ReceivedSdJwt:
    """With a Key Binding JWT that answers WANTED, but for `typ` and `claims`; one that is None is left out."""
    said = {
        "iat": int(NOW.timestamp()),
        "aud": WANTED.audience,
        "nonce": WANTED.nonce,
        "sd_hash": disclosures.digest(shown.presented, "sha-256"),
        **claims,
    }
    text = by.token({k: v for k, v in said.items() if v is not None}, typ=typ)
    return sd_jwt.read((shown.presented + text).encode())


def test_a_key_binding_that_holds_tells_whose_key_and_when() -> None:
    found = verify(bind(issued(BOUND, NAME)), wanted=WANTED).key_binding
    assert found == key_binding.KeyBinding(HOLDER.public, NOW)


def test_what_a_wallet_signs_is_what_a_verifier_wants() -> None:
    shown = issued(BOUND, NAME)
    data = key_binding.signing_input(
        shown.presented,
        algorithm=HOLDER.algorithm,
        audience=WANTED.audience,
        nonce=WANTED.nonce,
        created=NOW,
        hash_algorithm="sha-256",
    )
    bound = shown.presented + signed_jwt.attach(data, HOLDER.sign(data))
    assert verify(sd_jwt.read(bound.encode()), wanted=WANTED).key_binding is not None


def test_policy_decides_whether_a_key_binding_is_needed() -> None:
    stripped = issued(BOUND, NAME)
    assert verify(stripped).key_binding is None
    assert "no key binding" in problem(stripped, wanted=WANTED).detail
    assert problem(stripped, wanted=WANTED).code == "PROOF_VERIFICATION_ERROR"


def test_a_key_binding_that_nobody_asked_for_says_nothing() -> None:
    assert verify(bind(issued(BOUND, NAME), aud="https://other.example")).key_binding is None


UNBOUND: dict[str, tuple[JsonObject, str]] = {
    "for another verifier": ({"aud": "https://other.example"}, "INVALID_DOMAIN_ERROR"),
    "for several verifiers": ({"aud": [WANTED.audience]}, "INVALID_DOMAIN_ERROR"),
    "for nobody": ({"aud": None}, "INVALID_DOMAIN_ERROR"),
    "an answer to another question": ({"nonce": "another"}, "INVALID_CHALLENGE_ERROR"),
    "an answer to no question": ({"nonce": None}, "INVALID_CHALLENGE_ERROR"),
    "for other disclosures": ({"sd_hash": hashed(NAME)}, "PROOF_VERIFICATION_ERROR"),
    "without a hash": ({"sd_hash": None}, "PROOF_VERIFICATION_ERROR"),
    "old": ({"iat": int(NOW.timestamp()) - 361}, "PROOF_VERIFICATION_ERROR"),
    "of the future": ({"iat": int(NOW.timestamp()) + 61}, "PROOF_VERIFICATION_ERROR"),
    "without a time": ({"iat": None}, "PROOF_VERIFICATION_ERROR"),
    "with a time that is text": ({"iat": str(int(NOW.timestamp()))}, "PROOF_VERIFICATION_ERROR"),
    "with a time that is true": ({"iat": True}, "PROOF_VERIFICATION_ERROR"),
    "with a time beyond every calendar": ({"iat": 2**53 - 1}, "PROOF_VERIFICATION_ERROR"),
    "ended": ({"exp": int(NOW.timestamp()) - 61}, "PROOF_VERIFICATION_ERROR"),
    "not yet in force": ({"nbf": int(NOW.timestamp()) + 61}, "PROOF_VERIFICATION_ERROR"),
}


@pytest.mark.parametrize("what", UNBOUND)
def test_a_key_binding_is_refused(what: str) -> None:
    claims, code = UNBOUND[what]
    assert problem(bind(issued(BOUND, NAME), **claims), wanted=WANTED).code == code


@pytest.mark.parametrize("typ", ["JWT", "dc+sd-jwt", None])
def test_a_key_binding_says_that_it_is_one(typ: object) -> None:
    assert "typ" in problem(bind(issued(BOUND, NAME), typ=typ), wanted=WANTED).detail


def test_a_strangers_key_binds_nothing() -> None:
    assert problem(bind(issued(BOUND, NAME), by=key("EdDSA", 3)), wanted=WANTED).code == "PROOF_VERIFICATION_ERROR"


@pytest.mark.parametrize("cnf", [None, {}, {"kid": "1"}, {"jwk": "x"}, "x"], ids=str)
def test_a_credential_that_is_bound_to_nobody_is_not_bound(cnf: object) -> None:
    assert "key binding" in problem(bind(issued({"cnf": cnf} if cnf is not None else {})), wanted=WANTED).detail


def test_a_key_binding_is_not_moved_to_other_disclosures() -> None:
    whole = bind(issued(BOUND, NAME))
    fewer = ReceivedSdJwt(whole.issuer_signed, (), whole.key_binding)
    assert problem(fewer, wanted=WANTED).at == "/sd_hash"


# ── issuing, and showing a part ──────────────────────────────────────────────────────────────────────────────────────

CLAIMS: JsonObject = {
    "name": "Data Literacy",
    "learner": {"given_name": "Zoë", "family_name": "Marković"},
    "outcomes": ["reads", "writes"],
    "skills": [{"uri": "urn:1", "label": "one"}, {"uri": "urn:2", "label": "two"}],
}


def conceal_and_issue(*paths: ClaimPath, decoys: int = 0) -> ReceivedSdJwt:
    concealed = conceal(CLAIMS, disclosable=paths, salts=salts(), decoys=decoys)
    return issued(concealed.payload, *concealed.disclosures)


@pytest.mark.parametrize("decoys", [0, 3])
@pytest.mark.parametrize(
    "paths",
    [
        (),
        (("name",),),
        (("learner", "given_name"),),
        (("learner",), ("learner", "family_name")),
        (("outcomes", 1),),
        (("outcomes", None), ("outcomes",)),
        (("skills", None, "label"), ("skills", 0)),
        (("nothing",), ("outcomes", 9), ("name", "inside")),
    ],
    ids=str,
)
def test_what_is_issued_says_all_when_all_is_disclosed(paths: tuple[ClaimPath, ...], decoys: int) -> None:
    assert verify(conceal_and_issue(*paths, decoys=decoys)).claims == CLAIMS


def test_nothing_of_a_concealed_claim_is_signed_in_the_open() -> None:
    received = conceal_and_issue(("learner",), ("outcomes", None), decoys=2)
    open_text = str(received.issuer_signed.payload)
    assert not [word for word in ("learner", "Zoë", "reads", "writes") if word in open_text]


def test_decoys_are_among_the_digests() -> None:
    payload = conceal_and_issue(("name",), ("outcomes", 0), decoys=2).issuer_signed.payload
    assert (len(payload["_sd"]), len(payload["outcomes"])) == (3, 4)
    assert payload["_sd"] == sorted(payload["_sd"])


@pytest.mark.parametrize("name", ["_sd", "...", "_sd_alg"])
def test_no_claim_is_issued_under_a_name_that_carries_digests(name: str) -> None:
    with pytest.raises(Refused, match="PROOF_GENERATION_ERROR at /in/0"):
        conceal({"in": [{name: 1}]}, disclosable=(), salts=salts())


@pytest.mark.parametrize("salt", [b"short", b"\0" * 16])
def test_a_salt_is_long_and_never_the_same(salt: bytes) -> None:
    with pytest.raises(ValueError, match="salt"):
        conceal(CLAIMS, disclosable=[("name",), ("outcomes",)], salts=iter([salt, salt]))


SHOWN: list[tuple[tuple[ClaimPath, ...], JsonObject]] = [
    ((), {"outcomes": [], "skills": [{"uri": "urn:1"}, {"uri": "urn:2"}]}),
    ((("learner", "given_name"),), {"learner": {"given_name": "Zoë"}}),
    ((("learner",),), {"learner": {}}),
    ((("outcomes", 1),), {"outcomes": ["writes"]}),
    ((("outcomes", None),), {"outcomes": ["reads", "writes"]}),
    ((("skills", None, "label"),), {"skills": CLAIMS["skills"]}),
    ((("skills", 1, "label"),), {"skills": [{"uri": "urn:1"}, {"uri": "urn:2", "label": "two"}]}),
]


@pytest.mark.parametrize(("paths", "expected"), SHOWN, ids=str)
def test_what_is_shown_is_what_was_chosen(paths: tuple[ClaimPath, ...], expected: JsonObject) -> None:
    whole = conceal_and_issue(
        ("learner",),
        ("learner", "given_name"),
        ("learner", "family_name"),
        ("outcomes", None),
        ("skills", None, "label"),
        decoys=1,
    )
    nothing = {"name": "Data Literacy", **SHOWN[0][1]}
    assert verify(sd_jwt.present(whole, paths)).claims == {**nothing, **expected}
