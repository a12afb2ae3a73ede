"""The register of awards: from the intent to sign, over the recorded bytes, to every act that follows.

Locks are taken in one order: idempotency key, award with its credentials, institution, status lists by id.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.adapters.database.acknowledged import acknowledged
from app.adapters.database.acts import Acts
from app.adapters.database.awards import Awards
from app.adapters.database.clocks import Clocks
from app.adapters.database.cursors import Cursors, Position
from app.adapters.database.engine import Transactions, storable
from app.adapters.database.idempotency import IdempotencyKeys, in_flight
from app.adapters.database.locks import locked, locked_by_credential
from app.adapters.database.outbox import end_messages, release_messages, write_message
from app.adapters.database.recorded_proofs import DatabaseRecordedProofs
from app.adapters.database.search import newest_first, newest_of_each_achievement
from app.adapters.database.status_lists import set_bits, take_entry
from app.adapters.database.tables import (
    ActRow,
    AwardRow,
    ClaimLinkRow,
    CredentialRow,
    IdempotencyRow,
    LearnerDigestRow,
)
from app.core.personal import Personal
from app.core.problems import MALFORMED_VALUE_ERROR, Problem, Refused
from app.issuer.life import LEARNERS, REVOCATION, Act, State, after, asked_for, state_of_award
from app.ports import (
    EVERY_AWARD,
    AwardFilter,
    ClaimLink,
    Idempotency,
    Intended,
    Intention,
    MessageKind,
    NextClaim,
    Page,
    RegisteredAward,
    StatusEntry,
    Vault,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLimits:
    intent_lease_seconds: int
    status_list_length: int
    max_clock_skew_seconds: int | None = None


class DatabaseRegister:
    """Implements `Register`."""

    def __init__(self, transactions: Transactions, *, awards: Awards, vault: Vault, limits: RegisterLimits) -> None:
        self._transactions = transactions
        self._lease = timedelta(seconds=limits.intent_lease_seconds)
        self._status_list_length = limits.status_list_length
        self._awards = awards
        self._acts = Acts(transactions, awards)
        self._cursors = Cursors(vault)
        self._keys = IdempotencyKeys(IdempotencyRow, vault)
        self._recorded_proofs = DatabaseRecordedProofs(transactions, vault=vault)
        skew = limits.max_clock_skew_seconds
        self._clocks = Clocks(transactions.dialect, None if skew is None else timedelta(seconds=skew))

    # ── issuing ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def intend(self, intention: Intention, *, now: datetime) -> tuple[Intended, ...] | RegisteredAward:
        async def read_back() -> tuple[Intended, ...] | None:
            async with self._transactions.reading() as session:
                award = await session.get(AwardRow, intention.award_id)
                rows = [await session.get(CredentialRow, each.id) for each in intention.credentials]
                return tuple(self._awards.intended(award, row) for row in rows if row) if award else None

        return await acknowledged(self._intend(intention, now=now), read_back)

    async def _intend(self, intention: Intention, *, now: datetime) -> tuple[Intended, ...] | RegisteredAward:
        async with self._transactions.writing(few_rows=True) as session:
            if intention.idempotency:
                earlier = await self._earlier(session, intention, intention.idempotency, now=now)
                if earlier:
                    return earlier
            await self._clocks.demand(session, institution=intention.institution, now=now)
            if intention.supersedes:
                await self._acts.take_the_place_of(
                    session, intention.supersedes, award_id=intention.award_id, institution=intention.institution
                )
            award = self._awards.sealed(intention, now=now)
            credentials = [
                self._awards.sealed_credential(
                    award,
                    each,
                    await self._taken(session, intention.institution),
                    number=number,
                    lease_until=now + self._lease,
                )
                for number, each in enumerate(intention.credentials, 1)
            ]
            await self._transactions.add(
                session,
                award,
                *credentials,
                ClaimLinkRow(
                    token_sha256=intention.claim_token_sha256,
                    award_id=award.id,
                    generation=award.claim_generation,
                    expires=intention.claim_expires,
                ),
                *(
                    LearnerDigestRow(award_id=award.id, digest=digest)
                    for digest in sorted(set(intention.learner_digests))
                ),
            )
            await self._acts.append(session, award, Act.INTEND, actor=intention.actor, reason=intention.reason, now=now)
            kind = MessageKind.CORRECTED if intention.supersedes else MessageKind.AWARDED
            await write_message(session, award, kind, now=now)
        return tuple(self._awards.intended(award, credential) for credential in credentials)

    async def _taken(self, session: AsyncSession, institution: str) -> StatusEntry:
        return await take_entry(
            self._transactions, session, institution=institution, purpose=REVOCATION, length=self._status_list_length
        )

    async def _earlier(
        self, session: AsyncSession, intention: Intention, idempotency: Idempotency, *, now: datetime
    ) -> tuple[Intended, ...] | RegisteredAward | None:
        """What this key was used for before; None where it is this request's own from now on."""
        institution = intention.institution
        row = IdempotencyRow(
            institution=institution,
            key_digest=self._keys.key_digest(idempotency),
            request_digest=self._keys.request_digest(idempotency),
            award_id=intention.award_id,
            created=now,
        )
        if await self._transactions.add_unless_there(session, row):
            return None
        used = await self._keys.used(session, idempotency, institution=institution, to_change=True)
        if used is None:
            raise in_flight()
        award, credentials = await locked(session, used.award_id)
        match award.state:
            case State.INTENDED:
                unfinished = [one for one in credentials if one.state is State.INTENDED]
                if any(one.lease_until > now for one in unfinished):
                    raise in_flight()
                for one in unfinished:
                    one.lease_until = now + self._lease
                return tuple(self._awards.intended(award, one) for one in unfinished)
            case State.VOIDED:
                # Nothing was ever answered under this key: it is as good as new.
                used.award_id = intention.award_id
                return None
            case _:
                return await self._awards.opened(session, award)

    async def check_clock(self, institution: str, *, now: datetime) -> None:
        """Raises Unavailable where nothing could be issued for this institution, because a clock is wrong."""
        async with self._transactions.reading() as session:
            await self._clocks.demand(session, institution=institution, now=now)

    async def replay(self, idempotency: Idempotency, *, institution: str) -> RegisteredAward | None:
        async with self._transactions.reading() as session:
            used = await self._keys.used(session, idempotency, institution=institution, to_change=False)
            if used is None:
                return None
            award = await session.get_one(AwardRow, used.award_id)
            if award.state in (State.INTENDED, State.VOIDED):
                return None
            return await self._awards.opened(session, award)

    async def record(self, credential_id: str, signed: bytes, *, signed_data: bytes, now: datetime) -> bytes:
        async def read_back() -> bytes | None:
            async with self._transactions.reading() as session:
                credential = await session.get(CredentialRow, credential_id)
                if credential is None:
                    return None
                return self._awards.signed(await session.get_one(AwardRow, credential.award_id), credential)

        async def work() -> bytes:
            recorded, superseded = await self._record(credential_id, signed, signed_data=signed_data, now=now)
            if superseded:
                await self._transactions.write_over_what_was_erased()
            return recorded

        return await acknowledged(work(), read_back)

    async def _record(
        self, credential_id: str, signed: bytes, *, signed_data: bytes, now: datetime
    ) -> tuple[bytes, bool]:
        """The recorded bytes, and whether another award ended by it."""
        async with self._transactions.writing(few_rows=True) as session:
            award, credentials, credential = await locked_by_credential(session, credential_id)
            first = self._awards.signed(award, credential)
            if first is not None:
                return first, False
            credential.state = after(credential.state, Act.RECORD)
            credential.signed_sealed = self._awards.seal_signed(award, credential, signed)
            credential.recorded_at = now
            await self._recorded_proofs.keep(session, credential.id, signed_data, now=now)
            award.state = state_of_award(one.state for one in credentials)
            whole = award.state is not State.INTENDED
            if whole:
                await release_messages(session, award, now=now)
                await self._acts.supersede(session, award, now=now)
        return signed, whole and award.supersedes is not None

    async def void(self, credential_id: str, *, reason: str, now: datetime) -> None:
        async def read_back() -> bool | None:
            async with self._transactions.reading() as session:
                credential = await session.get(CredentialRow, credential_id)
                return True if credential and credential.state is State.VOIDED else None

        await acknowledged(self._void(credential_id, reason=reason, now=now), read_back)
        await self._transactions.write_over_what_was_erased()

    async def _void(self, credential_id: str, *, reason: str, now: datetime) -> bool:
        async with self._transactions.writing() as session:
            award, credentials, _ = await locked_by_credential(session, credential_id)
            award.state = after(award.state, Act.VOID)
            # Those of its credentials that were recorded, too: an award is whole, or it never was.
            for credential in credentials:
                credential.state = award.state
            await self._acts.append(session, award, Act.VOID, actor="testamur", reason=Personal(reason), now=now)
            # Nothing was ever answered under it: nobody could ask for it to be erased.
            await self._acts.destroy(session, award, credentials)
            bits = {(credential.status_list_id, credential.status_list_index) for credential in credentials}
            await set_bits(self._transactions, session, bits)
        return True

    async def unfinished(self, *, now: datetime) -> Intended | None:
        async with self._transactions.writing() as session:
            found = await session.exec(
                select(CredentialRow)
                .where(CredentialRow.state == State.INTENDED, col(CredentialRow.lease_until) <= now)
                .order_by(col(CredentialRow.lease_until))
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            credential = found.first()
            if credential is None:
                return None
            credential.lease_until = now + self._lease
            award = await session.get_one(AwardRow, credential.award_id)
        # Opened after the lease is renewed: one that does not open holds up no other.
        return self._awards.intended(award, credential)

    # ── what follows ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def find(self, award_id: str, *, institution: str) -> RegisteredAward | None:
        if not storable(award_id):
            return None
        async with self._transactions.reading() as session:
            award = await session.get(AwardRow, award_id)
            if award is None or award.institution != institution:
                return None
            return await self._awards.opened(session, award)

    async def of_credential(self, credential_id: str, *, institution: str) -> RegisteredAward | None:
        if not storable(credential_id):
            return None
        async with self._transactions.reading() as session:
            credential = await session.get(CredentialRow, credential_id)
        return None if credential is None else await self.find(credential.award_id, institution=institution)

    async def list(self, *, institution: str, cursor: str | None, limit: int, where: AwardFilter = EVERY_AWARD) -> Page:
        if limit < 1:
            raise Refused(Problem(MALFORMED_VALUE_ERROR, at="/limit", detail="a page has at least one award"))
        if not storable(*(text for text in (where.achievement_id, where.state) if text)):
            return Page(awards=(), next_cursor=None)
        after_this = cursor and self._cursors.read(cursor, institution=institution)
        async with self._transactions.reading() as session:
            found = await session.exec(newest_first(institution, where, after_this or None, limit=limit + 1))
            rows = found.all()
            opened = await self._awards.all_opened(session, rows[:limit])
        if len(rows) <= limit:
            return Page(awards=opened, next_cursor=None)
        last = rows[limit - 1]
        return Page(
            awards=opened,
            next_cursor=self._cursors.write(Position(last.created, last.id), institution=institution),
        )

    async def newest_of_each_achievement(self, *, institution: str, limit: int) -> tuple[RegisteredAward, ...]:
        async with self._transactions.reading() as session:
            found = await session.exec(newest_of_each_achievement(institution, limit=limit))
            return await self._awards.all_opened(session, found.all())

    async def act(
        self,
        award_id: str,
        act: str,
        *,
        institution: str,
        actor: str,
        reason: Personal[str] | None,
        now: datetime,
        next_claim: NextClaim | None = None,
        learner_email: Personal[str] | None = None,
    ) -> RegisteredAward:
        async def read_back() -> RegisteredAward | None:
            award = await self.find(award_id, institution=institution)
            done = award and any((one.act, one.actor, one.at) == (act, actor, now) for one in award.acts)
            return award if done else None

        asked = asked_for(act)
        if (asked is Act.WITHDRAW) != (next_claim is not None):
            raise ValueError("a next claim link belongs to a withdrawn one, and to nothing else")

        async def work() -> RegisteredAward:
            async with self._transactions.writing() as session:
                award, credentials = await locked(session, award_id, institution=institution)
                if asked in LEARNERS and await self._was_done(session, award, asked):
                    return await self._awards.opened(session, award)
                await self._acts.change(session, award, credentials, asked)
                if learner_email:
                    self._awards.seal_learner_email(award, learner_email)
                match asked:
                    case Act.WITHDRAW if next_claim:
                        await self._acts.renew_claim(session, award, next_claim, now=now)
                        await end_messages(session, award, detail="its link was withdrawn before", now=now)
                    case Act.SEND:
                        await write_message(session, award, MessageKind.LINK, now=now)
                    case Act.ERASE:
                        await self._acts.erase(session, award, credentials)
                await self._acts.append(session, award, asked, actor=actor, reason=reason, now=now)
                return await self._awards.opened(session, award)

        acted = await acknowledged(work(), read_back)
        if asked is Act.ERASE:
            await self._transactions.write_over_what_was_erased()
        return acted

    async def _was_done(self, session: AsyncSession, award: AwardRow, act: Act) -> bool:
        done = select(ActRow.number).where(ActRow.award_id == award.id, ActRow.act == act)
        return (await session.exec(done)).first() is not None

    async def claim(self, token_sha256: bytes) -> tuple[ClaimLink, RegisteredAward] | None:
        async with self._transactions.reading() as session:
            row = await session.get(ClaimLinkRow, token_sha256)
            if row is None:
                return None
            link = ClaimLink(
                award_id=row.award_id, generation=row.generation, expires=row.expires, withdrawn=row.withdrawn
            )
            award = await session.get_one(AwardRow, row.award_id)
            return link, await self._awards.opened(session, award)
