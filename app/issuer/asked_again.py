"""How a request that is sent again is told from another: by its `Idempotency-Key`, and a keyed digest of its body."""

import hashlib

from app.core.personal import Personal
from app.ports import Idempotency, Vault


def idempotency(vault: Vault, key: str | None, request: bytes) -> Idempotency | None:
    """None where the request has no key: then each is another."""
    return None if key is None else Idempotency(key=key, request_digest=request_digest(vault, request))


def request_digest(vault: Vault, request: bytes) -> bytes:
    return vault.digest(Personal(hashlib.sha256(request).hexdigest()), kind="request")
