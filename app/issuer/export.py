"""All awards that were asked for, one a line: JSON Lines for programs, CSV for spreadsheets."""

import json
from collections.abc import AsyncIterator
from typing import Any

from app.core.credential import csv_table
from app.issuer.award import Issuer, Wanted
from app.issuer.summary import summary
from app.ports import Institution

JSON_LINES = "application/jsonl"
CSV = "text/csv"

_PAGE = 200
_COLUMNS = ("id", "state", "learner", "title", "achievement", "awardedDate", "created", "claimed", "declined")
_LINKS = ("supersedes", "supersededBy", "claimUrl", "claimExpires", "message")


async def json_lines(issuer: Issuer, *, institution: Institution, wanted: Wanted) -> AsyncIterator[bytes]:
    async for award in _awards(issuer, institution, wanted):
        yield json.dumps(award, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


async def spreadsheet(issuer: Issuer, *, institution: Institution, wanted: Wanted) -> AsyncIterator[bytes]:
    yield csv_table.write([(*_COLUMNS, *_LINKS)])
    async for award in _awards(issuer, institution, wanted):
        flat = {
            **award,
            "learner": award.get("learner", {}).get("fullName", ""),
            "achievement": award["achievement"]["id"],
            "message": award["messages"][-1]["state"] if award.get("messages") else "",
        }
        yield csv_table.lines([[str(flat.get(column, "")) for column in (*_COLUMNS, *_LINKS)]])


async def _awards(issuer: Issuer, institution: Institution, wanted: Wanted) -> AsyncIterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        page = await issuer.list(institution=institution, cursor=cursor, limit=_PAGE, wanted=wanted)
        for award in page.awards:
            yield await summary(issuer, award)
        if page.next_cursor is None:
            return
        cursor = page.next_cursor
