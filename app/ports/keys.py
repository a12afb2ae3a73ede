"""Keys that sign, and the vault that seals: the only ways to what is secret."""

from enum import StrEnum
from typing import Protocol

from app.core.personal import Personal


class KeyPurpose(StrEnum):
    """What a key is for. A signer refuses every other purpose (trust rule 5)."""

    CREDENTIAL = "credential"
    STATUS_LIST = "status-list"
    ACCESS_TOKEN = "access-token"  # noqa: S105 - a purpose, not a password
    CLAIM_LINK = "claim-link"
    DATA = "data"


class Signer(Protocol):
    """Stands before one private key. Nothing else ever sees one."""

    @property
    def verification_method(self) -> str: ...

    @property
    def purposes(self) -> frozenset[KeyPurpose]: ...

    @property
    def algorithm(self) -> str:
        """JOSE name of the signature algorithm: `EdDSA`, `ES256` or `ES384`."""
        ...

    async def sign(self, data: bytes, *, purpose: KeyPurpose) -> bytes:
        """The raw signature, of ECDSA r ‖ s. Raises Refused (PROOF_GENERATION_ERROR) for another purpose."""
        ...


class Signers(Protocol):
    """The keys that this process may sign with: opened at start, and one that is made later on its first use."""

    async def by_method(self, verification_method: str) -> Signer:
        """The signer of an institution's key, a retired one too: what was begun with it is finished with it.

        Raises Refused (PROOF_GENERATION_ERROR) where it is none of ours, or revoked; Unavailable where it is ours, and
        does not open here.
        """
        ...

    def by_purpose(self, purpose: KeyPurpose) -> Signer:
        """The service's own key for a purpose: CLAIM_LINK (HMAC-SHA256, `HS256`) or ACCESS_TOKEN (`EdDSA`)."""
        ...


class Vault(Protocol):
    """Personal data at rest: AES-256-GCM under a data key of its award, which is wrapped by a key in `keys/`."""

    def new_data_key(self) -> bytes:
        """A fresh data key, wrapped: what the database may keep. Destroying it is erasing all that it sealed."""
        ...

    def seal(self, plaintext: bytes, *, data_key: bytes, bound_to: str) -> bytes:
        """`bound_to` names the row and the column: a sealed value moved elsewhere does not open."""
        ...

    def open(self, sealed: bytes, *, data_key: bytes, bound_to: str) -> bytes:
        """Raises Refused where the value was altered, moved, or sealed under another key."""
        ...

    def digest(self, value: Personal[str], *, kind: str) -> bytes:
        """A keyed digest for looking up; equal values of one kind give equal digests."""
        ...
