"""A key that an Open Badges issuer publishes by itself, at a URL on its own host that a token names (`kid`).

https://www.imsglobal.org/spec/ob/v3p0#dereference. What its own document says of its keys goes before: see
docs/adr/0042.
"""

from app.core import strict_json
from app.core.did.document import ControlledIdentifierDocument
from app.core.json_ld import Contexts
from app.core.problems import INVALID_VERIFICATION_METHOD, Problem, Refused
from app.core.proof import vc_jwt
from app.core.proof.vc_jwt import SignedToken
from app.ports import Compute, Fetch
from app.verifier.prove import told
from app.verifier.report import Failed, Undetermined

_ACCEPT = "application/jwk+json, application/json"


async def published_alone(
    token: SignedToken,
    issuer: str,
    controller: ControlledIdentifierDocument | Failed | Undetermined,
    *,
    fetch: Fetch,
    compute: Compute,
    deadline: float,
) -> ControlledIdentifierDocument | Failed | Undetermined:
    """`controller`, or in its place the one key at the URL, where the issuer says nothing of its keys elsewhere."""
    url = vc_jwt.key_url(token, issuer)
    if url is None or url == issuer or isinstance(controller, Failed) or _says_something(controller):
        return controller
    try:
        fetched = await fetch(url, accept=_ACCEPT, deadline=deadline, otherwise=INVALID_VERIFICATION_METHOD)
    except Refused as unanswered:
        return Undetermined(unanswered.problems)
    return await compute.run(read_fetched, fetched.content, url=url, issuer=issuer, token=token)


def read_fetched(
    _contexts: Contexts, content: bytes, *, url: str, issuer: str, token: SignedToken
) -> ControlledIdentifierDocument | Failed | Undetermined:
    """The key as it stands at `url`, which a stranger wrote."""
    try:
        published = strict_json.read_object(content)
    except Refused:
        detail = f"what stands at {url:.200} is not a key"
        return Undetermined((Problem(INVALID_VERIFICATION_METHOD, detail=detail),))
    try:
        return vc_jwt.document_of_key(token, issuer, published)
    except Refused as refused:
        return told(refused)


def _says_something(controller: ControlledIdentifierDocument | Undetermined) -> bool:
    return isinstance(controller, ControlledIdentifierDocument) and bool(controller.verification_methods)
