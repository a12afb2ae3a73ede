"""A key is used for what it is for, and for nothing else."""

from app.core.problems import PROOF_GENERATION_ERROR, Problem, Refused
from app.ports import KeyPurpose


def demand_purpose(purpose: KeyPurpose, purposes: frozenset[KeyPurpose], *, of: str) -> None:
    """Raises Refused (PROOF_GENERATION_ERROR) where `purpose` is not among the key's own."""
    if purpose not in purposes:
        allowed = ", ".join(sorted(purposes)) or "nothing"
        raise Refused(Problem(PROOF_GENERATION_ERROR, detail=f"The key {of} is for {allowed}, not for {purpose}."))
