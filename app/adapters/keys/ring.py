"""All keys that the service works with: those in use are opened at start, or stop it there; others on their first use.

A key that is made while the service runs is in the directory, and in a file of `keys/`: it is opened when the first
award, or the first list, is to be signed with it. A retired key is opened too, for what was begun with it.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias, TypeVar

from app.adapters.keys import file, open_signer
from app.adapters.keys.private_file import refused
from app.adapters.keys.secret import HmacSigner, read_secret
from app.core.problems import KEY_ERROR, PROOF_GENERATION_ERROR, Problem, Refused
from app.ports import Institution, InstitutionKey, KeyPurpose, Signer, Unavailable

ACCESS_TOKEN_FILE = "access-token.pem"  # noqa: S105 - a file's name
CLAIM_LINK_FILE = "claim-link.key"
DATA_FILE = "data.key"

T = TypeVar("T")
FindInstitution: TypeAlias = Callable[[str], Awaitable[Institution | None]]


class KeyRing:
    """The port `Signers`, beside the one secret that is no signer: `data` wraps the awards' data keys."""

    def __init__(
        self,
        *,
        access_token_public_key: bytes,
        data: bytes,
        own: Iterable[Signer],
        opened: Mapping[str, Signer],
        find_institution: FindInstitution,
        open_key: Callable[[Institution, InstitutionKey], Signer],
    ) -> None:
        self.access_token_public_key = access_token_public_key
        self.data = data
        self._own = tuple(own)
        # As many as the institutions have keys: what is not theirs is never opened.
        self._opened = dict(opened)
        self._find_institution = find_institution
        self._open_key = open_key

    async def by_method(self, verification_method: str) -> Signer:
        signer = self._opened.get(verification_method)
        if signer is None:
            signer = self._opened[verification_method] = await self._open(verification_method)
        return signer

    def by_purpose(self, purpose: KeyPurpose) -> Signer:
        for signer in self._own:
            if purpose in signer.purposes:
                return signer
        raise Refused(Problem(PROOF_GENERATION_ERROR, detail=f"The service has no key of its own for {purpose}."))

    async def check(self, institutions: Iterable[Institution]) -> None:
        """Raises Unavailable where a key does not open that one of them signs with now."""
        for institution in institutions:
            for key in institution.keys:
                if key.in_use:
                    await self.by_method(key.verification_method)

    async def _open(self, verification_method: str) -> Signer:
        institution = await self._find_institution(verification_method.partition("#")[0])
        keys = institution.keys if institution else ()
        key = next((one for one in keys if one.verification_method == verification_method), None)
        if institution is None or key is None or key.revoked:
            raise Refused(
                Problem(PROOF_GENERATION_ERROR, detail=f"No key that may sign stands behind {verification_method}.")
            )
        try:
            return self._open_key(institution, key)
        except Refused as refusal:
            told = " ".join(f"{problem.detail} {problem.remedy}".strip() for problem in refusal.problems)
            raise Unavailable(f"The key {verification_method} does not open. {told}") from refusal


def open_key_ring(
    institutions: Sequence[Institution],
    *,
    keys_dir: Path,
    passphrase: bytes | None,
    find_institution: FindInstitution,
) -> KeyRing:
    """Opens the service's own keys and every key in use. Raises Refused with all that is wrong."""
    open_key = partial(_institution_key, keys_dir=keys_dir, passphrase=passphrase)
    problems: list[Problem] = []
    demo = all(institution.demo for institution in institutions)
    token = _tried(problems, partial(_access_token, keys_dir, passphrase, may_be_unencrypted=demo))
    claim_link = _tried(problems, partial(_claim_link, keys_dir, passphrase, may_be_unencrypted=demo))
    data = _tried(problems, partial(open_data_key, keys_dir, passphrase=passphrase, may_be_unencrypted=demo))
    signers = [
        _tried(problems, partial(open_key, institution, key))
        for institution in institutions
        for key in institution.keys
        if key.in_use
    ]
    if token is None or claim_link is None or data is None or problems:
        raise Refused(*problems)
    return KeyRing(
        access_token_public_key=token.public_key,
        data=data,
        own=(token, claim_link),
        opened={signer.verification_method: signer for signer in signers if signer},
        find_institution=find_institution,
        open_key=open_key,
    )


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
    signer = file.open_signer(
        f"{file.SCHEME}:{ACCESS_TOKEN_FILE}",
        keys_dir=keys_dir,
        passphrase=passphrase,
        verification_method="access-token",
        purposes=frozenset({KeyPurpose.ACCESS_TOKEN}),
        may_be_unencrypted=may_be_unencrypted,
    )
    if signer.algorithm != "EdDSA":
        what = "holds no Ed25519 key, and access tokens are signed with one"
        raise refused(keys_dir / ACCESS_TOKEN_FILE, what, "Restore the key that `testamur setup` made.")
    return signer


def _claim_link(keys_dir: Path, passphrase: bytes | None, *, may_be_unencrypted: bool) -> HmacSigner:
    purpose = KeyPurpose.CLAIM_LINK
    secret = read_secret(
        keys_dir / CLAIM_LINK_FILE, purpose=purpose, passphrase=passphrase, may_be_unencrypted=may_be_unencrypted
    )
    return HmacSigner("claim-link", frozenset({purpose}), secret)


def _institution_key(
    institution: Institution, key: InstitutionKey, *, keys_dir: Path, passphrase: bytes | None
) -> Signer:
    signer = open_signer(
        key.uri,
        keys_dir=keys_dir,
        passphrase=passphrase,
        verification_method=key.verification_method,
        purposes=key.purposes,
        may_be_unencrypted=institution.demo,
    )
    if signer.public_key != key.public_key.raw:
        raise Refused(
            Problem(
                KEY_ERROR,
                detail=f"The key at {key.uri} is not the one that {institution.name} published.",
                remedy="Restore the file that belongs to this database from your backup.",
            )
        )
    return signer
