"""Where private keys are kept: one module a kind of store, chosen by the scheme of the key's URI."""

from pathlib import Path
from typing import Protocol

from app.adapters.keys import file
from app.core.problems import KEY_ERROR, Problem, Refused
from app.ports import KeyPurpose, Signer

SCHEMES = (file,)


class KeptSigner(Signer, Protocol):
    """A signer whose public half is known, so that it can be compared with what was published."""

    @property
    def public_key(self) -> bytes: ...


def open_signer(
    uri: str,
    *,
    keys_dir: Path,
    passphrase: bytes | None,
    verification_method: str,
    purposes: frozenset[KeyPurpose],
    may_be_unencrypted: bool = False,
) -> KeptSigner:
    """The signer that `uri` names. Raises Refused (KEY_ERROR) where no store has its scheme, or its store refuses."""
    for store in SCHEMES:
        if uri.startswith(store.SCHEME + ":"):
            signer: KeptSigner = store.open_signer(
                uri,
                keys_dir=keys_dir,
                passphrase=passphrase,
                verification_method=verification_method,
                purposes=purposes,
                may_be_unencrypted=may_be_unencrypted,
            )
            return signer
    known = ", ".join(store.SCHEME for store in SCHEMES)
    raise Refused(Problem(KEY_ERROR, detail=f"No key store has the scheme of {uri!r}; there are: {known}."))
