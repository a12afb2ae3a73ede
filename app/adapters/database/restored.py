"""What is done to the rows of a backup before a service starts from them, in the transaction that restores them.

1. Every list is closed, and its version leaps: nobody knows which entries were given out since, nor what was published.
2. Lists that were opened since are known again, and closed too.
3. Every bit that was set since is set; of an award that the backup does not have, as a lost entry.
4. Awards that were erased or replaced since are erased, and claim links that ended since have ended.
5. Keys that were revoked since are revoked, and who was let in no more since is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.adapters.act_journal import (
    AwardErased,
    AwardSuperseded,
    BitCleared,
    BitSet,
    BroughtErased,
    ClientChanged,
    Entry,
    KeyRevoked,
    LinkEnded,
    ListOpened,
    PersonRemoved,
)
from app.adapters.database.acts import Acts
from app.adapters.database.brought_restored import RestoredBrought, without_what_was_undone
from app.adapters.database.locks import locked, locked_by_credential
from app.adapters.database.people import PersonRow, SessionRow
from app.adapters.database.status_lists import closed_list
from app.adapters.database.tables import (
    AwardRow,
    ClaimLinkRow,
    ClientRow,
    CredentialRow,
    InstitutionKeyRow,
    InstitutionRow,
    LostEntryRow,
    PublishedListRow,
    StatusListRow,
)
from app.core.personal import Personal
from app.issuer.life import BITS, FORGOTTEN, REVOCATION, Act, State, after, state_of_award

ACTOR = "testamur restore"
# More than the bits of any list have changed between a backup and its restoring.
VERSION_LEAP = 1_000_000


@dataclass(slots=True)
class Replayed:
    """What the journal knew and the backup did not. `unknown` are the lists of institutions that it did not have."""

    bits_set: int = 0
    lost_entries: int = 0
    lists_opened: int = 0
    awards_erased: int = 0
    links_ended: int = 0
    access_ended: int = 0
    unknown: set[str] = field(default_factory=set)


class Restored:
    """The rows of one restored database, inside the transaction that `session` is of."""

    def __init__(self, session: AsyncSession, acts: Acts, *, now: datetime) -> None:
        self._session = session
        self._acts = acts
        self._now = now
        self._brought = RestoredBrought(session, now=now)
        self._replayed = Replayed()

    async def continue_from(self, entries: Sequence[Entry]) -> Replayed:
        """`entries` are all that the journals say, older than the backup or not: what it had already stays as it is."""
        await self._brought.take_for_issued()
        entries = without_what_was_undone(entries)
        await self._open_lists([entry for entry in entries if isinstance(entry, ListOpened)])
        await self._close_lists(entries)
        for entry in entries:
            match entry:
                case BitSet():
                    await self._set_bit(entry)
                case BitCleared():
                    self._replayed.bits_set += await self._brought.clear_bit(entry)
                case AwardErased():
                    await self._erase(entry.award_id)
                case AwardSuperseded():
                    await self._forget_superseded(entry)
                case BroughtErased():
                    self._replayed.awards_erased += await self._brought.erase(entry)
                case LinkEnded():
                    await self._end_link(entry)
                case KeyRevoked():
                    await self._revoke_key(entry)
                case ClientChanged():
                    await self._change_client(entry)
                case PersonRemoved():
                    await self._remove_person(entry)
        return self._replayed

    async def _open_lists(self, opened: Sequence[ListOpened]) -> None:
        for entry in opened:
            if await self._session.get(StatusListRow, entry.list_id):
                continue
            if await self._session.get(InstitutionRow, entry.institution) is None:
                self._replayed.unknown.add(entry.list_id)
                continue
            self._session.add(await closed_list(self._session, entry))
            await self._session.flush()
            self._replayed.lists_opened += 1

    async def _close_lists(self, entries: Sequence[Entry]) -> None:
        newest: dict[str, int] = {}
        for entry in entries:
            if isinstance(entry, BitSet | BitCleared):
                newest[entry.list_id] = max(entry.version, newest.get(entry.list_id, 0))
        for status_list in await self._session.exec(select(StatusListRow)):
            status_list.taken = status_list.length
            status_list.version = max(status_list.version, newest.get(status_list.id, 0)) + VERSION_LEAP
        await self._session.flush()
        await self._session.exec(delete(PublishedListRow))

    async def _set_bit(self, entry: BitSet) -> None:
        found = select(CredentialRow.id).where(
            CredentialRow.status_list_id == entry.list_id, CredentialRow.status_list_index == entry.index
        )
        credential_id = (await self._session.exec(found)).first()
        if credential_id is None:
            match await self._brought.set_bit(entry):
                case None:
                    await self._keep_lost(entry)
                case is_new:
                    self._replayed.bits_set += is_new
            return
        award, credentials, credential = await locked_by_credential(self._session, credential_id)
        if credential.state in BITS[REVOCATION]:
            return
        act = Act.VOID if award.state is State.INTENDED else Act.REVOKE
        # An award that was not whole yet is voided with all of it: no part is left to be finished.
        for one in credentials if act is Act.VOID else (credential,):
            one.state = State.VOIDED if act is Act.VOID else after(one.state, act)
        award.state = state_of_award(one.state for one in credentials)
        if act is Act.VOID:
            await self._acts.destroy(self._session, award, credentials)
        await self._write(award, act)
        self._replayed.bits_set += 1

    async def _keep_lost(self, entry: BitSet) -> None:
        status_list = await self._session.get(StatusListRow, entry.list_id)
        if status_list is None or entry.index >= status_list.length:
            self._replayed.unknown.add(entry.list_id)
            return
        if await self._session.get(LostEntryRow, (entry.list_id, entry.index)) is None:
            self._session.add(LostEntryRow(status_list_id=entry.list_id, status_list_index=entry.index))
            await self._session.flush()
            self._replayed.lost_entries += 1

    async def _erase(self, award_id: str) -> None:
        award = await self._session.get(AwardRow, award_id)
        if award is None or award.state in FORGOTTEN:
            return
        award, credentials = await locked(self._session, award_id)
        for credential in credentials:
            match credential.state:
                case State.INTENDED:
                    # What was being issued when the backup was made was issued, and erased, since then.
                    credential.state = after(after(credential.state, Act.RECORD), Act.ERASE)
                case State.VOIDED:
                    # Issued, revoked and erased since then: of that, the bit is set already.
                    continue
                case state:
                    credential.state = after(state, Act.ERASE)
        award.state = state_of_award(one.state for one in credentials)
        await self._acts.erase(self._session, award, credentials)
        await self._write(award, Act.ERASE)
        self._replayed.awards_erased += 1

    async def _forget_superseded(self, entry: AwardSuperseded) -> None:
        """What took its place is not in the backup, and the name that was corrected must not come back (article 16)."""
        award = await self._session.get(AwardRow, entry.award_id)
        if award is not None and award.state is not State.SUPERSEDED:
            await self._erase(entry.award_id)

    async def _end_link(self, entry: LinkEnded) -> None:
        ended = (
            update(ClaimLinkRow)
            .where(
                col(ClaimLinkRow.award_id) == entry.award_id,
                col(ClaimLinkRow.generation) == entry.generation,
                col(ClaimLinkRow.withdrawn).is_(None),
            )
            .values(withdrawn=self._now)
        )
        self._replayed.links_ended += (await self._session.exec(ended)).rowcount

    async def _revoke_key(self, entry: KeyRevoked) -> None:
        key = await self._session.get(InstitutionKeyRow, (entry.institution, entry.verification_method))
        # Where it is younger than the backup, nobody can verify by it: its public half is not known any more.
        if key and key.revoked is None:
            key.revoked = datetime.fromisoformat(entry.revoked)
            self._replayed.access_ended += 1

    async def _change_client(self, entry: ClientChanged) -> None:
        client = await self._session.get(ClientRow, entry.client_id)
        if client is None or client.revoked:
            return
        revoked = datetime.fromisoformat(entry.revoked) if entry.revoked else None
        secret = bytes.fromhex(entry.secret_sha256)
        if (client.secret_sha256, client.revoked) != (secret, revoked):
            client.secret_sha256, client.revoked = secret, revoked
            self._replayed.access_ended += 1

    async def _remove_person(self, entry: PersonRemoved) -> None:
        person = await self._session.get(PersonRow, entry.person_id)
        if person and person.removed is None:
            person.login_digest, person.removed = None, datetime.fromisoformat(entry.removed)
            await self._session.exec(delete(SessionRow).where(col(SessionRow.person_id) == entry.person_id))
            self._replayed.access_ended += 1

    async def _write(self, award: AwardRow, act: Act) -> None:
        reason = Personal("replayed from the journal of acts")
        await self._acts.append(self._session, award, act, actor=ACTOR, reason=reason, now=self._now)
