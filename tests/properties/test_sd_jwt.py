"""Any bytes are an SD-JWT or refused; one changed character is refused; what is concealed comes back whole."""

import contextlib
import json
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from app.core.problems import JsonObject, Refused
from app.core.proof import (
    disclosures,
    jwt_vc_issuer,
    key_binding,
    sd_jwt,
    sd_jwt_json,
    sd_jwt_vc,
    signed_jwt,
    type_metadata,
)
from app.core.proof.concealing import conceal
from app.core.proof.disclosing import disclose
from app.core.proof.disclosures import ClaimPath
from app.core.proof.key_binding import KeyBindingWanted
from app.core.proof.sd_jwt import ReceivedSdJwt
from app.core.proof.sd_jwt_vc import VerifiedSdJwtVc
from app.core.proof.signed_jwt import SignedJwt
from app.core.status import token_status_list
from tests.jwt_keys import base64url, key
from tests.long_proofs import fraction

EXAMPLES = max(50, int(2_000 * fraction()))
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
WANTED = KeyBindingWanted("https://verifier.example", "n-0S6_WzA2Mj", NOW, timedelta(minutes=5), timedelta(seconds=60))
ISSUER, HOLDER = key("EdDSA"), key("EdDSA", 2)
HEADER = ("alg", "typ", "kid", "x5c", "jwk", "crit", "b64")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~="

many = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


def values() -> SearchStrategy[Any]:
    """JSON, with names in it that carry digests, and others."""
    names = st.sampled_from(["_sd", "...", "_sd_alg", "cnf", "vct", "status", "a", "b"])
    leaves = st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab~.", max_size=3) | st.floats(-9, 9)
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=12
    )


def claims() -> SearchStrategy[JsonObject]:
    """Claims as they may be issued."""
    names = st.text("abc", min_size=1, max_size=2)
    leaves = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text("äb", max_size=3)
    inner = st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=12
    )
    return st.dictionaries(names, inner, max_size=4)


def _claims(inner: SearchStrategy[Any]) -> SearchStrategy[JsonObject]:
    """Objects with the names that something is read from."""
    names = ("iss", "sub", "iat", "exp", "ttl", "status_list", "bits", "lst", "idx", "uri", "keys", "jwks", "jwks_uri")
    more = ("issuer", "kty", "crv", "x", "use", "alg", "key_ops")
    some = st.dictionaries(st.sampled_from((*names, *more)), inner, max_size=4)
    return st.dictionaries(st.sampled_from((*names, *more)), inner | some, max_size=4)


