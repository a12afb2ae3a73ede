"""What VCALM's holder interface is asked, and what it answers: made in the pool, so nothing here needs FastAPI.

https://www.w3.org/TR/vcalm/#derive-credential
"""

from app.api.vcalm_request import credential_and_options, malformed, refuse_unknown
from app.core import strict_json
from app.core.json_ld import Contexts
from app.core.problems import MALFORMED_VALUE_ERROR, PROOF_GENERATION_ERROR, Problem, Refused
from app.core.proof.ecdsa_sd.derive import derive

_POINTERS = "selectivePointers"


def derived(contexts: Contexts, body: bytes) -> bytes:
    """The derived credential. Raises Refused with what is wrong, each problem at its place in the request."""
    credential, options = credential_and_options(body)
    refuse_unknown(options, {_POINTERS})
    match options.get(_POINTERS, []):
        case list(pointers) if all(isinstance(each, str) for each in pointers):
            pass
        case _:
            raise Refused(malformed(f"/options/{_POINTERS}", "must be an array of JSON Pointers"))
    try:
        return strict_json.write(derive(contexts, credential, pointers))
    except Refused as refused:
        raise Refused(*map(_in_the_request, refused.problems)) from refused


def _in_the_request(problem: Problem) -> Problem:
    member = "/options" if problem.at.startswith(f"/{_POINTERS}") else "/verifiableCredential"
    # No key of ours takes part: where no proof can be made, it is for what was sent.
    kind = MALFORMED_VALUE_ERROR if problem.type == PROOF_GENERATION_ERROR else problem.type
    return Problem(kind, member + problem.at, problem.detail, problem.remedy)
