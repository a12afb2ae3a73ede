"""Symmetric secrets in files: bound to one purpose, and to the passphrase where there is one."""

import hashlib
import hmac
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.keys.secret import HmacSigner, make_secret, parse_secret, read_secret
from app.core.problems import PROOF_GENERATION_ERROR, Refused
from app.ports import KeyPurpose

PASSPHRASE = b"correct horse battery staple"


def read(path: Path, *, purpose: KeyPurpose = KeyPurpose.DATA, passphrase: bytes | None = PASSPHRASE) -> bytes:
    return read_secret(path, purpose=purpose, passphrase=passphrase, may_be_unencrypted=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    make_secret(tmp_path / "data.key", purpose=KeyPurpose.DATA, passphrase=PASSPHRASE)
    return tmp_path / "data.key"


def test_a_sealed_secret_opens_to_32_bytes(path: Path) -> None:
    assert len(read(path)) == 32


def test_a_secret_is_made_once(path: Path) -> None:
    before = read(path)
    assert make_secret(path, purpose=KeyPurpose.DATA, passphrase=PASSPHRASE) is False
    assert read(path) == before


def test_a_wrong_passphrase_is_refused(path: Path) -> None:
    with pytest.raises(Refused, match="passphrase is wrong"):
        read(path, passphrase=b"another")


def test_no_passphrase_is_refused(path: Path) -> None:
    with pytest.raises(Refused, match="is encrypted"):
        read(path, passphrase=None)


def test_a_secret_for_another_purpose_is_refused(path: Path) -> None:
    with pytest.raises(Refused, match="is not for claim-link"):
        read(path, purpose=KeyPurpose.CLAIM_LINK)


def test_a_secret_renamed_to_another_purpose_does_not_open(path: Path) -> None:
    path.write_text(path.read_text().replace("\ndata ", "\nclaim-link "))
    with pytest.raises(Refused, match="damaged"):
        read(path, purpose=KeyPurpose.CLAIM_LINK)


def test_a_truncated_secret_is_refused(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(Refused, match="damaged"):
        read(path)


def test_a_secret_that_is_not_encrypted_says_so_first(tmp_path: Path) -> None:
    make_secret(tmp_path / "data.key", purpose=KeyPurpose.DATA, passphrase=None)
    assert "not encrypted" in (tmp_path / "data.key").read_text().splitlines()[0]


def test_a_real_institutions_secret_is_encrypted(tmp_path: Path) -> None:
    make_secret(tmp_path / "data.key", purpose=KeyPurpose.DATA, passphrase=None)
    with pytest.raises(Refused, match="not encrypted"):
        read(tmp_path / "data.key")


async def test_a_claim_link_is_an_hmac_sha256() -> None:
    signer = HmacSigner("claim-link", frozenset({KeyPurpose.CLAIM_LINK}), bytes(32))
    mac = await signer.sign(b"data", purpose=KeyPurpose.CLAIM_LINK)
    assert mac == hmac.new(bytes(32), b"data", hashlib.sha256).digest()


async def test_an_hmac_key_refuses_another_purpose() -> None:
    signer = HmacSigner("claim-link", frozenset({KeyPurpose.CLAIM_LINK}), bytes(32))
    with pytest.raises(Refused) as caught:
        await signer.sign(b"data", purpose=KeyPurpose.CREDENTIAL)
    assert caught.value.problems[0].type == PROOF_GENERATION_ERROR


@settings(max_examples=50, deadline=None)
@given(
    st.binary(max_size=200)
    | st.binary(max_size=80).map(lambda tail: b"data plain " + tail)
    | st.lists(st.sampled_from(["", "AAAA", "AAAAAAAAAAAAAAAA", "é", "=", "A"]), max_size=4).map(
        lambda parts: " ".join(["data", "scrypt-aes256gcm", *parts]).encode()
    )
)
def test_any_bytes_are_a_secret_or_refused(content: bytes) -> None:
    with suppress(Refused):
        secret = parse_secret(
            content, path=Path("data.key"), purpose=KeyPurpose.DATA, passphrase=b"x", may_be_unencrypted=True
        )
        assert len(secret) == 32
