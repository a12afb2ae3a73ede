"""The vault: what it sealed opens again, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.vault import AesGcmVault
from app.core.personal import Personal
from app.core.problems import CRYPTOGRAPHIC_SECURITY_ERROR, Refused

VAULT = AesGcmVault(b"\x2a" * 32)
DATA_KEY = VAULT.new_data_key()
SEALED = VAULT.seal(b"content", data_key=DATA_KEY, bound_to="award/1/name")


@given(st.binary())
def test_what_was_sealed_opens(content: bytes) -> None:
    sealed = VAULT.seal(content, data_key=DATA_KEY, bound_to="here")
    assert VAULT.open(sealed, data_key=DATA_KEY, bound_to="here") == content


def test_equal_contents_are_sealed_differently() -> None:
    assert VAULT.seal(b"content", data_key=DATA_KEY, bound_to="award/1/name") != SEALED


def test_a_sealed_value_that_was_moved_does_not_open() -> None:
    with pytest.raises(Refused):
        VAULT.open(SEALED, data_key=DATA_KEY, bound_to="award/2/name")


def test_a_sealed_value_does_not_open_under_another_award_s_key() -> None:
    with pytest.raises(Refused):
        VAULT.open(SEALED, data_key=VAULT.new_data_key(), bound_to="award/1/name")


def test_a_data_key_does_not_open_under_another_wrapping_key() -> None:
    with pytest.raises(Refused):
        AesGcmVault(b"\x2b" * 32).open(SEALED, data_key=DATA_KEY, bound_to="award/1/name")


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_a_sealed_value_with_any_byte_changed_does_not_open(place: int, change: int) -> None:
    altered = bytearray(SEALED)
    altered[place] ^= change
    with pytest.raises(Refused):
        VAULT.open(bytes(altered), data_key=DATA_KEY, bound_to="award/1/name")


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_any_other_bytes_are_refused(sealed: bytes, data_key: bytes) -> None:
    with pytest.raises(Refused) as refused:
        VAULT.open(sealed, data_key=data_key, bound_to="award/1/name")
    assert refused.value.problems[0].type == CRYPTOGRAPHIC_SECURITY_ERROR


def test_equal_values_of_one_kind_have_one_digest() -> None:
    assert VAULT.digest(Personal("a@example.com"), kind="email") == VAULT.digest(
        Personal("a@example.com"), kind="email"
    )


@pytest.mark.parametrize(("value", "kind"), [("b@example.com", "email"), ("a@example.com", "name")])
def test_another_value_or_kind_has_another_digest(value: str, kind: str) -> None:
    assert VAULT.digest(Personal(value), kind=kind) != VAULT.digest(Personal("a@example.com"), kind="email")


def test_kind_and_value_do_not_run_into_each_other() -> None:
    assert VAULT.digest(Personal("la"), kind="emai") != VAULT.digest(Personal("a"), kind="email")


def test_a_digest_depends_on_the_wrapping_key() -> None:
    assert AesGcmVault(b"\x2b" * 32).digest(Personal("a"), kind="name") != VAULT.digest(Personal("a"), kind="name")


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_wrapping_key_has_32_bytes(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        AesGcmVault(bytes(size))
