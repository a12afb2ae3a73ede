"""A presentation, bytes to report: who presents it, and every credential in it, each judged as if it came alone.

1. `read_presentation`; what is none ends here.
2. `resolve` the keys of its holder, where it is signed.
3. `prove_presentation`; then the challenge is used up, where one was asked.
4. Each credential: one that only its holder's presentation signs is taken as theirs (§4.13.3); every other is verified.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from app.core import strict_json
from app.core.credential import presentation
from app.core.did.document import ControlledIdentifierDocument
from app.core.problems import (
    INVALID_CHALLENGE_ERROR,
    INVALID_DOMAIN_ERROR,
    MALFORMED_VALUE_ERROR,
    Problem,
    Refused,
)
from app.ports import Challenges, Compute, Fetch, Publications, TooSlow
from app.verifier.policy import VerificationPolicy
from app.verifier.presentation import (
    Asked,
    ProvenPresentation,
    ReceivedPresentation,
    keys_wanted,
    prove_presentation,
    read_presentation,
    read_secured_aside,
    self_asserted,
    unsigned,
)
from app.verifier.prove import told, without_key
from app.verifier.report import Failed, NotApplicable, Outcome, Passed, Undetermined, VerificationReport
from app.verifier.resolve import resolve
from app.verifier.verifier import Verifier


class PresentationCheck(StrEnum):
    """The fixed list of checks of a presentation itself; a report holds each once, in this order."""

    DATA_MODEL = "data_model"
    PROOF = "proof"
    HOLDER = "holder"
    CHALLENGE = "challenge"
    DOMAIN = "domain"


# A credential as it was judged; or why there is none to judge.
Judged: TypeAlias = VerificationReport | Failed | Undetermined


@dataclass(frozen=True, slots=True)
class PresentationReport:
    """What was found of the presentation, and the report on each credential in it, in their order."""

    findings: tuple[tuple[PresentationCheck, Outcome], ...]
    credentials: tuple[Judged, ...] = field(repr=False)
    received: ReceivedPresentation = field(repr=False)

    def __post_init__(self) -> None:
        if tuple(check for check, _ in self.findings) != tuple(PresentationCheck):
            raise ValueError("a report holds every check once, in order")

    def outcome(self, check: PresentationCheck) -> Outcome:
        return dict(self.findings)[check]


@dataclass(frozen=True, slots=True)
class _Presented:
    """Who signed the presentation, by their document, and what is proven by it."""

    signer: ControlledIdentifierDocument
    proven: ProvenPresentation


@dataclass(frozen=True, slots=True)
class _NotPresented:
    """Why nothing shows who presents it: the findings of the checks `proof` and `holder`."""

    proof: Outcome
    holder: Outcome


# One presentation does not keep everybody else's verifications waiting.
_AT_ONCE = 2
_NOBODY = NotApplicable("Nothing shows who signed it, so whose it is was not judged.")
_NOTHING_SHOWN = tuple(
    Problem(kind, at="/proof", detail="nothing in it is proven, so it answers nothing")
    for kind in (INVALID_CHALLENGE_ERROR, INVALID_DOMAIN_ERROR)
)
_NOT_OURS = Problem(
    INVALID_CHALLENGE_ERROR,
    at="/options/challenge",
    detail="it was not given out here, it ended, or it was answered before",
    remedy="POST /challenges gives another; ask the holder anew",
)


class Presentations:
    """Tells whether a presentation is its holder's, and whether what is in it is good."""

    def __init__(
        self,
        *,
        verifier: Verifier,
        challenges: Challenges,
        fetch: Fetch,
        publications: Publications,
        compute: Compute,
        fetch_timeout_seconds: float,
        compute_timeout_seconds: float,
        policy: VerificationPolicy | None = None,
    ) -> None:
        self._verifier = verifier
        self._challenges = challenges
        self._fetch = fetch
        self._publications = publications
        self._compute = compute
        self._fetch_timeout_seconds = fetch_timeout_seconds
        self._all_seconds = fetch_timeout_seconds + compute_timeout_seconds
        self._policy = policy or VerificationPolicy()

    async def verify(self, content: bytes, *, asked: Asked, now: datetime) -> PresentationReport:
        """Raises Refused where no presentation can be read in it; Unavailable where a challenge can't be used up.

        All that is in it has the time that one fetch and one piece of work have, and no more: TooSlow.
        """
        try:
            async with asyncio.timeout(self._all_seconds):
                return await self._report(content, asked=asked, now=now)
        except TimeoutError:
            raise TooSlow("Checking all that is in this took too long and was stopped.") from None

    async def _report(self, content: bytes, *, asked: Asked, now: datetime) -> PresentationReport:
        deadline = asyncio.get_running_loop().time() + self._fetch_timeout_seconds
        received = await self._compute.run(read_presentation, content)
        presented = await self._presented(received, asked=asked, deadline=deadline, now=now)
        answered = await self._answered(presented, asked, now=now)
        problems = presentation.problems(received.document)
        few = asyncio.Semaphore(_AT_ONCE)

        async def judged_in_turn(place: int) -> Judged:
            async with few:
                return await self._judged(received, presented, place, deadline=deadline, now=now)

        places = range(len(received.credentials[: presentation.MAX_CREDENTIALS]))
        turns = [asyncio.ensure_future(judged_in_turn(place)) for place in places]
        try:
            judged = await asyncio.gather(*turns)
        finally:
            # Where one could not be judged there is no answer: nobody waits for the others.
            for turn in turns:
                turn.cancel()
        return PresentationReport(
            findings=(
                (PresentationCheck.DATA_MODEL, Failed(problems) if problems else Passed()),
                *_signed_by(received, presented),
                *answered,
            ),
            credentials=tuple(judged),
            received=received,
        )

    async def _presented(
        self, received: ReceivedPresentation, *, asked: Asked, deadline: float, now: datetime
    ) -> _Presented | _NotPresented:
        if not asked.secured and received.token is None and "proof" not in received.document:
            nobody = NotApplicable("It was handed over as one that nobody signed.")
            return _NotPresented(proof=nobody, holder=nobody)
        try:
            if received.token is None and received.document.get("proof") in (None, []):
                raise unsigned()
            secured, who = await self._compute.run(read_secured_aside, received, policy=self._policy)
        except Refused as refused:
            return _NotPresented(proof=told(refused), holder=_NOBODY)
        signer = await resolve(
            who,
            keys=keys_wanted(secured, who),
            publications=self._publications,
            fetch=self._fetch,
            compute=self._compute,
            deadline=deadline,
            policy=self._policy,
        )
        if not isinstance(signer, ControlledIdentifierDocument):
            unproven = without_key(signer)
            return _NotPresented(proof=unproven.proof, holder=unproven.controller)
        try:
            proven = await self._compute.run(
                prove_presentation, received, signer, asked=asked, now=now, policy=self._policy
            )
        except Refused as refused:
            return _NotPresented(proof=told(refused), holder=_NOBODY)
        return _Presented(signer, proven)

    async def _answered(
        self, presented: _Presented | _NotPresented, asked: Asked, *, now: datetime
    ) -> tuple[tuple[PresentationCheck, Outcome], ...]:
        """What was asked, and whether it was answered. A challenge is used up by an answer that holds, and no other."""
        unanswered = presented.proven.unanswered if isinstance(presented, _Presented) else _NOTHING_SHOWN
        challenge = _answer(asked.challenge, INVALID_CHALLENGE_ERROR, unanswered)
        domain = _answer(asked.domain, INVALID_DOMAIN_ERROR, unanswered)
        holds = isinstance(challenge, Passed) and not isinstance(domain, Failed)
        if asked.challenge is not None and holds and not await self._challenges.use(asked.challenge, now=now):
            challenge = Failed((_NOT_OURS,))
        return (PresentationCheck.CHALLENGE, challenge), (PresentationCheck.DOMAIN, domain)

    async def _judged(
        self,
        received: ReceivedPresentation,
        presented: _Presented | _NotPresented,
        place: int,
        *,
        deadline: float,
        now: datetime,
    ) -> Judged:
        credential = received.credentials[place]
        if not isinstance(credential, dict):
            detail = "is no credential: it must be an object"
            return Failed((Problem(MALFORMED_VALUE_ERROR, at=f"/verifiableCredential/{place}", detail=detail),))
        try:
            if isinstance(presented, _Presented) and "holder" in received.document:
                own = await self._compute.run(self_asserted, credential, presented.signer.id, presented.proven)
                if own is not None:
                    return await self._verifier.report_on(*own, presented.signer, deadline=deadline, now=now)
            content = strict_json.write(credential)
            return await self._verifier.verify(content, "application/vc", now=now, deadline=deadline)
        except Refused as refused:
            return told(refused)


def _signed_by(
    received: ReceivedPresentation, presented: _Presented | _NotPresented
) -> tuple[tuple[PresentationCheck, Outcome], ...]:
    match presented:
        case _NotPresented(proof=proof, holder=holder):
            return (PresentationCheck.PROOF, proof), (PresentationCheck.HOLDER, holder)
        case _Presented(signer=signer):
            named = "holder" in received.document
            holder = Passed((("holder", signer.id),)) if named else NotApplicable("It names no holder.")
            return (PresentationCheck.PROOF, Passed((("signer", signer.id),))), (PresentationCheck.HOLDER, holder)


def _answer(asked: str | None, problem_type: str, unanswered: tuple[Problem, ...]) -> Outcome:
    if asked is None:
        return NotApplicable("It was not asked for.")
    problems = tuple(problem for problem in unanswered if problem.type == problem_type)
    return Failed(problems) if problems else Passed()
