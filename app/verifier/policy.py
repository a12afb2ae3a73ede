"""What a verifier is willing to take: it narrows the tables of what we know, and widens nothing."""

from dataclasses import dataclass, field
from datetime import timedelta

from app.core import did
from app.core.proof.cryptosuites import CRYPTOSUITES
from app.core.proof.jwk import ALGORITHMS
from app.core.status import MECHANISMS, token_status_list


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationPolicy:
    """Allow-lists: what is not named is not accepted, and an empty one accepts nothing."""

    cryptosuites: frozenset[str] = frozenset(CRYPTOSUITES)
    jose_algorithms: frozenset[str] = frozenset(ALGORITHMS)
    did_prefixes: frozenset[str] = did.PREFIXES
    status_types: frozenset[str] = frozenset((*(mechanism.TYPE for mechanism in MECHANISMS), token_status_list.TYPE))
    # Certificates (DER) of those who may vouch for the key of an SD-JWT VC.
    authorities: tuple[bytes, ...] = field(default=(), repr=False)
    clock_skew: timedelta = timedelta(minutes=5)
