"""The way in, bytes to report: parse, resolve, verify_proofs, gather, judge. Holds no key and no database.

1. `parse` the bytes; what is no credential ends here.
2. `resolve` the issuer's keys, where there is a proof that they could check.
3. `prove` that the credential is the issuer's; where it revoked the key since, our own register may have recorded it
   before.
4. `gather` what it points to, where it is proven.
5. `judge` all of it, at one moment, `now`.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from app.core.credential import data_model
from app.core.credential.received import ReceivedCredential
from app.core.did.document import ControlledIdentifierDocument
from app.core.json_ld import Contexts
from app.core.problems import KEY_REVOKED, MALFORMED_VALUE_ERROR, Problem, Refused
from app.core.proof.sd_jwt import ReceivedSdJwt
from app.core.proof.vc_jwt import SignedToken
from app.ports import Compute, Counts, Fetch, KnownIssuer, KnownIssuers, NotCounted, Publications, Unavailable
from app.verifier import resolve_sd_jwt, secured
from app.verifier.gather import Gathered, gather
from app.verifier.judge import judge, problems_of_form
from app.verifier.parse import parse, parse_published
from app.verifier.policy import VerificationPolicy
from app.verifier.prove import Unproven, prove, told, without_key
from app.verifier.report import Failed, NotApplicable, Undetermined, VerificationReport
from app.verifier.resolve import resolve
from app.verifier.resolve_key import published_alone
from app.verifier.verify_proofs import Recorded, VerifiedCredential

T = TypeVar("T")


class Step(StrEnum):
    """What the way in is made of, as it is timed."""

    PARSE = "parse"
    RESOLVE = "resolve"
    PROVE = "prove"
    GATHER = "gather"
    JUDGE = "judge"


class Verifier:
    """Tells anyone whether a credential is good. All that it needs of the world is handed in."""

    def __init__(
        self,
        *,
        fetch: Fetch,
        publications: Publications,
        known_issuers: KnownIssuers,
        compute: Compute,
        fetch_timeout_seconds: float,
        policy: VerificationPolicy | None = None,
        counts: Counts | None = None,
    ) -> None:
        self._fetch = fetch
        self._publications = publications
        self._known_issuers = known_issuers
        self._compute = compute
        self._fetch_timeout_seconds = fetch_timeout_seconds
        self._policy = policy or VerificationPolicy()
        self._counts = counts or NotCounted()

    async def verify(
        self, content: bytes, media_type: str, *, now: datetime, deadline: float | None = None
    ) -> VerificationReport:
        """The report on what was handed over. Raises Refused where no credential can be read in it.

        `deadline` is a reading of the event loop's clock, where several are verified and have it in common.
        """
        if deadline is None:
            deadline = asyncio.get_running_loop().time() + self._fetch_timeout_seconds
        with self._counts.timed(Step.PARSE):
            received = await self._compute.run(parse, content, media_type)
        return await self._judged(await self._gather(received, deadline=deadline, now=now))

    async def verify_asked(
        self, read: Callable[[Contexts, bytes], tuple[ReceivedCredential, T]], body: bytes, *, now: datetime
    ) -> tuple[VerificationReport, T]:
        """As `verify`, of the credential that `read` finds in a request, and what else it finds there."""
        deadline = asyncio.get_running_loop().time() + self._fetch_timeout_seconds
        with self._counts.timed(Step.PARSE):
            received, asked = await self._compute.run(read, body)
        return await self._judged(await self._gather(received, deadline=deadline, now=now)), asked

    async def report_on(
        self,
        received: ReceivedCredential,
        proven: VerifiedCredential,
        controller: ControlledIdentifierDocument,
        *,
        deadline: float,
        now: datetime,
    ) -> VerificationReport:
        """The report on a credential that is proven already: by the presentation that it came in, by its own issuer."""
        return await self._judged(await self._found(received, proven, controller, deadline=deadline, now=now))

    async def _judged(self, gathered: Gathered) -> VerificationReport:
        with self._counts.timed(Step.JUDGE):
            findings = await self._compute.run(judge, gathered, self._policy)
        known_issuer = gathered.known_issuer
        report = VerificationReport(
            checked_at=gathered.now,
            findings=findings,
            received=gathered.received,
            verified=gathered.proven if isinstance(gathered.proven, VerifiedCredential) else None,
            known_issuer=known_issuer if isinstance(known_issuer, KnownIssuer) else None,
        )
        self._counts.add(report.verdict)
        return report

    async def _gather(self, received: ReceivedCredential, *, deadline: float, now: datetime) -> Gathered:
        with self._counts.timed(Step.RESOLVE):
            controller = await self._resolve(received, deadline=deadline, now=now)
        if isinstance(controller, Unproven):
            return Gathered(received=received, proven=controller, now=now)
        with self._counts.timed(Step.PROVE):
            proven = await self._prove(received, controller, now=now)
        if isinstance(proven, Unproven):
            return Gathered(received=received, proven=proven, now=now)
        return await self._found(received, proven, controller, deadline=deadline, now=now)

    async def _found(
        self,
        received: ReceivedCredential,
        proven: VerifiedCredential,
        controller: ControlledIdentifierDocument,
        *,
        deadline: float,
        now: datetime,
    ) -> Gathered:
        with self._counts.timed(Step.GATHER):
            return await gather(
                received,
                proven,
                controller,
                fetch=self._fetch,
                publications=self._publications,
                known_issuers=self._known_issuers,
                compute=self._compute,
                policy=self._policy,
                deadline=deadline,
                now=now,
            )

    async def _prove(
        self, received: ReceivedCredential, controller: ControlledIdentifierDocument, *, now: datetime
    ) -> VerifiedCredential | Unproven:
        recorded = await self._recorded(received, controller)
        if isinstance(recorded, Unproven):
            return recorded
        return await self._compute.run(prove, received, controller, now=now, policy=self._policy, recorded=recorded)

    async def _resolve(
        self, received: ReceivedCredential, *, deadline: float, now: datetime
    ) -> ControlledIdentifierDocument | Unproven:
        """The issuer's keys; nobody is asked for them where no proof could be checked with them."""
        try:
            read = await self._read(received)
        except Refused as refused:
            outcome = told(refused)
            return Unproven(proof=outcome, controller=NotApplicable("No key of the issuer's could help to check it."))
        if isinstance(read, ReceivedSdJwt):
            keys = await resolve_sd_jwt.resolve(
                read,
                publications=self._publications,
                fetch=self._fetch,
                compute=self._compute,
                deadline=deadline,
                policy=self._policy,
                now=now,
            )
            return without_key(keys) if isinstance(keys, Failed | Undetermined) else keys
        issuer = data_model.issuer_id(received.document)
        if issuer is None:
            problem = Problem(MALFORMED_VALUE_ERROR, at="/issuer", detail="does not name one issuer by a URL")
            return without_key(Failed((problem,)))
        try:
            secured.refuse_foreign_keys(read, issuer)
        except Refused as refused:
            return without_key(told(refused))
        controller = await resolve(
            issuer,
            keys=secured.keys_wanted(read, issuer),
            publications=self._publications,
            fetch=self._fetch,
            compute=self._compute,
            deadline=deadline,
            policy=self._policy,
        )
        if isinstance(read, SignedToken):
            controller = await published_alone(
                read, issuer, controller, fetch=self._fetch, compute=self._compute, deadline=deadline
            )
        return without_key(controller) if isinstance(controller, Failed | Undetermined) else controller

    async def _read(self, received: ReceivedCredential) -> secured.Secured:
        if received.token is None and received.sd_jwt is None:
            return secured.read(received, policy=self._policy)
        return await self._compute.run(secured.read_aside, received, policy=self._policy)

    async def _recorded(
        self, received: ReceivedCredential, controller: ControlledIdentifierDocument
    ) -> Recorded | Unproven:
        """When our register recorded what a key signed that was revoked since; nothing where none was."""
        if all(method.revoked is None for method in controller.verification_methods):
            return {}
        try:
            signed = await self._compute.run(secured.signed_by_revoked_keys, received, controller, policy=self._policy)
            found = [(at, await self._publications.recorded(data)) for at, data in signed]
        except Refused:
            # What can't be signed was never recorded; `prove` says what is wrong with it.
            return {}
        except Unavailable:
            detail = "its key was revoked, and whether it was recorded here before cannot be looked up now"
            remedy = "try again in some minutes"
            return without_key(Undetermined((Problem(KEY_REVOKED, "/proof", detail, remedy),)))
        return {at: moment for at, moment in found if moment is not None}


def checked(contexts: Contexts, signed: bytes, controller: ControlledIdentifierDocument, *, now: datetime) -> None:
    """The issuer's own work, looked at as a stranger would, asking nobody. Raises Refused where it is not good."""
    policy = VerificationPolicy()
    received = parse_published(contexts, signed)
    keyed = secured.find_keys(secured.read(received, policy=policy), controller, now=now)
    verified = secured.verify(contexts, received, keyed, now=now, policy=policy)
    if data_model.issuer_id(verified.document) != controller.id:
        raise Refused(Problem(MALFORMED_VALUE_ERROR, at="/issuer", detail=f"is not {controller.id}"))
    if problems := problems_of_form(contexts, verified.document):
        raise Refused(*problems)
