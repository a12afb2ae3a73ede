"""A service whose PostgreSQL is killed: what it awarded is verified all the same, and nothing is half awarded."""

import json
from contextlib import ExitStack
from pathlib import Path

from app.core.credential.award_request import MINIMAL_EXAMPLE
from tests.databases import start_postgres
from tests.service import running


def test_verifying_goes_on_while_the_database_is_away(tmp_path: Path) -> None:
    with ExitStack() as database, ExitStack() as service:
        url = database.enter_context(start_postgres())
        office = service.enter_context(running(database_url=url, folder=tmp_path, public_url="https://uni.example"))
        credential = json.dumps(office.award(MINIMAL_EXAMPLE).json()["credential"]).encode()
        signed_in, before = office.signed_in(), office.verify(credential)
        document = office.client.get("/issuers/demo/did.json")
        database.close()
        after = office.verify(credential)
        assert (after["verdict"], after["issuer"]) == ("valid", before["issuer"])
        assert office.client.get("/issuers/demo/did.json").content == document.content
        refused = office.client.post("/awards", json=MINIMAL_EXAMPLE, headers=signed_in)
        assert (refused.status_code, "retry-after" in refused.headers) == (503, True)
