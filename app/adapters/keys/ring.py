"""All keys that the service works with, opened at start: one that is missing or unreadable stops it there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from app.adapters.keys import file, open_signer
from app.adapters.keys.secret import HmacSigner, read_secret
from app.core.multiformats import decode_multikey
from app.core.problems import KEY_ERROR, PROOF_GENERATION_ERROR, Problem, Refused
from app.ports import Institution, InstitutionKey, KeyPurpose, Signer

ACCESS_TOKEN_FILE = "access-token.pem"  # noqa: S105 - a file's name
CLAIM_LINK_FILE = "claim-link.key"
DATA_FILE = "data.key"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The port `Signers`, beside the one secret that is no signer: `data` wraps the awards' data keys."""

    access_token_public_key: bytes
    data: bytes = field(repr=False)
    _own: tuple[Signer, ...] = field(repr=False)
    _institutions: tuple[Signer, ...] = field(repr=False)

    def by_method(self, verification_method: str) -> Signer:
        for signer in self._institutions:
            if signer.verification_method == verification_method:
                return signer
        raise Refused(
            Problem(PROOF_GENERATION_ERROR, detail=f"No key that may sign stands behind {verification_method}.")
        )

    def by_purpose(self, purpose: KeyPurpose) -> Signer:
        for signer in self._own:
            if purpose in signer.purposes:
                return signer
        raise Refused(Problem(PROOF_GENERATION_ERROR, detail=f"The service has no key of its own for {purpose}."))


def open_key_ring(institutions: Sequence[Institution], *, keys_dir: Path, passphrase: bytes | None) -> KeyRing:
    """Opens the service's own keys and every key that may still sign. Raises Refused with all that is wrong."""
    demo = all(institution.demo for institution in institutions)
    problems: list[Problem] = []
    token = _tried(problems, partial(_access_token, keys_dir, passphrase, may_be_unencrypted=demo))
    claim_link = _tried(problems, partial(_claim_link, keys_dir, passphrase, may_be_unencrypted=demo))
    data = _tried(problems, partial(open_data_key, keys_dir, passphrase=passphrase, may_be_unencrypted=demo))
    signers = [
        _tried(problems, partial(_institution_key, institution, key, keys_dir, passphrase))
        for institution in institutions
        for key in institution.keys
        if key.retired is None and key.revoked is None
    ]
    if token is None or claim_link is None or data is None or problems:
        raise Refused(*problems)
    return KeyRing(token.public_key, data, (token, claim_link), tuple(signer for signer in signers if signer))


def _tried(problems: list[Problem], opening: Callable[[], T]) -> T | None:
    """What is opened; None where that is refused, the problems then added to the others."""
    try:
        return opening()
    except Refused as refusal:
        problems.extend(refusal.problems)
        return None


def open_data_key(keys_dir: Path, *, passphrase: bytes | None, may_be_unencrypted: bool) -> bytes:
    """The key that wraps the awards' data keys. Raises Refused (KEY_ERROR)."""
    return read_secret(
        keys_dir / DATA_FILE, purpose=KeyPurpose.DATA, passphrase=passphrase, may_be_unencrypted=may_be_unencrypted
    )


def _access_token(keys_dir: Path, passphrase: bytes | None, *, may_be_unencrypted: bool) -> file.FileSigner:
    return file.open_signer(
        f"{file.SCHEME}:{ACCESS_TOKEN_FILE}",
        keys_dir=keys_dir,
        passphrase=passphrase,
        verification_method="access-token",
        purposes=frozenset({KeyPurpose.ACCESS_TOKEN}),
        may_be_unencrypted=may_be_unencrypted,
    )


def _claim_link(keys_dir: Path, passphrase: bytes | None, *, may_be_unencrypted: bool) -> HmacSigner:
    purpose = KeyPurpose.CLAIM_LINK
    secret = read_secret(
        keys_dir / CLAIM_LINK_FILE, purpose=purpose, passphrase=passphrase, may_be_unencrypted=may_be_unencrypted
    )
    return HmacSigner("claim-link", frozenset({purpose}), secret)


def _institution_key(institution: Institution, key: InstitutionKey, keys_dir: Path, passphrase: bytes | None) -> Signer:
    signer = open_signer(
        key.uri,
        keys_dir=keys_dir,
        passphrase=passphrase,
        verification_method=key.verification_method,
        purposes=key.purposes,
        may_be_unencrypted=institution.demo,
    )
    if signer.public_key != decode_multikey(key.public_key_multibase).raw:
        raise Refused(
            Problem(
                KEY_ERROR,
                detail=f"The key at {key.uri} is not the one that {institution.name} published.",
                remedy="Restore the file that belongs to this database from your backup.",
            )
        )
    return signer
