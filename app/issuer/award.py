"""An award on its way out: compose → examine → intend → sign → check our own work → record → acknowledge.

1. `prepare` reads the request, composes a draft and examines it; a bad request reserves nothing.
2. `register.intend` writes everything down in one transaction: from here on any process can finish the award.
3. `sign` makes the bytes from what was written down,
4. and verifies them as a stranger would.
5. `register.record` keeps them; the first recorded bytes win.
6. The receipt carries those bytes, spliced, never serialised again.
An intent whose lease ran out goes through 3 to 5 again (`recover`); what can't be finished is voided, its index burnt.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from app.core.personal import Personal
from app.core.problems import (
    GONE,
    MISSING_ELEMENT,
    NOT_FOUND,
    STATE_CONFLICT,
    Problem,
    Refused,
)
from app.issuer.asked_again import idempotency, request_digest
from app.issuer.claim_link import FIRST_GENERATION, claim_token, claim_token_digest, claim_url
from app.issuer.learner_digests import learner_digests, search_digests
from app.issuer.life import ASKED_FOR, FORGOTTEN, Act, State, after
from app.issuer.plan import plan
from app.issuer.prepare import Awarding, Prepared, prepare, prepare_correction
from app.issuer.sign import Documents, OwnWorkRefused, Signing
from app.ports import (
    AwardFilter,
    Compute,
    Counts,
    CredentialIntention,
    Idempotency,
    Institution,
    Intended,
    Intention,
    KeyPurpose,
    NextClaim,
    NotCounted,
    Page,
    Register,
    RegisteredAward,
    Signers,
    Vault,
)

log = logging.getLogger("testamur.issuer")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the institution gets for an award: its id, the learner's link, and the recorded bytes of the credential."""

    id: str
    claim_url: str
    credential: bytes = field(repr=False)

    def as_json_bytes(self) -> bytes:
        head = json.dumps({"id": self.id, "claimUrl": self.claim_url}, separators=(",", ":")).encode()
        return head[:-1] + b',"credential":' + self.credential + b"}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which awards an institution looks for: all that is given holds.

    `learner` is any part of a name, identifier or e-mail address, whole words. Days are of the awarded date, included.
    """

    learner: str | None = None
    achievement_id: str | None = None
    state: State | None = None
    awarded_from: date | None = None
    awarded_until: date | None = None


EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request to award: the ids that it will have, who asks, and under which key."""

    award_id: str
    institution: Institution
    actor: str
    idempotency: Idempotency | None
    awarding: Awarding


