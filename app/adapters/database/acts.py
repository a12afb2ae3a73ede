"""What an act changes in the rows of an award, inside the transaction of whoever asked for it."""

from datetime import datetime

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.adapters.act_journal import AwardErased, AwardSuperseded, LinkEnded
from app.adapters.database.awards import Awards
from app.adapters.database.engine import Transactions
from app.adapters.database.locks import Credentials, locked
from app.adapters.database.outbox import drop_messages
from app.adapters.database.sealed_copies import forget_copies
from app.adapters.database.status_lists import set_bits
from app.adapters.database.tables import ActRow, AwardRow, ClaimLinkRow, LearnerDigestRow
from app.core.personal import Personal
from app.core.problems import STATE_CONFLICT, Problem, Refused
from app.issuer.life import BITS, REVOCATION, Act, State, after, demand_entry
from app.ports import NextClaim


class Acts:
    def __init__(self, transactions: Transactions, awards: Awards) -> None:
        self._transactions = transactions
        self._awards = awards

    async def change(self, session: AsyncSession, award: AwardRow, credentials: Credentials, act: Act) -> None:
        """The states that follow. Where bits change by it, the versions of their lists rise."""
        demand_entry(act, {REVOCATION})
        award.state = after(award.state, act)
        changed: set[tuple[str, int]] = set()
        for credential in credentials:
            if credential.state is State.VOIDED:
                continue
            before, credential.state = credential.state, after(credential.state, act)
            if (before in BITS[REVOCATION]) != (credential.state in BITS[REVOCATION]):
                changed.add((credential.status_list_id, credential.status_list_index))
        await session.flush()
        await set_bits(self._transactions, session, changed)

    async def append(
        self,
        session: AsyncSession,
        award: AwardRow,
        act: Act,
        *,
        actor: str,
        reason: Personal[str] | None,
        now: datetime,
    ) -> None:
        numbers = await session.exec(select(ActRow.number).where(ActRow.award_id == award.id))
        number = max(numbers, default=0) + 1
        # An erased award has no key any more to seal a reason under.
        sealed = self._awards.seal_reason(award, number, reason) if reason and award.data_key else None
        await self._transactions.add(
            session, ActRow(award_id=award.id, number=number, act=act, actor=actor, at=now, reason_sealed=sealed)
        )

    async def renew_claim(
        self, session: AsyncSession, award: AwardRow, next_claim: NextClaim, *, now: datetime
    ) -> None:
        if next_claim.generation != award.claim_generation + 1:
            raise Refused(Problem(STATE_CONFLICT, detail="the claim link was withdrawn by another request meanwhile"))
        present = await session.exec(
            select(ClaimLinkRow).where(
                ClaimLinkRow.award_id == award.id, ClaimLinkRow.generation == award.claim_generation
            )
        )
        present.one().withdrawn = now
        await self._transactions.write_down(LinkEnded(award.id, award.claim_generation))
        award.claim_generation = next_claim.generation
        award.claim_expires = next_claim.expires
        await self._transactions.add(
            session,
            ClaimLinkRow(
                token_sha256=next_claim.token_sha256,
                award_id=award.id,
                generation=next_claim.generation,
                expires=next_claim.expires,
            ),
        )

    async def take_the_place_of(
        self, session: AsyncSession, superseded_id: str, *, award_id: str, institution: str
    ) -> None:
        """Of two that would supersede the same award, the first has it, unless it is voided."""
        superseded, _ = await locked(session, superseded_id, institution=institution)
        after(superseded.state, Act.SUPERSEDE)
        if superseded.superseded_by:
            other = await session.get_one(AwardRow, superseded.superseded_by)
            if other.state is not State.VOIDED:
                detail = f"award {superseded_id} is being superseded by another request already"
                raise Refused(Problem(STATE_CONFLICT, detail=detail))
        superseded.superseded_by = award_id

    async def supersede(self, session: AsyncSession, award: AwardRow, *, now: datetime) -> None:
        """`award` is recorded: the one that it supersedes ends, and tells nothing any more but who took its place."""
        if award.supersedes is None:
            return
        superseded, credentials = await locked(session, award.supersedes)
        await self._transactions.write_down(AwardSuperseded(superseded.id))
        await self.change(session, superseded, credentials, Act.SUPERSEDE)
        intended = await session.get_one(ActRow, (award.id, 1))
        await self.append(
            session,
            superseded,
            Act.SUPERSEDE,
            actor=intended.actor,
            reason=self._awards.reason(award, intended),
            now=now,
        )
        name = self._awards.learner_name(award)
        if name:
            self._awards.seal_learner_name(superseded, name)
        await self._forget(session, superseded, credentials)

    async def erase(self, session: AsyncSession, award: AwardRow, credentials: Credentials) -> None:
        """GDPR article 17: without the data key nothing opens; the entry in the list stays as it is, taken for good."""
        await self._transactions.write_down(AwardErased(award.id))
        await self.destroy(session, award, credentials)

    async def destroy(self, session: AsyncSession, award: AwardRow, credentials: Credentials) -> None:
        """What erasing and voiding have in common: nothing of whom the award is about is kept."""
        await self._forget(session, award, credentials)
        # What was superseded keeps its printed codes: whoever scans one is told that it was replaced.
        await forget_copies(session, award.id)
        award.learner_name_sealed = b""
        for act in await session.exec(select(ActRow).where(ActRow.award_id == award.id)):
            act.reason_sealed = None
        award.data_key = b""

    async def _forget(self, session: AsyncSession, award: AwardRow, credentials: Credentials) -> None:
        await drop_messages(session, award)
        await session.exec(delete(LearnerDigestRow).where(col(LearnerDigestRow.award_id) == award.id))
        award.learner_email_sealed = None
        for credential in credentials:
            credential.document_sealed = b""
            credential.signed_sealed = None
