"""Rows held against every other transaction that would change them: an award together with its credentials."""

from typing import TypeAlias

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.adapters.database.engine import storable
from app.adapters.database.tables import AwardRow, CredentialRow
from app.core.problems import NOT_FOUND, Problem, Refused

Credentials: TypeAlias = tuple[CredentialRow, ...]


async def locked(
    session: AsyncSession, award_id: str, *, institution: str | None = None
) -> tuple[AwardRow, Credentials]:
    """Raises Refused (NOT_FOUND) where there is no such award, or it is another institution's."""
    if not storable(award_id):
        raise _not_found(award_id)
    found = await session.exec(
        select(AwardRow, CredentialRow)
        .join(CredentialRow, col(CredentialRow.award_id) == col(AwardRow.id))
        .where(AwardRow.id == award_id)
        .order_by(col(CredentialRow.number))
        .with_for_update()
    )
    rows = found.all()
    if not rows or institution not in (None, rows[0][0].institution):
        raise _not_found(award_id)
    return rows[0][0], tuple(credential for _, credential in rows)


async def locked_by_credential(
    session: AsyncSession, credential_id: str
) -> tuple[AwardRow, Credentials, CredentialRow]:
    """Raises Refused (NOT_FOUND) where there is no such credential."""
    # The id of its award alone: a row that was read before it is locked would be out of date.
    its_award = select(CredentialRow.award_id).where(CredentialRow.id == credential_id)
    award_id = (await session.exec(its_award)).first() if storable(credential_id) else None
    if award_id is None:
        raise Refused(Problem(NOT_FOUND, detail=f"there is no credential {credential_id}"))
    award, credentials = await locked(session, award_id)
    return award, credentials, next(one for one in credentials if one.id == credential_id)


def _not_found(award_id: str) -> Refused:
    return Refused(Problem(NOT_FOUND, detail=f"there is no award {award_id}"))
