"""The Token Status List that an SD-JWT VC points to: fetched where the credential is proven, and verified in turn.

https://datatracker.ietf.org/doc/draft-ietf-oauth-status-list/
"""

import asyncio
from datetime import datetime

from app.core.did.document import ControlledIdentifierDocument
from app.core.json_ld import Contexts
from app.core.problems import STATUS_RETRIEVAL_ERROR, STATUS_VERIFICATION_ERROR, JsonObject, Problem, Refused
from app.core.proof import jwt_vc_issuer, signed_jwt
from app.core.proof.signed_jwt import SignedJwt
from app.core.status import token_status_list
from app.core.status.token_status_list import StatusList
from app.ports import Compute, Fetch, Fetched, Publications, Unavailable
from app.verifier.certified import certified
from app.verifier.policy import VerificationPolicy
from app.verifier.report import Undetermined
from app.verifier.verify_proofs import demand_usable


async def token_list(
    claims: JsonObject,
    controller: ControlledIdentifierDocument,
    *,
    fetch: Fetch,
    publications: Publications,
    compute: Compute,
    policy: VerificationPolicy,
    deadline: float,
    now: datetime,
) -> tuple[tuple[str, StatusList | Undetermined], ...]:
    """The one list, by its URL; none where the credential points to none that could be found. Never raises Refused."""
    try:
        uri = token_status_list.locate(claims["status"]).uri if "status" in claims else None
    except Refused:
        uri = None
    if uri is None:
        return ()
    try:
        own = await _own(uri, publications=publications, now=now)
        if own is not None:
            held = await compute.run(verify_token_list, own, uri, controller, now=now, policy=policy)
            return ((uri, held),)
        fetched = await fetch(
            uri, accept=token_status_list.MEDIA_TYPE, deadline=deadline, otherwise=STATUS_RETRIEVAL_ERROR
        )
        held = await compute.run(verify_token_list, fetched.content, uri, controller, now=now, policy=policy)
    except Refused as refused:
        return ((uri, Undetermined(refused.problems)),)
    _keep(fetched, held, fetch=fetch, now=now)
    return ((uri, held),)


def verify_token_list(
    _contexts: Contexts,
    content: bytes,
    uri: str,
    controller: ControlledIdentifierDocument,
    *,
    now: datetime,
    policy: VerificationPolicy,
) -> StatusList:
    """The list at `uri`, where the very issuer of the credential that points to it signed it. Raises Refused."""
    try:
        token = signed_jwt.read(content.strip(b" \t\r\n").decode("ascii"))
        method = jwt_vc_issuer.find_key(token, _vouched_for(token, controller, policy=policy, now=now))
        demand_usable(method, now=now, recorded=None)
        key = jwt_vc_issuer.jwk_of(method)
        return token_status_list.verify(token, key=key, uri=uri, now=now, clock_skew=policy.clock_skew)
    except (Refused, UnicodeDecodeError) as unfit:
        detail = f"the list at {uri:.200} cannot be relied on: {unfit!s:.400}"
        raise Refused(Problem(STATUS_VERIFICATION_ERROR, at="/status", detail=detail)) from unfit


def _vouched_for(
    token: SignedJwt, controller: ControlledIdentifierDocument, *, policy: VerificationPolicy, now: datetime
) -> ControlledIdentifierDocument:
    """The issuer's keys; or the one that a certificate says is theirs, where the list comes with one."""
    chain = jwt_vc_issuer.chain_of(token)
    return certified(token, chain, issuer=controller.id, policy=policy, now=now) if chain else controller


async def _own(uri: str, *, publications: Publications, now: datetime) -> bytes | None:
    """Our own list, from where it is made; None where it is another's. Raises Refused (STATUS_RETRIEVAL_ERROR)."""
    try:
        return await publications.status_list(uri, now=now)
    except Unavailable as unavailable:
        detail = f"the list {uri:.200} is not to be had now"
        problem = Problem(STATUS_RETRIEVAL_ERROR, at="/status", detail=detail, remedy="try again in some minutes")
        raise Refused(problem) from unavailable


def _keep(fetched: Fetched, held: StatusList, *, fetch: Fetch, now: datetime) -> None:
    """As long as it says itself, and never past its end."""
    until = None if held.expires is None else asyncio.get_running_loop().time() + (held.expires - now).total_seconds()
    ttl_seconds = None if held.ttl is None else held.ttl.total_seconds()
    fetch.keep(fetched, accept=token_status_list.MEDIA_TYPE, ttl_seconds=ttl_seconds, until=until)
