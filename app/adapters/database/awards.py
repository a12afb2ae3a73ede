"""Rows of the register, sealed and opened: the only place where what is about a person meets the vault."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.adapters.database.tables import ActRow, AwardRow, CredentialRow, MessageRow
from app.core.personal import Personal
from app.core.problems import GONE, Problem, Refused
from app.issuer.life import Act, State, after
from app.ports import (
    ActRecord,
    CredentialIntention,
    Intended,
    Intention,
    Message,
    MessageKind,
    MessageState,
    RegisteredAward,
    RegisteredCredential,
    StatusEntry,
    Vault,
)


def _learner_name_at(award_id: str) -> str:
    return f"award/{award_id}/learner_name"


def _learner_email_at(award_id: str) -> str:
    return f"award/{award_id}/learner_email"


def _reason_at(award_id: str, number: int) -> str:
    return f"award/{award_id}/act/{number}/reason"


def _document_at(credential_id: str) -> str:
    return f"credential/{credential_id}/document"


def _signed_at(credential_id: str) -> str:
    return f"credential/{credential_id}/signed"


class Awards:
    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def sealed(self, intention: Intention, *, now: datetime) -> AwardRow:
        """The row of an award that is intended."""
        award = AwardRow(
            id=intention.award_id,
            institution=intention.institution,
            state=after(None, Act.INTEND),
            title=intention.title,
            data_key=self._vault.new_data_key(),
            learner_name_sealed=b"",
            achievement_id=intention.achievement_id,
            awarded_date=intention.awarded_date,
            created=now,
            claim_expires=intention.claim_expires,
            supersedes=intention.supersedes,
        )
        self.seal_learner_name(award, intention.learner_name)
        if intention.learner_email:
            self.seal_learner_email(award, intention.learner_email)
        return award

    def sealed_credential(
        self,
        award: AwardRow,
        intention: CredentialIntention,
        entry: StatusEntry,
        *,
        number: int,
        lease_until: datetime,
    ) -> CredentialRow:
        """The row of one of its credentials, whose document is `examined.at(entry)` and nothing else."""
        document = intention.examined.at(entry).document
        content = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        return CredentialRow(
            id=intention.id,
            award_id=award.id,
            number=number,
            mechanism=intention.mechanism,
            verification_method=intention.verification_method,
            state=award.state,
            status_list_id=entry.list_id,
            status_list_index=entry.index,
            document_sealed=self._vault.seal(content, data_key=award.data_key, bound_to=_document_at(intention.id)),
            intended_at=award.created,
            lease_until=lease_until,
            mandatory_pointers=intention.mandatory_pointers,
        )

    def seal_learner_name(self, award: AwardRow, name: Personal[str]) -> None:
        award.learner_name_sealed = self._vault.seal(
            name.open().encode(), data_key=award.data_key, bound_to=_learner_name_at(award.id)
        )

    def seal_learner_email(self, award: AwardRow, email: Personal[str]) -> None:
        award.learner_email_sealed = self._vault.seal(
            email.open().encode(), data_key=award.data_key, bound_to=_learner_email_at(award.id)
        )

    def seal_signed(self, award: AwardRow, credential: CredentialRow, signed: bytes) -> bytes:
        return self._vault.seal(signed, data_key=award.data_key, bound_to=_signed_at(credential.id))

    def seal_reason(self, award: AwardRow, number: int, reason: Personal[str]) -> bytes:
        return self._vault.seal(reason.open().encode(), data_key=award.data_key, bound_to=_reason_at(award.id, number))

    def learner_name(self, award: AwardRow) -> Personal[str] | None:
        return self._text(award, award.learner_name_sealed, _learner_name_at(award.id))

    def reason(self, award: AwardRow, act: ActRow) -> Personal[str] | None:
        return self._text(award, act.reason_sealed, _reason_at(award.id, act.number))

    def intended(self, award: AwardRow, credential: CredentialRow) -> Intended:
        """Raises Refused (GONE) where the award was erased."""
        if not award.data_key:
            raise Refused(Problem(GONE, detail=f"award {award.id} was erased"))
        document = self._vault.open(
            credential.document_sealed, data_key=award.data_key, bound_to=_document_at(credential.id)
        )
        return Intended(
            award_id=award.id,
            credential_id=credential.id,
            number=credential.number,
            institution=award.institution,
            mechanism=credential.mechanism,
            verification_method=credential.verification_method,
            document=json.loads(document),
            intended_at=credential.intended_at,
            mandatory_pointers=None if credential.mandatory_pointers is None else tuple(credential.mandatory_pointers),
        )

    def signed(self, award: AwardRow, credential: CredentialRow) -> bytes | None:
        if credential.signed_sealed is None or not award.data_key:
            return None
        return self._vault.open(credential.signed_sealed, data_key=award.data_key, bound_to=_signed_at(credential.id))

    async def opened(self, session: AsyncSession, award: AwardRow) -> RegisteredAward:
        (one,) = await self.all_opened(session, [award])
        return one

    async def all_opened(self, session: AsyncSession, awards: Sequence[AwardRow]) -> tuple[RegisteredAward, ...]:
        award_ids = [award.id for award in awards]
        credentials: defaultdict[str, list[CredentialRow]] = defaultdict(list)
        for credential in await session.exec(
            select(CredentialRow).where(col(CredentialRow.award_id).in_(award_ids)).order_by(col(CredentialRow.number))
        ):
            credentials[credential.award_id].append(credential)
        acts: defaultdict[str, list[ActRow]] = defaultdict(list)
        for act in await session.exec(
            select(ActRow).where(col(ActRow.award_id).in_(award_ids)).order_by(col(ActRow.number))
        ):
            acts[act.award_id].append(act)
        messages: defaultdict[str, list[MessageRow]] = defaultdict(list)
        for message in await session.exec(
            select(MessageRow).where(col(MessageRow.award_id).in_(award_ids)).order_by(col(MessageRow.created))
        ):
            messages[message.award_id].append(message)
        return tuple(self._opened(award, credentials[award.id], acts[award.id], messages[award.id]) for award in awards)

    def _opened(
        self,
        award: AwardRow,
        credentials: Sequence[CredentialRow],
        acts: Sequence[ActRow],
        messages: Sequence[MessageRow],
    ) -> RegisteredAward:
        return RegisteredAward(
            id=award.id,
            institution=award.institution,
            state=award.state.value,
            title=award.title,
            learner_name=self.learner_name(award),
            achievement_id=award.achievement_id,
            awarded_date=award.awarded_date,
            created=award.created,
            claim_generation=award.claim_generation,
            claim_expires=award.claim_expires,
            credentials=tuple(self._credential(award, credential) for credential in credentials),
            acts=tuple(
                ActRecord(act=act.act, actor=act.actor, at=act.at, reason=self.reason(award, act)) for act in acts
            ),
            messages=tuple(map(_message, messages)),
            learner_email=self._text(award, award.learner_email_sealed, _learner_email_at(award.id)),
            supersedes=award.supersedes,
            superseded_by=award.superseded_by if award.state is State.SUPERSEDED else None,
        )

    def _credential(self, award: AwardRow, credential: CredentialRow) -> RegisteredCredential:
        signed = self.signed(award, credential)
        return RegisteredCredential(
            id=credential.id,
            mechanism=credential.mechanism,
            state=credential.state.value,
            status_list_id=credential.status_list_id,
            status_list_index=credential.status_list_index,
            signed=None if signed is None else Personal(signed),
        )

    def _text(self, award: AwardRow, sealed: bytes | None, bound_to: str) -> Personal[str] | None:
        if not sealed or not award.data_key:
            return None
        return Personal(self._vault.open(sealed, data_key=award.data_key, bound_to=bound_to).decode())


def _message(row: MessageRow) -> Message:
    return Message(
        id=row.id,
        kind=MessageKind(row.kind),
        state=MessageState(row.state),
        changed=row.changed,
        attempts=row.attempts,
        detail=row.detail,
    )