class Issuer:
    """Awards, and every act on an award. All that it needs of the world is handed in."""

    def __init__(
        self,
        *,
        register: Register,
        vault: Vault,
        signers: Signers,
        documents: Documents,
        compute: Compute,
        public_url: str,
        claim_expires_days: int,
        new_id: Callable[[], str],
        new_chance: Callable[[], bytes],
        writes_to_learners: bool = False,
        counts: Counts | None = None,
    ) -> None:
        self._register = register
        self._vault = vault
        self._signers = signers
        self._signing = Signing(signers=signers, documents=documents, compute=compute, new_chance=new_chance)
        self._compute = compute
        self._public_url = public_url
        self._claim_expires = timedelta(days=claim_expires_days)
        self._new_id = new_id
        self._writes_to_learners = writes_to_learners
        self._counts = counts or NotCounted()

    async def award(
        self, body: bytes, *, institution: Institution, actor: str, idempotency_key: str | None, now: datetime
    ) -> Receipt:
        """Awards what `body` says (JSON, the shape of `award_request`), or returns what was awarded for the same key.

        Raises Refused with every problem, IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_FLIGHT; OwnWorkRefused.
        """
        asked = self._asked(institution, actor, idempotency(self._vault, idempotency_key, body), now)
        try:
            asked = self._planned(asked)
            prepared = await self._compute.run(prepare, body, asked.awarding)
        except Refused:
            # What was good then may be bad now (a date went by): a replay is owed the first answer all the same.
            if receipt := await self._replayed(asked):
                return receipt
            raise
        return await self._issue(asked, prepared)

    async def supersede(
        self,
        award_id: str,
        body: bytes,
        *,
        institution: Institution,
        actor: str,
        idempotency_key: str | None,
        now: datetime,
    ) -> Receipt:
        """Awards anew what `body` corrects (the shape of `correction`); the old award ends when the new is recorded.

        Raises Refused as `award` does, and NOT_FOUND, STATE_CONFLICT, GONE for the old award.
        """
        once = idempotency(self._vault, idempotency_key, award_id.encode() + body)
        asked = self._asked(institution, actor, once, now)
        if receipt := await self._replayed(asked):
            return receipt
        superseded = await self.find(award_id, institution=institution)
        after(State(superseded.state), Act.SUPERSEDE)
        signed, asked = _primary(superseded), self._planned(asked)
        prepared = await self._compute.run(prepare_correction, body, signed, asked.awarding)
        return await self._issue(asked, prepared, superseded)

    async def _issue(self, asked: _Asked, prepared: Prepared, superseded: RegisteredAward | None = None) -> Receipt:
        intention = await self._intention(asked, prepared, superseded)
        intended = await self._register.intend(intention, now=asked.awarding.now)
        if isinstance(intended, RegisteredAward):
            return await self._receipt(intended)
        self._counts.add(Act.INTEND)
        try:
            recorded = [await self._complete(each, now=asked.awarding.now) for each in intended]
        except Refused as refused:
            # What it was to supersede ended meanwhile: nobody gets it, so nothing of it is kept.
            if superseded and refused.problems[0].type == STATE_CONFLICT:
                await self._register.void(intended[0].credential_id, reason=str(refused), now=asked.awarding.now)
                self._counts.add(Act.VOID)
            raise
        if superseded:
            self._counts.add(Act.SUPERSEDE)
        return await self._receipt_of(intended, recorded, asked.institution)

    async def _receipt_of(
        self, intended: tuple[Intended, ...], recorded: list[bytes], institution: Institution
    ) -> Receipt:
        """For what was just recorded. Another process may have recorded the first credential before it died."""
        first = intended[0]
        if first.number > 1:
            return await self._receipt(await self._found(first.award_id, institution))
        claim_url = await self._claim_url(first.award_id, FIRST_GENERATION)
        return Receipt(id=first.award_id, claim_url=claim_url, credential=recorded[0])

    async def awarded_under(
        self, idempotency_key: str, body: bytes, *, institution: Institution
    ) -> RegisteredAward | None:
        """What `award` has awarded for this key and body; None where nothing yet. Raises IDEMPOTENCY_KEY_REUSED."""
        under = Idempotency(key=idempotency_key, request_digest=request_digest(self._vault, body))
        return await self._register.replay(under, institution=institution.name)

    async def recover(self, *, now: datetime) -> int:
        """Finishes, or voids, every intent whose lease has run out; returns how many there were."""
        count = 0
        while intended := await self._register.unfinished(now=now):
            count += 1
            try:
                await self._complete(intended, now=now)
            except (Refused, OwnWorkRefused) as refused:
                log.exception("intent voided", extra={"credential_id": intended.credential_id})
                await self._register.void(intended.credential_id, reason=str(refused), now=now)
                self._counts.add(Act.VOID)
        return count

    async def act(
        self,
        award_id: str,
        act: Act,
        *,
        institution: Institution,
        actor: str,
        reason: Personal[str] | None,
        now: datetime,
        learner_email: Personal[str] | None = None,
    ) -> RegisteredAward:
        """What an institution may ask for by `life`'s table, but for superseding.

        Sending goes to `learner_email`, where the address that was given with the award is not the right one.
        Raises Refused: NOT_FOUND, STATE_CONFLICT (for a link that has ended, too); MISSING_ELEMENT without an address.
        """
        if act not in ASKED_FOR - {Act.SUPERSEDE}:
            raise ValueError(f"an institution does not ask for “{act}” so")
        award = await self._found(award_id, institution)
        next_claim = await self._next_claim(award, now) if act is Act.WITHDRAW else None
        if act is Act.SEND:
            self._demand_address(award, learner_email, now)
        award = await self._register.act(
            award_id,
            act,
            institution=institution.name,
            actor=actor,
            reason=reason,
            now=now,
            next_claim=next_claim,
            learner_email=learner_email,
        )
        self._counts.add(act)
        return award

    @property
    def writes_to_learners(self) -> bool:
        """Whether there is a mail server to send messages by."""
        return self._writes_to_learners

    def _demand_address(self, award: RegisteredAward, given: Personal[str] | None, now: datetime) -> None:
        if not self._writes_to_learners:
            detail = "this service has no mail server to send messages by"
            raise Refused(Problem(STATE_CONFLICT, detail=detail, remedy="hand the link over yourself"))
        if not (given or award.learner_email):
            detail = "no e-mail address of the learner is known"
            raise Refused(Problem(MISSING_ELEMENT, at="/email", detail=detail, remedy='send {"email": "…"}'))
        if award.claim_expires <= now:
            detail = f"its link ended on {award.claim_expires.date().isoformat()}"
            raise Refused(Problem(STATE_CONFLICT, detail=detail, remedy="withdraw the link: then there is a new one"))

    async def _next_claim(self, award: RegisteredAward, now: datetime) -> NextClaim:
        generation = award.claim_generation + 1
        token = await self._claim_token(award.id, generation)
        return NextClaim(generation, claim_token_digest(token), now + self._claim_expires)

    async def find(self, award_id: str, *, institution: Institution) -> RegisteredAward:
        """An award of this institution. Raises Refused: NOT_FOUND, for another's too; GONE for an erased one."""
        award = await self._found(award_id, institution)
        if award.state in FORGOTTEN:
            raise Refused(Problem(GONE, detail=f"award {award_id} was erased: nothing of it is kept but its status"))
        return award

    async def of_credential(self, credential_id: str, *, institution: Institution) -> RegisteredAward | None:
        """The award of this institution that has the credential; None where none has it, or it is not whole."""
        award = await self._register.of_credential(credential_id, institution=institution.name)
        return None if award is None or award.state in (State.INTENDED, State.VOIDED) else award

    async def as_it_stands(self, award_id: str, *, institution: Institution) -> RegisteredAward | None:
        """The award, or the one that took its place in the end; None where that was erased, or is another's."""
        award = await self._register.find(award_id, institution=institution.name)
        while award and award.superseded_by:
            award = await self._register.find(award.superseded_by, institution=institution.name)
        return None if award is None or award.state in FORGOTTEN else award

    async def _found(self, award_id: str, institution: Institution) -> RegisteredAward:
        award = await self._register.find(award_id, institution=institution.name)
        if award is None:
            raise Refused(Problem(NOT_FOUND, detail=f"your institution has no award {award_id}"))
        return award

    async def list(
        self, *, institution: Institution, cursor: str | None, limit: int, wanted: Wanted = EVERYTHING
    ) -> Page:
        """One page of the awards that are wanted, newest first. Raises Refused for a cursor that is not ours."""
        where = AwardFilter(
            learner=search_digests(self._vault, wanted.learner) if wanted.learner else (),
            achievement_id=wanted.achievement_id,
            state=wanted.state,
            awarded_from=wanted.awarded_from,
            awarded_until=wanted.awarded_until,
        )
        return await self._register.list(institution=institution.name, cursor=cursor, limit=limit, where=where)

    async def earlier_achievements(self, *, institution: Institution, limit: int) -> tuple[RegisteredAward, ...]:
        """Of each achievement that was awarded the newest award, to award the same again."""
        return await self._register.newest_of_each_achievement(institution=institution.name, limit=limit)

    async def claim_url(self, award: RegisteredAward) -> str:
        """The learner's link as it is now: the same until it is withdrawn."""
        return await self._claim_url(award.id, award.claim_generation)

    async def _complete(self, intended: Intended, *, now: datetime) -> bytes:
        signed = await self._signing.signed(intended, now=now)
        recorded = await self._register.record(
            intended.credential_id, signed.credential, signed_data=signed.data, now=now
        )
        self._counts.add(Act.RECORD)
        return recorded

    def _asked(self, institution: Institution, actor: str, idempotency: Idempotency | None, now: datetime) -> _Asked:
        awarding = Awarding(
            planned=(),
            issuer=institution.profile,
            time_zone=institution.time_zone,
            public_url=self._public_url,
            now=now,
        )
        return _Asked(self._new_id(), institution, actor, idempotency, awarding)

    def _planned(self, asked: _Asked) -> _Asked:
        """With ids and keys for its credentials. Raises Refused (PROOF_GENERATION_ERROR) where it lacks a key."""
        return replace(asked, awarding=replace(asked.awarding, planned=plan(asked.institution, new_id=self._new_id)))

    async def _replayed(self, asked: _Asked) -> Receipt | None:
        if asked.idempotency is None:
            return None
        award = await self._register.replay(asked.idempotency, institution=asked.institution.name)
        return await self._receipt(award) if award else None

    async def _intention(self, asked: _Asked, prepared: Prepared, superseded: RegisteredAward | None) -> Intention:
        claimed = prepared.micro_credential
        token = await self._claim_token(asked.award_id, FIRST_GENERATION)
        email = claimed.learner.email or (superseded.learner_email if superseded else None)
        # A key that does not open is found out before anything is reserved.
        for planned in asked.awarding.planned:
            await self._signers.by_method(planned.verification_method)
        return Intention(
            award_id=asked.award_id,
            institution=asked.institution.name,
            credentials=tuple(
                CredentialIntention(planned.credential_id, planned.mechanism, planned.verification_method, examined)
                for planned, examined in zip(asked.awarding.planned, prepared.examined, strict=True)
            ),
            title=claimed.achievement.title.best(claimed.achievement.language)[1],
            learner_name=claimed.learner.full_name,
            learner_digests=learner_digests(self._vault, replace(claimed.learner, email=email)),
            achievement_id=claimed.achievement.id,
            awarded_date=claimed.awarded_date.date().isoformat(),
            claim_token_sha256=claim_token_digest(token),
            claim_expires=asked.awarding.now + self._claim_expires,
            actor=asked.actor,
            idempotency=asked.idempotency,
            # An address that nobody writes to is not kept.
            learner_email=email if self._writes_to_learners else None,
            supersedes=superseded.id if superseded else None,
            reason=prepared.reason,
        )

    async def _receipt(self, award: RegisteredAward) -> Receipt:
        claim_url = await self._claim_url(award.id, FIRST_GENERATION)
        return Receipt(id=award.id, claim_url=claim_url, credential=_primary(award))

    async def _claim_token(self, award_id: str, generation: int) -> str:
        signer = self._signers.by_purpose(KeyPurpose.CLAIM_LINK)
        return await claim_token(signer, award_id=award_id, generation=generation)

    async def _claim_url(self, award_id: str, generation: int) -> str:
        return claim_url(self._public_url, await self._claim_token(award_id, generation))


def _primary(award: RegisteredAward) -> bytes:
    """The first of its credentials. Raises Refused (GONE) where it is not kept."""
    if award.primary is None:
        raise Refused(Problem(GONE, detail=f"award {award.id} was {award.state}; its credential is not kept"))
    return award.primary.open()
