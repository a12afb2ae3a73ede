"""Awards of one institution, newest first, as many as were asked for and only those."""

from sqlalchemy import func, literal, tuple_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.adapters.database.cursors import Position
from app.adapters.database.tables import AwardRow, Instant, LearnerDigestRow
from app.issuer.life import State
from app.ports import AwardFilter

# Of these the signed credential is kept.
_KEPT = (State.ISSUED, State.SUSPENDED, State.REVOKED)


def newest_first(
    institution: str, where: AwardFilter, after_this: Position | None, *, limit: int
) -> SelectOfScalar[AwardRow]:
    statement = select(AwardRow).where(AwardRow.institution == institution)
    for digest in where.learner:
        statement = statement.where(
            col(AwardRow.id).in_(select(LearnerDigestRow.award_id).where(LearnerDigestRow.digest == digest))
        )
    if where.achievement_id is not None:
        statement = statement.where(AwardRow.achievement_id == where.achievement_id)
    if where.state is not None:
        statement = statement.where(AwardRow.state == where.state)
    if where.awarded_from is not None:
        statement = statement.where(AwardRow.awarded_date >= where.awarded_from.isoformat())
    if where.awarded_until is not None:
        statement = statement.where(AwardRow.awarded_date <= where.awarded_until.isoformat())
    if after_this:
        statement = statement.where(
            tuple_(col(AwardRow.created), col(AwardRow.id))
            < tuple_(literal(after_this.created, Instant), literal(after_this.award_id))
        )
    return statement.order_by(col(AwardRow.created).desc(), col(AwardRow.id).desc()).limit(limit)


def newest_of_each_achievement(institution: str, *, limit: int) -> SelectOfScalar[AwardRow]:
    """Of each achievement the newest award that is kept."""
    newer_first = (col(AwardRow.created).desc(), col(AwardRow.id).desc())
    place = func.row_number().over(partition_by=col(AwardRow.achievement_id), order_by=newer_first)
    placed = (
        select(AwardRow.id, place.label("place"))
        .where(AwardRow.institution == institution, col(AwardRow.state).in_(_KEPT))
        .subquery()
    )
    newest = select(placed.c.id).where(placed.c.place == 1)
    return select(AwardRow).where(col(AwardRow.id).in_(newest)).order_by(*newer_first).limit(limit)