def places(value: object, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    own = [place] if place else []
    match value:
        case dict():
            return own + [each for name, item in value.items() for each in places(item, (*place, name))]
        case list():
            return own + [each for number, item in enumerate(value) for each in places(item, (*place, number))]
        case _:
            return own


def salts() -> Any:
    return (number.to_bytes(16, "big") for number in count())


def verify(data: bytes, *, wanted: KeyBindingWanted | None = None) -> JsonObject:
    return sd_jwt_vc.verify(sd_jwt.read(data), key=ISSUER.public, wanted=wanted).claims


@many
@given(st.binary(max_size=200) | st.text(ALPHABET, max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (sd_jwt.read, sd_jwt_json.read):
        with contextlib.suppress(Refused):
            read(data)


@many
@given(
    st.dictionaries(st.sampled_from(HEADER), values(), max_size=2), values(), st.lists(values(), max_size=3), values()
)
def test_any_parts_are_read_and_verified_or_refused(
    header: JsonObject, payload: Any, disclosed: list[Any], bound: Any
) -> None:
    """Each part JSON of any kind, and validly signed where it could be."""
    parts = [base64url(json.dumps(part).encode()) for part in (payload, *disclosed)]
    head = {"alg": "EdDSA", "typ": "dc+sd-jwt", **header}
    data = f"{base64url(json.dumps(head).encode())}.{parts[0]}".encode()
    text = "~".join([signed_jwt.attach(data, ISSUER.sign(data)), *parts[1:], HOLDER.token(bound, typ="kb+jwt")])
    with contextlib.suppress(Refused):
        verify(text.encode())
    with contextlib.suppress(Refused):
        verify(text.encode(), wanted=WANTED)


@many
@given(st.dictionaries(st.sampled_from(HEADER), values(), max_size=2), _claims(values()), values())
def test_any_token_names_its_key_and_its_list_or_is_refused(
    header: JsonObject, payload: JsonObject, found: Any
) -> None:
    for judge in (
        lambda: jwt_vc_issuer.locate(_token(payload, header)),
        lambda: jwt_vc_issuer.choose(jwt_vc_issuer.read_keys(payload), _token({}, header)),
        lambda: jwt_vc_issuer.read_metadata(payload, issuer="https://dunmore.example"),
        lambda: signed_jwt.verify(_token({}, header), {**ISSUER.public, **payload}),
        lambda: token_status_list.locate(payload),
        lambda: _status(payload),
        lambda: type_metadata.problems(
            type_metadata.read(json.dumps({"vct": "x", "claims": found}).encode(), vct="x", integrity=None),
            VerifiedSdJwtVc("x", None, payload, {}),
        ),
    ):
        with contextlib.suppress(Refused):
            judge()


def _token(payload: JsonObject, header: JsonObject) -> SignedJwt:
    return signed_jwt.read(ISSUER.token(payload, **header))


def _status(claims: JsonObject) -> None:
    token = signed_jwt.read(ISSUER.token(claims, typ="statuslist+jwt"))
    token_status_list.verify(token, key=ISSUER.public, uri="a", now=NOW, clock_skew=timedelta(0))


@many
@given(claims(), st.data())
def test_what_is_concealed_comes_back_whole(said: JsonObject, data: st.DataObject) -> None:
    found = places(said)
    paths = data.draw(st.lists(st.sampled_from(found))) if found else []
    concealed = conceal(said, disclosable=paths, salts=salts(), decoys=data.draw(st.integers(0, 2)))
    processed = disclose(concealed.payload, data.draw(st.permutations(concealed.disclosures)))
    assert processed.claims == said
    assert set(processed.disclosed) == set(paths)


@many
@given(claims(), st.data())
def test_any_choice_of_what_is_shown_is_sound_and_shows_it(said: JsonObject, data: st.DataObject) -> None:
    found = places(said)
    paths: list[ClaimPath] = data.draw(st.lists(st.sampled_from(found))) if found else []
    concealed = conceal(said, disclosable=paths, salts=salts(), decoys=1)
    whole = ReceivedSdJwt(signed_jwt.read(ISSUER.token(concealed.payload)), concealed.disclosures)
    chosen: list[ClaimPath] = data.draw(st.lists(st.sampled_from(paths))) if paths else []
    shown = sd_jwt.present(whole, chosen)
    processed = disclose(shown.issuer_signed.payload, shown.disclosures)
    leading = {path for path in paths if any(choice[: len(path)] == path for choice in chosen)}
    assert len(processed.disclosed) == len(leading)


def presentation() -> str:
    """A credential with nested disclosures, bound to its holder."""
    said = {"vct": "urn:example:badge", "a": {"b": ["x", "y"]}, "c": "z", "cnf": {"jwk": HOLDER.public}}
    concealed = conceal(said, disclosable=[("a",), ("a", "b", None), ("c",)], salts=salts(), decoys=1)
    shown = "~".join([ISSUER.token(concealed.payload, typ="dc+sd-jwt"), *(d.text for d in concealed.disclosures), ""])
    data = key_binding.signing_input(
        shown,
        algorithm="EdDSA",
        audience=WANTED.audience,
        nonce=WANTED.nonce,
        created=NOW,
        hash_algorithm="sha-256",
    )
    return shown + signed_jwt.attach(data, HOLDER.sign(data))


PRESENTATION = presentation()


def test_the_presentation_that_is_changed_below_is_good() -> None:
    assert verify(PRESENTATION.encode(), wanted=WANTED)["a"] == {"b": ["x", "y"]}


def refused(text: str) -> bool:
    try:
        verify(text.encode(), wanted=WANTED)
    except Refused:
        return True
    return False


def test_every_character_that_is_changed_taken_away_or_added_is_noticed() -> None:
    unnoticed = [
        (place, what)
        for place in range(len(PRESENTATION))
        for what, changed in (
            ("changed", ALPHABET[(ALPHABET.index(PRESENTATION[place]) + 1) % len(ALPHABET)]),
            ("stray bit", ALPHABET[ALPHABET.index(PRESENTATION[place]) ^ 1]),
            ("taken away", ""),
            ("added", PRESENTATION[place] + "A"),
        )
        if not refused(PRESENTATION[:place] + changed + PRESENTATION[place + 1 :])
    ]
    assert unnoticed == []


@many
@given(st.integers(0, len(PRESENTATION) - 1), st.binary(min_size=1, max_size=3))
def test_whatever_takes_the_place_of_a_character_is_noticed(place: int, put: bytes) -> None:
    data = PRESENTATION.encode()
    changed = data[:place] + put + data[place + 1 :]
    if changed != data:
        with contextlib.suppress(Refused):
            verify(changed, wanted=WANTED)
            raise AssertionError(changed)


@many
@given(st.permutations(PRESENTATION.split("~")), st.integers(0, 7))
def test_parts_that_are_moved_or_left_out_are_noticed(parts: list[str], fewer: int) -> None:
    text = "~".join(parts[fewer:])
    assert text == PRESENTATION or refused(text)


def test_a_large_sd_jwt_is_read_in_bounded_work() -> None:
    offered = [disclosures.write(f"salt {number:027}", f"claim {number}", "x" * 200) for number in range(900)]
    payload = {"vct": "urn:example:badge", "_sd": [disclosures.digest(each.text, "sha-256") for each in offered]}
    text = "~".join([ISSUER.token(payload, typ="dc+sd-jwt"), *(each.text for each in offered), ""])
    assert len(verify(text.encode())) == 901
