"""Ed25519 keys in PEM files: what is no key of ours is refused, and a key signs for its purposes alone."""

import base64
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import SECP521R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.keys import open_signer
from app.adapters.keys.file import FileSigner, make_key, parse_key
from app.adapters.keys.maker import FileKeyMaker
from app.adapters.keys.pkcs8 import sealed_pem
from app.adapters.keys.private_file import write_private
from app.core import key_text
from app.core.multiformats import KeyKind, public_key
from app.core.problems import PROOF_GENERATION_ERROR, Refused
from app.core.proof import jwk, signatures
from app.ports import KeyPurpose

PASSPHRASE = b"correct horse battery staple"
METHOD = "did:key:z6Mk#z6Mk"


def opened(
    keys_dir: Path,
    *,
    uri: str = "file:demo.pem",
    passphrase: bytes | None = PASSPHRASE,
    may_be_unencrypted: bool = False,
) -> FileSigner:
    signer = open_signer(
        uri,
        keys_dir=keys_dir,
        passphrase=passphrase,
        verification_method=METHOD,
        purposes=frozenset({KeyPurpose.CREDENTIAL}),
        may_be_unencrypted=may_be_unencrypted,
    )
    assert isinstance(signer, FileSigner)
    return signer


def refusal(keys_dir: Path, **options: object) -> str:
    with pytest.raises(Refused) as caught:
        opened(keys_dir, **options)  # type: ignore[arg-type]
    return caught.value.problems[0].detail


@pytest.fixture
def keys_dir(tmp_path: Path) -> Path:
    make_key(tmp_path / "demo.pem", passphrase=PASSPHRASE)
    return tmp_path


async def test_a_signature_verifies_under_the_signers_public_key(keys_dir: Path) -> None:
    signer = opened(keys_dir)
    signature = await signer.sign(b"data", purpose=KeyPurpose.CREDENTIAL)
    Ed25519PublicKey.from_public_bytes(signer.public_key).verify(signature, b"data")


@pytest.mark.parametrize(
    ("kind", "algorithm", "suite"), [(KeyKind.P256, "ES256", signatures.P256), (KeyKind.P384, "ES384", signatures.P384)]
)
async def test_a_key_of_a_curve_signs_r_and_s_as_its_algorithm_has_it(
    tmp_path: Path, kind: KeyKind, algorithm: str, suite: signatures.SignatureAlgorithm
) -> None:
    make_key(tmp_path / "demo.pem", passphrase=PASSPHRASE, kind=kind)
    signer = opened(tmp_path)
    assert signer.algorithm == algorithm
    for data in (b"data", b"", b"other data" * 1_000):
        signature = await signer.sign(data, purpose=KeyPurpose.CREDENTIAL)
        assert len(signature) == suite.signature_bytes
        suite.verify(public_key(kind, signer.public_key).raw, data, signature)


def test_a_key_that_stands_there_is_not_made_anew_as_another_kind(tmp_path: Path) -> None:
    maker = FileKeyMaker(tmp_path, PASSPHRASE)
    made = maker.make_key("example", kind=KeyKind.P256)
    assert maker.make_key("example", kind=KeyKind.P256) == made
    with pytest.raises(Refused, match="a key of P-256, not of Ed25519"):
        maker.make_key("example")


async def test_another_purpose_is_refused(keys_dir: Path) -> None:
    with pytest.raises(Refused) as caught:
        await opened(keys_dir).sign(b"data", purpose=KeyPurpose.STATUS_LIST)
    assert caught.value.problems[0].type == PROOF_GENERATION_ERROR


def test_a_signer_does_not_show_its_key(keys_dir: Path) -> None:
    assert "rivate" not in repr(opened(keys_dir))


def test_an_encrypted_file_is_standard_pkcs8(keys_dir: Path) -> None:
    assert (keys_dir / "demo.pem").read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n")


def test_a_guess_at_the_passphrase_costs_600_000_rounds(keys_dir: Path) -> None:
    der = base64.b64decode("".join((keys_dir / "demo.pem").read_text().splitlines()[1:-1]))
    assert b"\x02\x03" + (600_000).to_bytes(3, "big") in der


def test_a_file_that_cryptography_itself_sealed_is_read_too(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE))
    write_private(tmp_path / "demo.pem", pem)
    assert opened(tmp_path).public_key == key.public_key().public_bytes_raw()


