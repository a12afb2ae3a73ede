"""Whether a credential is its issuer's, as a value: what is proven, or the two findings that say why it is not."""

from dataclasses import dataclass
from datetime import datetime

from app.core.credential.received import ReceivedCredential
from app.core.did.document import ControlledIdentifierDocument
from app.core.json_ld import Contexts
from app.core.problems import PROOF_VERIFICATION_ERROR, UNSUPPORTED_MECHANISM, Problem, Refused
from app.verifier import secured
from app.verifier.policy import VerificationPolicy
from app.verifier.report import Failed, NotApplicable, Outcome, Passed, Undetermined
from app.verifier.verify_proofs import Recorded, VerifiedCredential

NOT_JUDGED = NotApplicable("Nothing of it is proven, so this was not judged.")


@dataclass(frozen=True, slots=True)
class Unproven:
    """Why nothing in a credential counts: the findings of the checks `proof` and `controller`."""

    proof: Failed | Undetermined
    controller: Outcome


def prove(
    contexts: Contexts,
    received: ReceivedCredential,
    controller: ControlledIdentifierDocument,
    *,
    now: datetime,
    policy: VerificationPolicy,
    recorded: Recorded,
) -> VerifiedCredential | Unproven:
    read = secured.read(received, policy=policy)
    try:
        keyed = secured.find_keys(read, controller, now=now, recorded=recorded)
    except Refused as refused:
        return without_key(told(refused))
    try:
        return secured.verify(contexts, received, keyed, now=now, policy=policy, recorded=recorded)
    except Refused as refused:
        return Unproven(proof=told(refused), controller=Passed())


def without_key(controller: Failed | Undetermined) -> Unproven:
    """No key, no check of the signature: what that says of the proof follows from why there is none."""
    match controller:
        case Undetermined(problems):
            return Unproven(proof=Undetermined(problems), controller=controller)
        case Failed():
            detail = "no key of the issuer's fits it, so nothing shows that the issuer signed this"
            problem = Problem(PROOF_VERIFICATION_ERROR, at="/proof", detail=detail)
            return Unproven(proof=Failed((problem,)), controller=controller)


def told(refused: Refused) -> Failed | Undetermined:
    """A mechanism that we do not know says nothing against a credential; anything else that is refused does."""
    if all(problem.type == UNSUPPORTED_MECHANISM for problem in refused.problems):
        return Undetermined(refused.problems)
    return Failed(refused.problems)
