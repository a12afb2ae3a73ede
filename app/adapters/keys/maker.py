"""Makes keys and secrets, for the command line alone: what stands in `keys/` already is never written over."""

import itertools
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from app.adapters.keys import file
from app.adapters.keys.private_file import read_private, refused, write_private
from app.adapters.keys.ring import ACCESS_TOKEN_FILE, CLAIM_LINK_FILE, DATA_FILE
from app.adapters.keys.secret import make_secret, read_secret
from app.core import key_text
from app.core.multiformats import KeyKind
from app.core.problems import KEY_ERROR, Problem, Refused
from app.issuer.set_up import ClientCredentials, MadeKey
from app.ports import KeyPurpose

SHORTEST_PASSPHRASE = 20

_CREDENTIALS = re.compile(rb"CLIENT_ID=([a-z0-9-]{1,100})\nCLIENT_SECRET=([A-Za-z0-9_-]{43})\n")
_REGISTRAR = re.compile(rb"LOGIN=([a-z0-9@.-]{1,150})\nPASSWORD=([A-Za-z0-9_-]{20})\n")


@dataclass(frozen=True, slots=True)
class RegistrarCredentials:
    """What a demonstration's registrar signs in with, and the file that tells it."""

    login: str
    password: str = field(repr=False)
    path: Path


@dataclass(frozen=True, slots=True)
class FileKeyMaker:
    """Makes keys as files of `keys_dir`. Without a passphrase they are not encrypted: for a demonstration alone."""

    keys_dir: Path
    passphrase: bytes | None = field(repr=False)

    def demand_protection(self) -> None:
        """Raises Refused (KEY_ERROR) where there is no passphrase, or one that can be guessed."""
        if self.passphrase is None or len(self.passphrase) < SHORTEST_PASSPHRASE:
            what = "There is no passphrase" if self.passphrase is None else "The passphrase is too short"
            remedy = "Set KEY_PASSPHRASE_FILE to a file that holds one; to make one: openssl rand -base64 32"
            detail = f"{what}: an institution's keys are encrypted under {SHORTEST_PASSPHRASE} characters or more."
            raise Refused(Problem(KEY_ERROR, detail=detail, remedy=remedy))

    def make_key(self, name: str, *, kind: KeyKind = KeyKind.ED25519) -> MadeKey:
        path = self._path(f"{name}.pem")
        file.make_key(path, passphrase=self.passphrase, kind=kind)
        key = file.public_key(path, passphrase=self.passphrase, may_be_unencrypted=self.passphrase is None)
        if key.kind is not kind:
            raise refused(path, f"holds a key of {key.kind}, not of {kind}", "Move it away, and do again what you did.")
        return MadeKey(f"{file.SCHEME}:{path.name}", key_text.write(key))

    def make_own_keys(self) -> None:
        """What the service itself needs: for access tokens, claim links, and data at rest."""
        may_be_unencrypted = self.passphrase is None
        token = self._path(ACCESS_TOKEN_FILE)
        file.make_key(token, passphrase=self.passphrase)
        file.public_key(token, passphrase=self.passphrase, may_be_unencrypted=may_be_unencrypted)
        for name, purpose in ((CLAIM_LINK_FILE, KeyPurpose.CLAIM_LINK), (DATA_FILE, KeyPurpose.DATA)):
            path = self._path(name)
            make_secret(path, purpose=purpose, passphrase=self.passphrase)
            read_secret(path, purpose=purpose, passphrase=self.passphrase, may_be_unencrypted=may_be_unencrypted)

    def make_client(self, institution: str) -> ClientCredentials:
        """A client's id and secret, in a file for whoever calls the API."""
        path = self._path(f"{institution}-client.env")
        made = f"CLIENT_ID={institution}-{secrets.token_hex(4)}\nCLIENT_SECRET={secrets.token_urlsafe(32)}\n"
        write_private(path, made.encode())
        match = _CREDENTIALS.fullmatch(read_private(path))
        if not match:
            raise refused(path, "holds no client credentials", "Move it away, and do again what you did.")
        return ClientCredentials(match[1].decode(), match[2].decode(), path)

    def make_further_client(self, institution: str) -> ClientCredentials:
        return self.make_secret(f"{institution}-{secrets.token_hex(4)}")

    def make_secret(self, client_id: str) -> ClientCredentials:
        """A new secret for a client, in a new file: one that stands there is never written over."""
        secret = secrets.token_urlsafe(32)
        content = f"CLIENT_ID={client_id}\nCLIENT_SECRET={secret}\n".encode()
        for number in itertools.count(1):
            path = self._path(f"{client_id}.env" if number == 1 else f"{client_id}-{number}.env")
            if write_private(path, content):
                return ClientCredentials(client_id, secret, path)
        raise AssertionError("counting does not end")

    def make_registrar(self, institution: str) -> RegistrarCredentials:
        """A demonstration's address and password for its console, in a file for whoever tries it."""
        path = self.registrar_file(institution)
        made = f"LOGIN=registrar@{institution}.example\nPASSWORD={secrets.token_urlsafe(15)}\n"
        write_private(path, made.encode())
        match = _REGISTRAR.fullmatch(read_private(path))
        if not match:
            raise refused(path, "holds no address and password", "Move it away and run `testamur setup` again.")
        return RegistrarCredentials(match[1].decode(), match[2].decode(), path)

    def registrar_file(self, institution: str) -> Path:
        return self._path(f"{institution}-registrar.env")

    def _path(self, name: str) -> Path:
        self.keys_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.keys_dir / name