@given(st.binary(min_size=1, max_size=300), st.binary(min_size=1, max_size=64))
@settings(max_examples=10, deadline=None)
def test_what_is_sealed_has_the_lengths_that_der_asks_for(content: bytes, passphrase: bytes) -> None:
    der = base64.b64decode("".join(sealed_pem(content, passphrase).decode().splitlines()[1:-1]))
    size = der[1] if der[1] < 128 else int.from_bytes(der[2 : 2 + der[1] - 128], "big")
    assert len(der) - size == (2 if der[1] < 128 else 2 + der[1] - 128)


def test_a_file_that_is_not_encrypted_says_so_first(tmp_path: Path) -> None:
    make_key(tmp_path / "demo.pem", passphrase=None)
    assert "not encrypted" in (tmp_path / "demo.pem").read_text().splitlines()[0]


def test_a_demonstrations_key_may_be_unencrypted(tmp_path: Path) -> None:
    make_key(tmp_path / "demo.pem", passphrase=None)
    assert len(opened(tmp_path, passphrase=None, may_be_unencrypted=True).public_key) == 32


def test_a_real_institutions_key_may_not(tmp_path: Path) -> None:
    make_key(tmp_path / "demo.pem", passphrase=None)
    assert "not encrypted" in refusal(tmp_path)


def test_a_wrong_passphrase_is_refused(keys_dir: Path) -> None:
    assert "passphrase is wrong" in refusal(keys_dir, passphrase=b"another")


def test_a_missing_passphrase_is_refused(keys_dir: Path) -> None:
    assert "is encrypted" in refusal(keys_dir, passphrase=None)


def test_a_truncated_file_is_refused(keys_dir: Path) -> None:
    pem = (keys_dir / "demo.pem").read_bytes()
    (keys_dir / "demo.pem").write_bytes(pem[: len(pem) // 2])
    assert "damaged" in refusal(keys_dir)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    key = generate_private_key(SECP521R1())
    write_private(tmp_path / "demo.pem", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    assert "no key of Ed25519, P-256, P-384 or RSA" in refusal(tmp_path, passphrase=None, may_be_unencrypted=True)


@pytest.mark.parametrize(("bits", "taken"), [(1_024, False), (2_048, True), (4_096, True)])
def test_an_rsa_key_is_taken_where_it_is_long_enough(tmp_path: Path, bits: int, taken: bool) -> None:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=bits)
    write_private(tmp_path / "demo.pem", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    if not taken:
        assert "1024 bits" in refusal(tmp_path, passphrase=None, may_be_unencrypted=True)
    else:
        assert opened(tmp_path, passphrase=None, may_be_unencrypted=True).algorithm == "RS256"


async def test_an_rsa_key_that_we_make_has_3072_bits_and_signs_rs256(tmp_path: Path) -> None:
    made = FileKeyMaker(tmp_path, PASSPHRASE).make_key("demo", kind=KeyKind.RSA)
    key = jwk.of_public_key(key_text.read(made.public_key_multibase))
    signer = opened(tmp_path)
    key.verify(b"data", await signer.sign(b"data", purpose=KeyPurpose.CREDENTIAL))
    assert (key.algorithm, key.signature_bytes, signer.public_key) == (
        "RS256",
        384,
        key_text.read(made.public_key_multibase).raw,
    )


@pytest.mark.parametrize(
    "uri", ["file:", "file:../demo.pem", "file:/demo.pem", "file:.demo.pem", "file:a\0", "demo.pem"]
)
def test_a_uri_that_leaves_the_folder_is_refused(keys_dir: Path, uri: str) -> None:
    assert "names no key file" in refusal(keys_dir, uri=uri) or "No key store" in refusal(keys_dir, uri=uri)


def test_a_store_that_is_not_here_is_refused(keys_dir: Path) -> None:
    assert "file" in refusal(keys_dir, uri="pkcs11:demo")


@given(st.binary(max_size=400))
def test_any_bytes_are_a_key_or_refused(content: bytes) -> None:
    framed = b"-----BEGIN PRIVATE KEY-----\n" + content + b"\n-----END PRIVATE KEY-----\n"
    for pem in (content, framed):
        with suppress(Refused):
            key = parse_key(pem, path=Path("demo.pem"), passphrase=PASSPHRASE, may_be_unencrypted=True)
            assert isinstance(key, Ed25519PrivateKey | EllipticCurvePrivateKey)
