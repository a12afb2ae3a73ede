"""A service whose PostgreSQL is killed: what it awarded is verified all the same, and nothing is half awarded."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from app.core.credential.award_request import MINIMAL_EXAMPLE
from app.core.json_ld import Contexts
from tests.databases import start_postgres
from tests.service import free_port, running
from tests.verifying import STRANGER, badge, sign


def test_verifying_goes_on_while_the_database_is_away(tmp_path: Path) -> None:
    with ExitStack() as database, ExitStack() as service:
        url = database.enter_context(start_postgres())
        numbers = free_port()
        settings = {"METRICS_PORT": str(numbers)}
        office = service.enter_context(
            running(database_url=url, folder=tmp_path, public_url="https://uni.example", settings=settings)
        )
        credential = json.dumps(office.award(MINIMAL_EXAMPLE).json()["credential"]).encode()
        signed_in, before = office.signed_in(), office.verify(credential)
        document = office.client.get("/issuers/demo/did.json")
        assert "testamur_database_up 1.0" in httpx.get(f"http://127.0.0.1:{numbers}/metrics").text
        database.close()
        after = office.verify(credential)
        assert (after["verdict"], after["issuer"]) == ("valid", before["issuer"])
        assert office.client.get("/issuers/demo/did.json").content == document.content
        refused = office.client.post("/awards", json=MINIMAL_EXAMPLE, headers=signed_in)
        assert (refused.status_code, "retry-after" in refused.headers) == (503, True)
        told = httpx.get(f"http://127.0.0.1:{numbers}/metrics").text
        assert ("testamur_database_up 0.0" in told, "testamur_outbox_letters " in told) == (True, False)


def test_a_database_that_is_silent_holds_nobody_up(tmp_path: Path, contexts: Contexts) -> None:
    foreign = badge(issuer={"id": STRANGER.did, "type": ["Profile"], "name": "Somebody Else"})
    foreign = sign(contexts, foreign, key=STRANGER, verification_method=STRANGER.did_method)
    with start_postgres() as url, running(database_url=url, folder=tmp_path) as office:
        own = json.dumps(office.award(MINIMAL_EXAMPLE).json()["credential"]).encode()
        signed_in, before = office.signed_in(), office.verify(own)
        with stopped(Path(url.partition("host=")[2])):
            began = time.monotonic()
            assert office.verify(own)["verdict"] == before["verdict"] == "valid"
            assert time.monotonic() - began < 20
            began = time.monotonic()
            assert office.verify(json.dumps(foreign).encode())["verdict"] == "valid"
            refused = office.client.post("/awards", json=MINIMAL_EXAMPLE, headers=signed_in)
            assert (refused.status_code, "retry-after" in refused.headers) == (503, True)
            assert office.client.get("/readyz").status_code == 503
            assert time.monotonic() - began < 15
        time.sleep(3)
        assert office.client.post("/awards", json=MINIMAL_EXAMPLE, headers=signed_in).status_code == 201


@contextmanager
def stopped(home: Path) -> Iterator[None]:
    """PostgreSQL with every one of its processes stopped: its sockets stay open, and nothing answers."""
    server = int((home / "data" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(server, signal.SIGSTOP)
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    processes = [server, *map(int, children)]
    for process in processes[1:]:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)
