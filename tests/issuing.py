"""An institution that awards over a real database, with real keys, in this process: for tests of what it does."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar
from uuid import uuid4

from app.adapters.cpu_pool import InlineCompute
from app.adapters.database import Database
from app.adapters.keys.maker import FileKeyMaker
from app.adapters.keys.ring import KeyRing, open_key_ring
from app.adapters.vault import AesGcmVault
from app.core.credential import award_request
from app.core.json_ld import Contexts
from app.issuer.award import Issuer
from app.issuer.institution_file import DEMONSTRATION
from app.issuer.publish import Publisher
from app.issuer.set_up import first_institution
from app.ports import Compute, Institution, Signers
from tests.verifying import NOW

P = ParamSpec("P")
T = TypeVar("T")

PUBLIC_URL = "http://127.0.0.1:8000"
TTL_SECONDS = 300


class Died(BaseException):
    """The process ended here: nothing of ours may catch it."""


@dataclass
class MortalCompute(InlineCompute):
    """Dies when it is given the work of that name, as a process does that is killed there."""

    contexts: Contexts
    dies_at: str

    def __post_init__(self) -> None:
        super().__init__(self.contexts)

    async def run(self, work: Callable[Concatenate[Contexts, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        if work.__name__ == self.dies_at:
            raise Died
        return await super().run(work, *args, **kwargs)


@dataclass(frozen=True)
class Office:
    """One institution of one database; as many processes as a test asks for work on it."""

    database: Database
    institution: Institution
    keys: KeyRing
    contexts: Contexts

    @classmethod
    async def opened(cls, database: Database, contexts: Contexts, keys_dir: Path) -> "Office":
        """Over a database without an institution."""
        made = await first_institution(
            database.directory,
            FileKeyMaker(keys_dir, None),
            lambda: DEMONSTRATION,
            public_url=PUBLIC_URL,
            scopes=frozenset(),
            now=NOW,
        )
        return cls(
            database, made.institution, open_key_ring([made.institution], keys_dir=keys_dir, passphrase=None), contexts
        )

    def issuer(
        self,
        *,
        new_id: Callable[[], str] = lambda: str(uuid4()),
        signers: Signers | None = None,
        compute: Compute | None = None,
        writes_to_learners: bool = False,
    ) -> Issuer:
        return Issuer(
            register=self.database.register,
            vault=AesGcmVault(self.keys.data),
            signers=signers or self.keys,
            documents=self.publisher(),
            compute=compute or InlineCompute(self.contexts),
            public_url=PUBLIC_URL,
            claim_expires_days=90,
            new_id=new_id,
            writes_to_learners=writes_to_learners,
        )

    def publisher(self, *, signers: Signers | None = None) -> Publisher:
        return Publisher(
            directory=self.database.directory,
            status_lists=self.database.status_lists,
            signers=signers or self.keys,
            compute=InlineCompute(self.contexts),
            public_url=PUBLIC_URL,
            publish_seconds=0,
            ttl_seconds=TTL_SECONDS,
            valid_days=30,
        )

    def without_its_keys(self) -> Signers:
        """What a process can sign with that lost the institution's key, or may not use it any more."""
        return replace(self.keys, _institutions=())


def request(**members: object) -> bytes:
    """The body of a good request, with these members in the place of the example's."""
    return json.dumps(award_request.MINIMAL_EXAMPLE | members).encode()
