"""Whom we know: this service's own institutions, and those that the operator wrote down in a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.core import strict_toml
from app.core.did import web as did_web
from app.core.problems import (
    MALFORMED_VALUE_ERROR,
    PARSING_ERROR,
    SETTING_ERROR,
    UNKNOWN_VALUE,
    Problem,
    Refused,
    pointer,
)
from app.ports import Institutions, KnownIssuer, Unavailable

_MAX_BYTES = 10_485_760
_OWN = "this service"


@dataclass(frozen=True, slots=True)
class ListedIssuers:
    """The port `KnownIssuers` for a verifier on its own: whom the operator wrote down, and nobody else."""

    listed: Mapping[str, KnownIssuer]

    async def find(self, issuer_id: str) -> KnownIssuer | None:
        return _listed(self.listed, issuer_id)


@dataclass(frozen=True, slots=True)
class OwnAndListedIssuers:
    """The port `KnownIssuers`. With no file and no institution nobody is known."""

    institutions: Institutions
    listed: Mapping[str, KnownIssuer]

    async def find(self, issuer_id: str) -> KnownIssuer | None:
        listed = _listed(self.listed, issuer_id)
        try:
            own = await self.institutions.institution_by_did(did_web.did_at(issuer_id) or issuer_id)
        except Unavailable:
            if listed is not None:
                return listed
            raise
        if own is not None:
            return KnownIssuer(
                own.did, own.profile.name, _OWN, url=own.profile.url, demo=own.demo, own=True, accent=own.accent
            )
        return listed


def _listed(listed: Mapping[str, KnownIssuer], issuer_id: str) -> KnownIssuer | None:
    """By its identifier, or, where that is the URL around a did:web's document, by that DID: one host answers both."""
    return listed.get(issuer_id) or listed.get(did_web.did_at(issuer_id) or issuer_id)


def load_known_issuers(path: Path | None) -> Mapping[str, KnownIssuer]:
    """The issuers in the file that KNOWN_ISSUERS_FILE names; none where it names none. Raises Refused."""
    if path is None:
        return {}
    try:
        content = path.read_bytes()
    except OSError as error:
        detail = f"KNOWN_ISSUERS_FILE names {path}, which can't be read ({error.strerror})."
        raise Refused(Problem(SETTING_ERROR, at="/KNOWN_ISSUERS_FILE", detail=detail)) from None
    return read_known_issuers(content, source=path.name)


def read_known_issuers(content: bytes, *, source: str) -> Mapping[str, KnownIssuer]:
    """Reads `[[issuer]]` tables of id, name, url and source. Raises Refused with everything that is wrong."""
    if len(content) > _MAX_BYTES:
        raise Refused(Problem(PARSING_ERROR, detail=f"{source} is longer than {_MAX_BYTES} bytes."))
    try:
        document = strict_toml.read(content)
    except strict_toml.NotToml as error:
        raise Refused(Problem(PARSING_ERROR, detail=f"{source} is not TOML: {error}.")) from None
    match document:
        case {"issuer": list(tables)} if len(document) == 1:
            pass
        case _:
            raise Refused(Problem(MALFORMED_VALUE_ERROR, detail=f"{source} holds [[issuer]] tables and nothing else."))
    problems: list[Problem] = []
    known: dict[str, KnownIssuer] = {}
    for number, table in enumerate(tables):
        match _issuer(table, source=source):
            case Problem(type=kind, at=member, detail=detail):
                problems.append(Problem(kind, at=pointer("issuer", number) + member, detail=detail))
            case KnownIssuer() as issuer if issuer.id in known:
                detail = f"{issuer.id} stands twice."
                problems.append(Problem(MALFORMED_VALUE_ERROR, at=pointer("issuer", number, "id"), detail=detail))
            case issuer:
                known[issuer.id] = issuer
    if problems:
        raise Refused(*problems)
    return known


def _issuer(table: object, *, source: str) -> KnownIssuer | Problem:
    match table:
        case {"id": str(issuer_id), "name": str(name), **others} if issuer_id.startswith(("did:", "https://")):
            pass
        case _:
            detail = "An issuer has id (a DID, or a URL with https) and name."
            return Problem(MALFORMED_VALUE_ERROR, detail=detail)
    more: dict[str, str] = {}
    for member, value in others.items():
        if member not in ("url", "source"):
            return Problem(UNKNOWN_VALUE, at=pointer(str(member)), detail=f"An issuer has no {member!r} here.")
        if not isinstance(value, str):
            return Problem(MALFORMED_VALUE_ERROR, at=pointer(str(member)), detail=f"{member} is a text.")
        more[str(member)] = value
    return KnownIssuer(issuer_id, name, more.get("source", source), url=more.get("url"))
