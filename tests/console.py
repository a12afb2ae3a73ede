"""A person at the console over HTTP, as a browser is: with a session, and with what the forms that it got carry."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.service import NO_TLS, Running, running

HTML = {"Accept": "text/html"}

# What is typed for an award that lacks nothing.
GOOD: Mapping[str, str] = {
    "fullName": "Zoë Marković-Núñez",
    "awardedDate": "2026-06-30",
    "title": "Data Literacy",
    "language": "en",
    "learningOutcomes": "Reads a data set\nPresents figures",
    "ects": "3",
    "level": "http://data.europa.eu/snb/eqf/6",
    "assessmentType:4f03b91c0e": "1",
    "mode:920fbb3cbe": "1",
    "quality": "http://data.europa.eu/snb/accreditation/bb4618238e",
}


@contextmanager
def open_console(folder: Path) -> Iterator[Running]:
    """A service of its own, at which one may sign in as often as tests do."""
    with running(
        database_url=f"sqlite:///{folder / 'service.sqlite3'}",
        folder=folder,
        settings={"SIGN_IN_PER_MINUTE": "100000"},
    ) as service:
        yield service


def registrar(service: Running) -> tuple[str, str]:
    """Address and password that `testamur setup` wrote for the demo institution's console."""
    (file,) = service.keys_dir.glob("*-registrar.env")
    lines = dict(line.split("=", 1) for line in file.read_text().splitlines())
    return lines["LOGIN"], lines["PASSWORD"]


@dataclass
class Visitor:
    """One browser; its cookies are its own. It keeps no connection, so that nobody needs to close it."""

    service: Running
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        limits = httpx.Limits(max_keepalive_connections=0)
        self.client = httpx.Client(
            base_url=self.service.url, headers=HTML, timeout=30, trust_env=False, limits=limits, verify=NO_TLS
        )

    @property
    def same_origin(self) -> dict[str, str]:
        return {"Origin": self.service.url, "Sec-Fetch-Site": "same-origin"}

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def post(self, path: str, data: Mapping[str, str], **headers: str) -> httpx.Response:
        return self.client.post(path, data=dict(data), headers={**self.same_origin, **headers})

    def sign_in(self, login: str, password: str) -> httpx.Response:
        return self.post("/console/sign-in", {"login": login, "password": password})

    def form_token(self, path: str = "/console/awards") -> str:
        found = re.search(r'name="form_token" value="([^"]+)"', self.get(path).text)
        assert found
        return found[1]

    def send(self, path: str, data: Mapping[str, str], **headers: str) -> httpx.Response:
        """A form with its token, as a page of ours would send it."""
        return self.post(path, {"form_token": self.form_token(), **data}, **headers)

    def award(self, **typed: str) -> httpx.Response:
        """Looks at the paper, then awards it."""
        values = {**GOOD, **typed}
        page = self.send("/console/award", {**values, "step": "preview"}).text
        seen, key = (re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("seen", "key"))
        assert seen, page
        assert key
        return self.send("/console/award", {**values, "step": "award", "seen": seen[1], "key": key[1]})


def signed_in(service: Running) -> Visitor:
    visitor = Visitor(service)
    assert visitor.sign_in(*registrar(service)).status_code == 303
    return visitor
