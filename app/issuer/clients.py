"""The programs of an institution: one more, a new secret for one, the end of one."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from app.core.problems import NOT_FOUND, STATE_CONFLICT, Problem, Refused
from app.issuer.set_up import ClientCredentials
from app.ports import Client, Directory, Institution


class SecretMaker(Protocol):
    """Makes a client's secret, and a file that tells it to whoever runs the program."""

    def make_further_client(self, institution: str) -> ClientCredentials: ...

    def make_secret(self, client_id: str) -> ClientCredentials: ...


@dataclass(frozen=True, slots=True)
class ClientMade:
    """A client with a new secret, and the file that tells it."""

    client: Client
    file: Path


async def add(
    directory: Directory,
    maker: SecretMaker,
    institution: Institution,
    *,
    scopes: frozenset[str],
    mechanism: str | None = None,
) -> ClientMade:
    """`mechanism` is how what it composed itself is signed, where that is not as its institution has it."""
    made = maker.make_further_client(institution.name)
    client = Client(
        id=made.id,
        institution=institution.name,
        secret_sha256=_digest(made),
        scopes=scopes,
        mechanism=mechanism,
    )
    await directory.add_client(client)
    return ClientMade(client, made.path)


async def rotate(directory: Directory, maker: SecretMaker, client_id: str) -> ClientMade:
    """A new secret; the one before it ends at once. Raises Refused: NOT_FOUND, STATE_CONFLICT (it was revoked)."""
    before = await _in_use(directory, client_id)
    made = maker.make_secret(client_id)
    after = replace(before, secret_sha256=_digest(made))
    await directory.change_client(before, after)
    return ClientMade(after, made.path)


async def revoke(directory: Directory, client_id: str, *, now: datetime) -> Client:
    """The client ends, with every access token that it has. Raises Refused: NOT_FOUND, STATE_CONFLICT."""
    before = await _in_use(directory, client_id)
    after = replace(before, revoked=now)
    await directory.change_client(before, after)
    return after


async def _in_use(directory: Directory, client_id: str) -> Client:
    client = await directory.client(client_id)
    if client is None:
        detail = f"There is no client {client_id!r}."
        raise Refused(Problem(NOT_FOUND, detail=detail, remedy="Type: testamur client list"))
    if client.revoked is not None:
        detail = f"The client {client_id} was revoked {client.revoked.isoformat()}."
        remedy = f"Make another: testamur client add {client.institution}"
        raise Refused(Problem(STATE_CONFLICT, detail=detail, remedy=remedy))
    return client


def _digest(made: ClientCredentials) -> bytes:
    return sha256(made.secret.encode()).digest()
