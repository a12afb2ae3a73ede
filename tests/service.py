"""The whole service as a process, as `make run` starts it: on a free port, with keys and database of its own."""

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx

from tests.typed import begun

# Nobody is asked over TLS. Without it each client would read every authority that this machine trusts.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

_STARTS_WITHIN_SECONDS = 40


@dataclass
class Running:
    """A service that answers. `log` is what it wrote."""

    url: str
    process: BaseProcess
    keys_dir: Path
    log: Path
    client: httpx.Client = field(repr=False)
    _token: str = field(default="", repr=False)

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    def credentials(self) -> dict[str, str]:
        """What `testamur setup` wrote for the demo institution's first client."""
        (file,) = self.keys_dir.glob("*-client.env")
        lines = (line for line in file.read_text().splitlines() if "=" in line and not line.startswith("#"))
        return dict(line.split("=", 1) for line in lines)

    def token(self) -> str:
        secret = self.credentials()
        answer = self.client.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(secret["CLIENT_ID"], secret["CLIENT_SECRET"]),
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def signed_in(self) -> dict[str, str]:
        self._token = self._token or self.token()
        return {"Authorization": f"Bearer {self._token}"}

    def award(self, body: Mapping[str, Any], **headers: str) -> httpx.Response:
        return self.client.post("/awards", json=body, headers={**self.signed_in(), **headers})

    def verify(self, credential: bytes) -> dict[str, Any]:
        """The report on a credential, as `/verify` gives it to a program."""
        answer = self.client.post(
            "/verify",
            content=credential,
            headers={"Content-Type": "application/vc", "Accept": "application/json"},
        )
        assert answer.status_code == 200, answer.text
        report: dict[str, Any] = answer.json()
        return report


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def running(
    *, database_url: str, folder: Path, port: int | None = None, public_url: str = "", settings: Mapping[str, str] = {}
) -> Iterator[Running]:
    """Starts `testamur serve --set-up` and waits until it is ready; ends it gracefully."""
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    log = folder / f"service-{port}.log"
    environment = {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PUBLIC_URL": public_url,
        "DATABASE_URL": database_url,
        "KEYS_DIR": str(folder / "keys"),
        "COMPUTE_WORKERS": "1",
        **settings,
    }
    process = begun("serve", "--set-up", environment=environment, output=log, error=log)
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=url, timeout=30, trust_env=False, verify=NO_TLS) as client:
            _wait(client, process, log)
            yield Running(url=url, process=process, keys_dir=folder / "keys", log=log, client=client)
    finally:
        process.terminate()
        process.join(10)
        process.kill()
        process.join()


def _wait(client: httpx.Client, process: BaseProcess, log: Path) -> None:
    until = time.monotonic() + _STARTS_WITHIN_SECONDS
    while time.monotonic() < until:
        if not process.is_alive():
            break
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"the service did not start:\n{log.read_text()[-4000:]}")
