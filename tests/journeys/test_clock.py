"""A service whose clock went back dates no award, and says so; what is good stays verifiable."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import update

from app.adapters.database import Database
from app.adapters.database.tables import AwardRow
from app.adapters.vault import AesGcmVault
from app.core.credential.award_request import MINIMAL_EXAMPLE
from tests.databases import TEST_VAULT_KEY
from tests.service import running


def test_a_clock_behind_the_newest_award_issues_nothing(empty_database_url: str, tmp_path: Path) -> None:
    with running(database_url=empty_database_url, folder=tmp_path) as service:
        awarded = service.award(MINIMAL_EXAMPLE)
        assert awarded.status_code == 201, awarded.text
        asyncio.run(date_every_award(empty_database_url, datetime.now(UTC) + timedelta(hours=1)))

        refused = service.award(MINIMAL_EXAMPLE)
        assert refused.status_code == 503
        assert "clock" in refused.json()["detail"]
        assert refused.headers["Retry-After"] == "60"
        assert service.client.get("/readyz").status_code == 503
        assert service.client.get("/healthz").status_code == 200
        assert service.verify(json.dumps(awarded.json()["credential"]).encode())["verdict"] == "valid"


async def date_every_award(url: str, created: datetime) -> None:
    database = Database.connect(url, vault=AesGcmVault(TEST_VAULT_KEY))
    async with database.engine.begin() as connection:
        await connection.execute(update(AwardRow).values(created=created))
    await database.close()
