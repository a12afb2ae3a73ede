"""The register of credentials that others composed: from the intent to sign to every act that follows.

Locks are taken in one order: idempotency key, credentials by id, institution, status lists by id.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.adapters.act_journal import BroughtErased
from app.adapters.database.acknowledged import acknowledged
from app.adapters.database.brought_tables import (
    BroughtActRow,
    BroughtCredentialRow,
    BroughtIdempotencyRow,
    BroughtStatusEntryRow,
)
from app.adapters.database.clocks import Clocks
from app.adapters.database.engine import Transactions
from app.adapters.database.idempotency import IdempotencyKeys, in_flight
from app.adapters.database.recorded_proofs import DatabaseRecordedProofs
from app.adapters.database.status_lists import change_bits, open_list, take_entry
from app.adapters.database.tables import InstitutionRow
from app.core.personal import Personal
from app.core.problems import NOT_FOUND, STATE_CONFLICT, Problem, Refused
from app.issuer.life import BITS, Act, State, after, demand_entry
from app.ports import BroughtCredential, BroughtIntended, BroughtIntention, Idempotency, StatusEntry, TooOften, Vault

_MINUTE = timedelta(minutes=1)


class DatabaseBrought:
    """Implements `BroughtCredentials`."""

    def __init__(
        self,
        transactions: Transactions,
        *,
        vault: Vault,
        clocks: Clocks,
        lease_seconds: int,
        status_list_length: int,
    ) -> None:
        self._transactions = transactions
        self._vault = vault
        self._clocks = clocks
        self._lease = timedelta(seconds=lease_seconds)
        self._length = status_list_length
        self._keys = IdempotencyKeys(BroughtIdempotencyRow, vault)
        self._recorded_proofs = DatabaseRecordedProofs(transactions, vault=vault)

    # ── issuing ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def intend(self, intention: BroughtIntention, *, now: datetime) -> BroughtIntended | BroughtCredential:
        async def read_back() -> BroughtIntended | None:
            async with self._transactions.reading() as session:
                row = await session.get(BroughtCredentialRow, intention.id)
                return self._intended(row) if row else None

        return await acknowledged(self._intend(intention, now=now), read_back)

    async def _intend(self, intention: BroughtIntention, *, now: datetime) -> BroughtIntended | BroughtCredential:
        async with self._transactions.writing(few_rows=True) as session:
            if intention.idempotency:
                earlier = await self._earlier(session, intention, intention.idempotency, now=now)
                if earlier:
                    return earlier
            await self._clocks.demand(session, institution=intention.institution, now=now)
            await self._demand_pace(session, intention, now=now)
            entries = [
                await take_entry(
                    self._transactions,
                    session,
                    institution=intention.institution,
                    purpose=purpose,
                    length=self._length,
                )
                for purpose in intention.purposes
            ]
            row = self._row(intention, tuple(entries), now=now)
            places = (
                BroughtStatusEntryRow(
                    credential_id=row.id,
                    purpose=entry.purpose,
                    status_list_id=entry.list_id,
                    status_list_index=entry.index,
                )
                for entry in entries
            )
            await self._transactions.add(session, row)
            await self._transactions.insert(session, *places)
            await self._append(session, row, Act.INTEND, actor=intention.actor, now=now)
            return self._intended(row)

    async def _earlier(
        self, session: AsyncSession, intention: BroughtIntention, idempotency: Idempotency, *, now: datetime
    ) -> BroughtCredential | None:
        """What this key was used for before; None where it is this request's own from now on."""
        row = BroughtIdempotencyRow(
            institution=intention.institution,
            key_digest=self._keys.key_digest(idempotency),
            request_digest=self._keys.request_digest(idempotency),
            credential_id=intention.id,
            created=now,
        )
        if await self._transactions.add_unless_there(session, row):
            return None
        used = await self._keys.used(session, idempotency, institution=intention.institution, to_change=True)
        if used is None:
            raise in_flight()
        credential = await self._locked(session, used.credential_id)
        match credential.state:
            case State.INTENDED:
                # Whoever began it records it, or it is voided when its lease has run out.
                raise in_flight()
            case State.VOIDED:
                # Nothing was ever answered under this key: it is as good as new.
                used.credential_id = intention.id
                return None
            case _:
                return self._opened(credential, await self._places(session, credential))

    async def replay(self, idempotency: Idempotency, *, institution: str) -> BroughtCredential | None:
        async with self._transactions.reading() as session:
            used = await self._keys.used(session, idempotency, institution=institution, to_change=False)
            if used is None:
                return None
            row = await session.get_one(BroughtCredentialRow, used.credential_id)
            if row.state in (State.INTENDED, State.VOIDED):
                return None
            return self._opened(row, await self._places(session, row))

    async def _demand_pace(self, session: AsyncSession, intention: BroughtIntention, *, now: datetime) -> None:
        """Raises TooOften. The institution is locked first: what two processes begin at once is counted too."""
        holder = select(InstitutionRow).where(InstitutionRow.name == intention.institution)
        await session.exec(holder.with_for_update(key_share=True))
        within = await session.exec(
            select(BroughtCredentialRow.intended_at)
            .where(
                BroughtCredentialRow.institution == intention.institution,
                col(BroughtCredentialRow.intended_at) > now - _MINUTE,
            )
            .order_by(col(BroughtCredentialRow.intended_at).desc())
            .offset(intention.per_minute - 1)
            .limit(1)
        )
        if (earliest := within.first()) is not None:
            wait = min(60, max(1, ceil((earliest + _MINUTE - now).total_seconds())))
            pace = f"More than {intention.per_minute:,} credentials of your institution a minute."
            raise TooOften(f"{pace} Wait {wait} s and try again.", retry_after_seconds=wait)

    async def record(self, credential_id: str, signed: bytes, *, signed_data: bytes, now: datetime) -> None:
        async def read_back() -> bool | None:
            async with self._transactions.reading() as session:
                row = await session.get(BroughtCredentialRow, credential_id)
                return True if row and row.signed_sealed is not None else None

        async def work() -> bool:
            async with self._transactions.writing(few_rows=True) as session:
                row = await self._locked(session, credential_id)
                row.state = after(row.state, Act.RECORD)
                row.signed_sealed = self._sealed(row, signed, "signed")
                row.recorded_at = now
                await self._recorded_proofs.keep_brought(session, row.id, signed_data, now=now)
            return True

        await acknowledged(work(), read_back)

    async def void(self, credential_id: str, *, now: datetime) -> None:
        async with self._transactions.writing() as session:
            row = await self._locked(session, credential_id)
            if row.state is State.INTENDED:
                await self._void(session, row, now=now)
        await self._transactions.write_over_what_was_erased()

    async def void_unfinished(self, *, now: datetime) -> int:
        async with self._transactions.writing() as session:
            found = await session.exec(
                select(BroughtCredentialRow)
                .where(BroughtCredentialRow.state == State.INTENDED, col(BroughtCredentialRow.lease_until) <= now)
                .order_by(col(BroughtCredentialRow.id))
                .with_for_update(skip_locked=True)
            )
            rows = found.all()
            for row in rows:
                await self._void(session, row, now=now)
        if rows:
            await self._transactions.write_over_what_was_erased()
        return len(rows)

    async def _void(self, session: AsyncSession, row: BroughtCredentialRow, *, now: datetime) -> None:
        await self.change(session, row, Act.VOID)
        await self._append(session, row, Act.VOID, actor="testamur", now=now)
        self._forget(row)

    # ── what follows ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def find(self, name: Personal[str], *, institution: str) -> Sequence[BroughtCredential]:
        async with self._transactions.reading() as session:
            found = await session.exec(self._named(name, institution=institution))
            return [self._opened(row, await self._places(session, row)) for row in found.all()]

    async def act(
        self,
        name: Personal[str],
        act: str,
        *,
        institution: str,
        actor: str,
        now: datetime,
        only: StatusEntry | None = None,
    ) -> Sequence[BroughtCredential]:
        async def read_back() -> Sequence[BroughtCredential] | None:
            # What was to follow is found done, or it was not done: every act here may be asked for again.
            return None

        async def work() -> Sequence[BroughtCredential]:
            async with self._transactions.writing() as session:
                found = await session.exec(self._named(name, institution=institution).with_for_update())
                rows = [(row, await self._places(session, row)) for row in found.all()]
                meant = [(row, places) for row, places in rows if only is None or only in places]
                if not meant:
                    raise Refused(Problem(NOT_FOUND, detail="your institution has no such credential"))
                for row, places in meant:
                    await self._act(session, row, Act(act), places, actor=actor, now=now)
                return [self._opened(row, places) for row, places in meant]

        acted = await acknowledged(work(), read_back)
        if act == Act.ERASE:
            await self._transactions.write_over_what_was_erased()
        return acted

    async def _act(
        self,
        session: AsyncSession,
        row: BroughtCredentialRow,
        act: Act,
        places: Sequence[StatusEntry],
        *,
        actor: str,
        now: datetime,
    ) -> None:
        if row.state in _DONE[act]:
            return
        purposes = {place.purpose for place in places}
        if act in _SAID_BY:
            demand_entry(act, purposes)
            if _SAID_BY[act] not in purposes:
                detail = f"it has no place in a list that could say so ({_SAID_BY[act]})"
                raise Refused(Problem(STATE_CONFLICT, at="/credentialStatus/statusPurpose", detail=detail))
        await self.change(session, row, act)
        if act is Act.ERASE:
            await self._transactions.write_down(BroughtErased(row.id))
            self._forget(row)
        await self._append(session, row, act, actor=actor, now=now)

    async def open_list(self, *, institution: str, purpose: str, now: datetime) -> str:
        async with self._transactions.writing() as session:
            await self._clocks.demand(session, institution=institution, now=now)
            opened = await open_list(
                self._transactions, session, institution=institution, purpose=purpose, length=self._length
            )
            return opened.id

    # ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def change(self, session: AsyncSession, row: BroughtCredentialRow, act: Act) -> None:
        """The state that follows; of each list whose bit changes by it, the version rises."""
        before, row.state = row.state, after(row.state, act)
        await session.flush()
        now_set = {
            (place.list_id, place.index): row.state in BITS[place.purpose]
            for place in await self._places(session, row)
            if (before in BITS[place.purpose]) != (row.state in BITS[place.purpose])
        }
        await change_bits(self._transactions, session, now_set)

    def _row(
        self, intention: BroughtIntention, entries: tuple[StatusEntry, ...], *, now: datetime
    ) -> BroughtCredentialRow:
        document = intention.examined.at(entries).document
        row = BroughtCredentialRow(
            id=intention.id,
            institution=intention.institution,
            name_digest=self._name_digest(intention.name),
            data_key=self._vault.new_data_key(),
            mechanism=intention.mechanism,
            verification_method=intention.verification_method,
            state=after(None, Act.INTEND),
            actor=intention.actor,
            document_sealed=b"",
            intended_at=now,
            lease_until=now + self._lease,
        )
        content = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        row.document_sealed = self._sealed(row, content, "document")
        return row

    async def _locked(self, session: AsyncSession, credential_id: str) -> BroughtCredentialRow:
        return await session.get_one(BroughtCredentialRow, credential_id, with_for_update=True)

    def _named(self, name: Personal[str], *, institution: str) -> SelectOfScalar[BroughtCredentialRow]:
        recorded = col(BroughtCredentialRow.state).not_in((State.INTENDED, State.VOIDED))
        return (
            select(BroughtCredentialRow)
            .where(
                BroughtCredentialRow.institution == institution,
                BroughtCredentialRow.name_digest == self._name_digest(name),
                recorded,
            )
            .order_by(col(BroughtCredentialRow.intended_at).desc(), col(BroughtCredentialRow.id))
        )

    async def _places(self, session: AsyncSession, row: BroughtCredentialRow) -> tuple[StatusEntry, ...]:
        found = await session.exec(
            select(BroughtStatusEntryRow)
            .where(BroughtStatusEntryRow.credential_id == row.id)
            .order_by(col(BroughtStatusEntryRow.purpose))
        )
        return tuple(StatusEntry(each.status_list_id, each.status_list_index, each.purpose) for each in found)

    async def _append(
        self, session: AsyncSession, row: BroughtCredentialRow, act: Act, *, actor: str, now: datetime
    ) -> None:
        number = 1
        if act is not Act.INTEND:
            numbers = select(func.max(BroughtActRow.number)).where(BroughtActRow.credential_id == row.id)
            number += (await session.exec(numbers)).one() or 0
        await self._transactions.insert(
            session, BroughtActRow(credential_id=row.id, number=number, act=act, actor=actor, at=now)
        )

    def _forget(self, row: BroughtCredentialRow) -> None:
        """Its places in lists stay taken for good, and its name can still be told from others'."""
        row.data_key, row.document_sealed, row.signed_sealed = b"", b"", None

    def _intended(self, row: BroughtCredentialRow) -> BroughtIntended:
        document = self._vault.open(row.document_sealed, data_key=row.data_key, bound_to=_at(row.id, "document"))
        return BroughtIntended(row.id, json.loads(document), row.intended_at)

    def _opened(self, row: BroughtCredentialRow, places: Sequence[StatusEntry]) -> BroughtCredential:
        sealed = row.signed_sealed if row.data_key else None
        signed = self._vault.open(sealed, data_key=row.data_key, bound_to=_at(row.id, "signed")) if sealed else None
        return BroughtCredential(
            id=row.id,
            state=row.state.value,
            entries=tuple(places),
            signed=None if signed is None else Personal(signed),
        )

    def _sealed(self, row: BroughtCredentialRow, content: bytes, what: str) -> bytes:
        return self._vault.seal(content, data_key=row.data_key, bound_to=_at(row.id, what))

    def _name_digest(self, name: Personal[str]) -> bytes:
        return self._vault.digest(name, kind="brought credential")


def _at(credential_id: str, what: str) -> str:
    return f"brought/{credential_id}/{what}"


# Asked for again, these are done already.
_DONE = {
    Act.REVOKE: frozenset({State.REVOKED, State.REVOKED_ERASED}),
    Act.SUSPEND: frozenset({State.SUSPENDED}),
    Act.REINSTATE: frozenset(State) - {State.SUSPENDED},
    Act.ERASE: frozenset({State.ERASED, State.REVOKED_ERASED}),
}
# Each of these is told by a bit of a list of that purpose, and by nothing else.
_SAID_BY = {Act.REVOKE: "revocation", Act.SUSPEND: "suspension", Act.REINSTATE: "suspension"}
