"""Who calls: the access token of a request, read for the one scope that its route needs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from fastapi import Security
from fastapi.security import OAuth2

from app.access.scopes import DESCRIPTIONS, Scope, demand_scope
from app.access.tokens import AccessTokens, read_bearer
from app.core.problems import INVALID_TOKEN, Problem, Refused
from app.ports import Client, Clock, Directory, Institution


@dataclass(frozen=True, slots=True)
class Caller:
    """A client of one institution, with a token that holds, and that was not revoked since."""

    client: Client
    institution: Institution
    scopes: frozenset[Scope]

    @property
    def client_id(self) -> str:
        return self.client.id


Authorize: TypeAlias = Callable[[Scope], Callable[..., Awaitable[Caller]]]


def authorization(*, tokens: AccessTokens, directory: Directory, clock: Clock) -> Authorize:
    """Makes, for a scope, the dependency that a route asks for its caller."""
    scheme = OAuth2(
        flows={
            "clientCredentials": {
                "tokenUrl": "/oauth/token",
                "scopes": {scope.value: description for scope, description in DESCRIPTIONS.items()},
            }
        },
        auto_error=False,
        description="An access token of `POST /oauth/token`, sent as `Authorization: Bearer …`.",
    )

    def authorize(scope: Scope) -> Callable[..., Awaitable[Caller]]:
        async def caller(header: str | None = Security(scheme, scopes=[scope.value])) -> Caller:
            read = tokens.read(read_bearer(header), now=clock())
            demand_scope(scope, read.scopes)
            client = await directory.client(read.client_id)
            institution = await directory.institution(read.institution)
            if client is None or client.revoked or institution is None:
                raise Refused(Problem(INVALID_TOKEN, detail="the client of this token may no longer call"))
            return Caller(client=client, institution=institution, scopes=read.scopes)

        return caller

    return authorize
