"""An institution that awards over a real database, with real keys, in this process: for tests of what it does."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar
from uuid import uuid4

from app.adapters.cpu_pool import InlineCompute
from app.adapters.database import Database
from app.adapters.keys.maker import FileKeyMaker
from app.adapters.keys.ring import KeyRing, open_key_ring
from app.adapters.remembered_institutions import RememberedInstitutions
from app.adapters.vault import AesGcmVault
from app.core.credential import award_request
from app.core.json_ld import Contexts
from app.core.proof.chance import CHANCE_BYTES
from app.issuer.award import Issuer
from app.issuer.brought import BroughtIssuer
from app.issuer.institution_file import DEMONSTRATION, InstitutionProfile
from app.issuer.publish import Publisher
from app.issuer.set_up import first_institution
from app.ports import Compute, Counts, Institution, Signers
from tests.verifying import NOW

P = ParamSpec("P")
T = TypeVar("T")

PUBLIC_URL = "http://127.0.0.1:8000"
TTL_SECONDS = 300


class Died(BaseException):
    """The process ended here: nothing of ours may catch it."""


@dataclass
class MortalCompute(InlineCompute):
    """Dies when it is given the work of that name that many `times`, as a process does that is killed there."""

    contexts: Contexts
    dies_at: str
    times: int = 1

    def __post_init__(self) -> None:
        super().__init__(self.contexts)

    async def run(self, work: Callable[Concatenate[Contexts, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        if work.__name__ == self.dies_at:
            self.times -= 1
            if self.times == 0:
                raise Died
        return await super().run(work, *args, **kwargs)


@dataclass(frozen=True)
class Office:
    """One institution of one database; as many processes as a test asks for work on it."""

    database: Database
    institution: Institution
    keys: KeyRing
    contexts: Contexts
    keys_dir: Path
    public_url: str = PUBLIC_URL

    @classmethod
    async def opened(
        cls,
        database: Database,
        contexts: Contexts,
        keys_dir: Path,
        *,
        public_url: str = PUBLIC_URL,
        profile: InstitutionProfile = DEMONSTRATION,
    ) -> "Office":
        """Over a database without an institution. On https it is a did:web, else a did:key."""
        made = await first_institution(
            database.directory,
            FileKeyMaker(keys_dir, None),
            lambda: profile,
            public_url=public_url,
            scopes=frozenset(),
            now=NOW,
        )
        keys = open_key_ring(
            [made.institution],
            keys_dir=keys_dir,
            passphrase=None,
            find_institution=database.directory.institution_by_did,
        )
        return cls(database, made.institution, keys, contexts, keys_dir, public_url)

    def issuer(
        self,
        *,
        new_id: Callable[[], str] = lambda: str(uuid4()),
        signers: Signers | None = None,
        compute: Compute | None = None,
        writes_to_learners: bool = False,
        counts: Counts | None = None,
    ) -> Issuer:
        return Issuer(
            register=self.database.register,
            vault=AesGcmVault(self.keys.data),
            signers=signers or self.keys,
            documents=self.publisher(),
            compute=compute or InlineCompute(self.contexts),
            public_url=self.public_url,
            claim_expires_days=90,
            new_id=new_id,
            new_chance=lambda: secrets.token_bytes(CHANCE_BYTES),
            writes_to_learners=writes_to_learners,
            counts=counts,
        )

    def brought(self, *, signers: Signers | None = None, compute: Compute | None = None) -> BroughtIssuer:
        return BroughtIssuer(
            register=self.database.brought,
            vault=AesGcmVault(self.keys.data),
            signers=signers or self.keys,
            documents=self.publisher(),
            compute=compute or InlineCompute(self.contexts),
            public_url=self.public_url,
            new_id=lambda: str(uuid4()),
            new_chance=lambda: secrets.token_bytes(CHANCE_BYTES),
        )

    def publisher(self, *, signers: Signers | None = None, counts: Counts | None = None) -> Publisher:
        return Publisher(
            institutions=RememberedInstitutions(self.database.directory, ttl_seconds=TTL_SECONDS),
            status_lists=self.database.status_lists,
            recorded_proofs=self.database.recorded_proofs,
            signers=signers or self.keys,
            compute=InlineCompute(self.contexts),
            public_url=self.public_url,
            publish_seconds=0,
            ttl_seconds=TTL_SECONDS,
            valid_days=30,
            counts=counts,
        )

    def without_its_keys(self) -> Signers:
        """What a process can sign with that lost the institution's key, or may not use it any more."""

        async def nobody(_did: str) -> Institution | None:
            return None

        return open_key_ring([], keys_dir=self.keys_dir, passphrase=None, find_institution=nobody)


def request(**members: object) -> bytes:
    """The body of a good request, with these members in the place of the example's."""
    return json.dumps(award_request.MINIMAL_EXAMPLE | members).encode()
