"""A key is an issuer's where a chain leads from it to an authority that is trusted, and nowhere else."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from app.core.problems import Refused
from app.core.proof import sd_jwt, sd_jwt_vc
from app.core.proof.certificates import CertifiedKey, certified_key, read_authorities
from tests.authorities import AUTHORITY, END_ENTITY, NOW, Certified, certify, issued, leaf, middle, root, usage
from tests.jwt_keys import JwtKey, key


def judge(*chain: Certified, trusted: Sequence[Certified] | None = None, now: datetime = NOW) -> CertifiedKey:
    authorities = [root()] if trusted is None else trusted
    return certified_key([each.der for each in chain], authorities=[each.der for each in authorities], now=now)


def test_a_chain_that_leads_to_a_trusted_authority_vouches_for_its_first_key() -> None:
    found = judge(leaf(), middle())
    assert found.key == JwtKey("ES256", leaf().private).public
    assert (found.subject, found.uris) == ("CN=Dunmore", ("https://dunmore.example/awards",))


def test_an_authority_in_the_chain_adds_nothing() -> None:
    assert judge(leaf(), middle(), root()) == judge(leaf(), middle())


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "EdDSA"])
def test_a_key_of_each_kind_is_taken_out(algorithm: str) -> None:
    assert judge(issued(root(), private=key(algorithm).private)).key == key(algorithm).public


def test_what_it_signed_is_verified_by_the_key_of_its_certificate() -> None:
    signer = JwtKey("ES256", leaf().private)
    received = sd_jwt.read((signer.token({"vct": "urn:example:badge"}, typ="dc+sd-jwt") + "~").encode())
    assert sd_jwt_vc.verify(received, key=judge(leaf(), middle()).key, wanted=None).vct == "urn:example:badge"


@pytest.mark.parametrize(
    ("issuer", "named"),
    [
        ("https://dunmore.example/awards", True),
        ("https://dunmore.example", True),
        ("https://dunmore.example/other", True),
        ("http://dunmore.example", False),
        ("https://evil.example", False),
        ("https://dunmore.example.evil.example", False),
        ("dunmore.example", False),
    ],
)
def test_a_certificate_is_an_issuers_whom_it_names(issuer: str, named: bool) -> None:
    assert judge(leaf(), middle()).names(issuer) is named


@cache
def chains() -> dict[str, tuple[Certified, ...]]:
    stranger = certify("Root", None, (AUTHORITY, True))
    unlimited = certify("Unlimited", root(), (AUTHORITY, True))
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    constrained = x509.NameConstraints([x509.DNSName("other.example")], None)
    past: dict[str, Any] = {"start": NOW - timedelta(days=9), "end": NOW - timedelta(seconds=1)}
    future: dict[str, Any] = {"start": NOW + timedelta(seconds=1)}
    return {
        "nothing": (),
        "the authority alone": (root(),),
        "the wrong order": (middle(), leaf()),
        "one too many": (issued(root()), middle()),
        "an authority of the same name": (issued(stranger), stranger),
        "a certificate that signed itself": (certify("Dunmore", None, (END_ENTITY, True)),),
        "an authority that signed a credential": (middle(),),
        "an issuer that is no authority": (certify("Other", leaf()), leaf(), middle()),
        "an issuer that says nothing of being one": _through(certify("Plain", root())),
        "an authority below one that allows none": (*_through(certify("Third", middle(), (AUTHORITY, True))), middle()),
        "an authority that may not certify": _through(
            certify("Signs", root(), (AUTHORITY, True), (usage(signs=True, certifies=False), True))
        ),
        "a key that is not for signatures": (
            certify("Dunmore", unlimited, (usage(signs=False, certifies=False), True)),
            unlimited,
        ),
        "an end that is past": (issued(root(), **past),),
        "a beginning that is to come": (issued(root(), **future),),
        "an authority between that ended": _through(certify("Ended", root(), (AUTHORITY, True), **past)),
        "something critical that is not known": (certify("Dunmore", root(), (unknown, True)),),
        "a constraint on names": _through(certify("Names", root(), (AUTHORITY, True), (constrained, True))),
        "an unsafe hash": (issued(root(), digest=hashes.SHA224()),),
    }


def _through(authority: Certified) -> tuple[Certified, Certified]:
    return issued(authority), authority


@pytest.mark.parametrize("what", list(chains()))
def test_a_chain_is_refused(what: str) -> None:
    with pytest.raises(Refused, match="INVALID_VERIFICATION_METHOD at /x5c"):
        judge(*chains()[what])


def test_where_no_authority_is_trusted_no_chain_is() -> None:
    with pytest.raises(Refused, match="UNSUPPORTED_MECHANISM at /x5c"):
        judge(leaf(), middle(), trusted=())


@pytest.mark.parametrize(
    "chain", [(leaf(),), (issued(certify("Another", None, (AUTHORITY, True))),)], ids=["a gap", "another"]
)
def test_where_a_chain_leads_to_nobody_who_is_known_nothing_can_be_told(chain: tuple[Certified, ...]) -> None:
    with pytest.raises(Refused, match="UNSUPPORTED_MECHANISM at /x5c"):
        judge(*chain)


def pem(*authorities: Certified) -> bytes:
    return b"\n".join(each.certificate.public_bytes(Encoding.PEM) for each in authorities)


def test_a_file_names_the_authorities() -> None:
    assert read_authorities(pem(root(), middle())) == (root().der, middle().der)


@pytest.mark.parametrize("content", [b"", b"PEM", pem(root())[:-40], pem(root(), leaf())], ids=range(4))
def test_a_file_without_authorities_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        read_authorities(content)


@given(st.binary(max_size=100))
def test_any_bytes_in_a_file_are_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        read_authorities(b"-----BEGIN CERTIFICATE-----\n" + content + b"\n-----END CERTIFICATE-----")


def test_an_authority_that_ended_vouches_for_nothing() -> None:
    with pytest.raises(Refused, match="not in force"):
        judge(leaf(), middle(), now=NOW + timedelta(days=2))


def test_a_key_of_another_kind_cannot_be_used() -> None:
    with pytest.raises(Refused, match="UNSUPPORTED_MECHANISM"):
        judge(issued(root(), private=rsa.generate_private_key(65_537, 2_048)))


@given(st.integers(0, 260), st.binary(min_size=1, max_size=4))
def test_any_bytes_in_a_certificate_are_noticed(place: int, put: bytes) -> None:
    """In what was signed; around the signature, DER leaves some bits that say nothing."""
    der, signed = leaf().der, leaf().certificate.tbs_certificate_bytes
    start = der.index(signed)
    changed = der[: start + place] + put + der[start + place + len(put) :]
    if changed[start : start + len(signed)] != signed:
        with pytest.raises(Refused):
            certified_key([changed, middle().der], authorities=[root().der], now=NOW)


@given(st.binary(max_size=100))
def test_any_bytes_are_no_certificate(der: bytes) -> None:
    with pytest.raises(Refused):
        certified_key([der], authorities=[root().der], now=NOW)
