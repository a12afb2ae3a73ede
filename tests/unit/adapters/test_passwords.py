"""Passwords through the real argon2: right, wrong, no hash at all, in threads that let the loop go on."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from app.adapters.passwords import Argon2Passwords
from app.ports import Overloaded


@pytest.fixture(scope="module")
def passwords() -> Iterator[Argon2Passwords]:
    made = Argon2Passwords(memory_kib=64, passes=1, lanes=1)
    yield made
    made.close()


async def test_the_password_of_a_hash_is_right(passwords: Argon2Passwords) -> None:
    assert await passwords.verify("zażółć gęślą", await passwords.hash("zażółć gęślą"))


@pytest.mark.parametrize("wrong", ["", "Secret", "secret ", "x" * 256])
async def test_any_other_is_wrong(passwords: Argon2Passwords, wrong: str) -> None:
    assert not await passwords.verify(wrong, await passwords.hash("secret"))


@pytest.mark.parametrize("no_hash", ["", "secret", "$argon2id$v=19$m=64,t=1,p=1$", "$2b$12$abc"])
async def test_against_what_is_no_hash_all_are_wrong(passwords: Argon2Passwords, no_hash: str) -> None:
    assert not await passwords.verify("secret", no_hash)
    assert passwords.is_outdated(no_hash)


async def test_nobodys_hash_has_the_parameters_of_all(passwords: Argon2Passwords) -> None:
    assert not passwords.is_outdated(passwords.nobodys)
    assert not await passwords.verify("", passwords.nobodys)


async def test_the_parameters_are_those_of_the_standard() -> None:
    passwords = Argon2Passwords()
    assert passwords.nobodys.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    passwords.close()


async def test_hashing_does_not_hold_up_the_loop() -> None:
    passwords = Argon2Passwords(memory_kib=65_536, passes=10, lanes=1)
    hashing = asyncio.create_task(passwords.hash("secret"))
    longest, last = 0.0, time.monotonic()
    while not hashing.done():
        await asyncio.sleep(0.001)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    passwords.close()
    assert longest < 0.1


async def test_beyond_those_that_wait_it_is_said_to_be_busy() -> None:
    passwords = Argon2Passwords(threads=1, max_waiting=2, memory_kib=8_192, passes=5, lanes=1)
    outcomes = await asyncio.gather(*(passwords.hash("secret") for _ in range(5)), return_exceptions=True)
    passwords.close()
    assert sum(isinstance(outcome, Overloaded) for outcome in outcomes) == 3
