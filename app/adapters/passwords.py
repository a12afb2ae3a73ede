"""Passwords as Argon2id hashes, made in threads of their own. The only module that knows argon2.

https://www.rfc-editor.org/rfc/rfc9106 (§4, the second recommended parameters)
"""

import asyncio
import secrets
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from app.ports import Overloaded

T = TypeVar("T")


class Argon2Passwords:
    """Implements `Passwords`. argon2 lets go of the interpreter while it works: threads are enough.

    Each hash takes its memory while it is made, so few are made at a time, and few wait.
    """

    def __init__(
        self,
        *,
        threads: int = 2,
        max_waiting: int = 32,
        memory_kib: int = 65_536,
        passes: int = 3,
        lanes: int = 4,
    ) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes)
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="passwords")
        self._max_waiting = max_waiting
        self._waiting = 0
        # No password is known that makes this; checking one against it costs what it costs against anybody's.
        salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
        self._nobodys = f"$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${digest}"

    @property
    def nobodys(self) -> str:
        return self._nobodys

    async def hash(self, password: str) -> str:
        return await self._run(lambda: self._hasher.hash(password))

    async def verify(self, password: str, password_hash: str) -> bool:
        def verified() -> bool:
            try:
                return self._hasher.verify(password_hash, password)
            except (Argon2Error, InvalidHashError):
                return False

        return await self._run(verified)

    def is_outdated(self, password_hash: str) -> bool:
        try:
            return self._hasher.check_needs_rehash(password_hash)
        except InvalidHashError:
            return True

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= self._max_waiting:
            raise Overloaded("Too many people sign in at once.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
