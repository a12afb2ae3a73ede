"""Awards of one institution, newest first, as many as were asked for and only those."""

from sqlalchemy import literal, tuple_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.adapters.database.cursors import Position
from app.adapters.database.tables import AwardRow, Instant, LearnerDigestRow
from app.ports import AwardFilter


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
