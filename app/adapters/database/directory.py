"""Who our institutions and their clients are, and under which public URL this deployment was first started."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import BindParameter, bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.adapters.act_journal import ClientChanged, KeyRevoked
from app.adapters.database.engine import Transactions, Unacknowledged, storable
from app.adapters.database.status_lists import raise_versions
from app.adapters.database.tables import ClientRow, DeploymentRow, InstitutionKeyRow, InstitutionRow, StatusListRow
from app.adapters.database.unchanged import Unchanged
from app.core.credential.micro_credential import Identifier, Organisation
from app.core.problems import STATE_CONFLICT, Problem, Refused
from app.ports import Client, Institution, InstitutionKey, KeyPurpose, MaySign, SigningPolicy

# All rows that an institution is made of, its keys in their order.
_INSTITUTION = (
    select(InstitutionRow, InstitutionKeyRow)
    .join(InstitutionKeyRow, col(InstitutionKeyRow.institution) == InstitutionRow.name, isouter=True)
    .order_by(col(InstitutionKeyRow.number))
)


class DatabaseDirectory:
    """Implements `Directory`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        asked: BindParameter[str] = bindparam("asked")
        self._by_name = Unchanged[Institution | None](
            transactions.file, _INSTITUTION.where(col(InstitutionRow.name) == asked)
        )
        self._by_did = Unchanged[Institution | None](
            transactions.file, _INSTITUTION.where(col(InstitutionRow.did) == asked)
        )
        self._clients = Unchanged[Client | None](transactions.file, select(ClientRow).where(col(ClientRow.id) == asked))

    async def institution(self, name: str) -> Institution | None:
        if not storable(name):
            return None
        return await self._by_name.asked(name, lambda: self._named(name))

    async def _named(self, name: str) -> Institution | None:
        async with self._transactions.reading(few_rows=True) as session:
            row = await session.get(InstitutionRow, name)
            return None if row is None else await _institution(session, row)

    async def institution_by_did(self, did: str) -> Institution | None:
        if not storable(did):
            return None
        return await self._by_did.asked(did, lambda: self._of_did(did))

    async def _of_did(self, did: str) -> Institution | None:
        async with self._transactions.reading(few_rows=True) as session:
            row = (await session.exec(select(InstitutionRow).where(InstitutionRow.did == did))).first()
            return None if row is None else await _institution(session, row)

    async def institutions(self) -> Sequence[Institution]:
        async with self._transactions.reading() as session:
            # An institution is as old as its first key.
            rows = await session.exec(
                select(InstitutionRow)
                .join(InstitutionKeyRow, col(InstitutionKeyRow.institution) == InstitutionRow.name)
                .where(InstitutionKeyRow.number == 0)
                .order_by(col(InstitutionKeyRow.created), col(InstitutionRow.name))
            )
            return [await _institution(session, row) for row in rows]

    async def client(self, client_id: str) -> Client | None:
        if not storable(client_id):
            return None
        return await self._clients.asked(client_id, lambda: self._client(client_id))

    async def _client(self, client_id: str) -> Client | None:
        async with self._transactions.reading(few_rows=True) as session:
            row = await session.get(ClientRow, client_id)
            return None if row is None else _client(row)

    async def public_url(self) -> str | None:
        async with self._transactions.reading() as session:
            return (await session.exec(select(DeploymentRow.public_url))).first()

    async def add_institution(self, institution: Institution, client: Client, *, public_url: str) -> None:
        try:
            await self._add_first(institution, client, public_url=public_url)
        except Unacknowledged:
            if await self.institution(institution.name) != institution:
                raise

    async def _add_first(self, institution: Institution, client: Client, *, public_url: str) -> None:
        async with self._transactions.writing() as session:
            if not await self._transactions.add_unless_there(session, DeploymentRow(public_url=public_url)):
                raise Refused(
                    Problem(
                        STATE_CONFLICT,
                        detail="this database has an institution already",
                        remedy="Use the keys and the client that were made for it.",
                    )
                )
            await self._transactions.add(session, *_rows(institution), _client_row(client))

    async def add_further_institution(self, institution: Institution, client: Client) -> None:
        try:
            async with self._transactions.writing() as session:
                await self._transactions.add(session, *_rows(institution), _client_row(client))
        except Unacknowledged:
            if await self.institution(institution.name) != institution:
                raise

    async def change_institution(self, before: Institution, after: Institution) -> None:
        if (before.name, before.did) != (after.name, after.did):
            raise ValueError("an institution keeps its name and its DID")
        if [key.verification_method for key in after.keys][: len(before.keys)] != [
            key.verification_method for key in before.keys
        ]:
            raise ValueError("a key that was once there stays")
        try:
            await self._change_institution(before, after)
        except Unacknowledged:
            if await self.institution(after.name) != after:
                raise

    async def _change_institution(self, before: Institution, after: Institution) -> None:
        async with self._transactions.writing() as session:
            row = await session.get_one(InstitutionRow, before.name, with_for_update=True)
            if await _institution(session, row) != before:
                raise _changed_meanwhile()
            for changed in _rows(after):
                await session.merge(changed)
            await session.flush()
            known = {key.verification_method for key in before.keys if key.revoked}
            await self._transactions.write_down(
                *(
                    KeyRevoked(after.name, key.verification_method, key.revoked.isoformat())
                    for key in after.keys
                    if key.revoked and key.verification_method not in known
                )
            )
            if _for_lists(before) != _for_lists(after):
                lists = await session.exec(select(StatusListRow.id).where(StatusListRow.institution == after.name))
                await raise_versions(session, set(lists))

    async def clients(self, institution: str | None = None) -> Sequence[Client]:
        wanted = select(ClientRow).order_by(col(ClientRow.institution), col(ClientRow.id))
        if institution is not None:
            wanted = wanted.where(ClientRow.institution == institution)
        async with self._transactions.reading() as session:
            return [_client(row) for row in await session.exec(wanted)]

    async def add_client(self, client: Client) -> None:
        try:
            async with self._transactions.writing() as session:
                await self._transactions.add(session, _client_row(client))
        except Unacknowledged:
            if await self.client(client.id) != client:
                raise

    async def change_client(self, before: Client, after: Client) -> None:
        try:
            async with self._transactions.writing() as session:
                row = await session.get_one(ClientRow, before.id, with_for_update=True)
                if _client(row) != before:
                    raise _changed_meanwhile()
                await session.merge(_client_row(after))
                await session.flush()
                revoked = after.revoked.isoformat() if after.revoked else ""
                await self._transactions.write_down(ClientChanged(after.id, after.secret_sha256.hex(), revoked))
        except Unacknowledged:
            if await self.client(after.id) != after:
                raise


def _for_lists(institution: Institution) -> list[InstitutionKey]:
    return [key for key in institution.keys if KeyPurpose.STATUS_LIST in key.purposes]


def _changed_meanwhile() -> Refused:
    return Refused(Problem(STATE_CONFLICT, detail="it was changed by somebody else meanwhile", remedy="Look again."))


def _rows(institution: Institution) -> tuple[InstitutionRow | InstitutionKeyRow, ...]:
    return (
        InstitutionRow(
            name=institution.name,
            did=institution.did,
            profile=asdict(institution.profile),
            time_zone=institution.time_zone,
            languages=list(institution.languages),
            contact=institution.contact,
            demo=institution.demo,
            accent=institution.accent,
            signing=_signing_row(institution.signing),
            mechanisms=list(institution.mechanisms) or None,
        ),
        *(
            InstitutionKeyRow(
                institution=institution.name,
                number=number,
                verification_method=key.verification_method,
                public_key_multibase=key.public_key_multibase,
                purposes=sorted(key.purposes),
                uri=key.uri,
                created=key.created,
                retired=key.retired,
                revoked=key.revoked,
            )
            for number, key in enumerate(institution.keys)
        ),
    )


def _client_row(client: Client) -> ClientRow:
    return ClientRow(
        id=client.id,
        institution=client.institution,
        secret_sha256=client.secret_sha256,
        scopes=sorted(client.scopes),
        mechanism=client.mechanism,
        revoked=client.revoked,
    )


async def _institution(session: AsyncSession, row: InstitutionRow) -> Institution:
    keys = await session.exec(
        select(InstitutionKeyRow)
        .where(InstitutionKeyRow.institution == row.name)
        .order_by(col(InstitutionKeyRow.number))
    )
    return Institution(
        name=row.name,
        did=row.did,
        profile=_organisation(row.profile),
        time_zone=row.time_zone,
        languages=tuple(row.languages),
        contact=row.contact,
        demo=row.demo,
        keys=tuple(_key(key) for key in keys),
        accent=row.accent,
        signing=_signing(row.signing),
        mechanisms=tuple(row.mechanisms or ()),
    )


def _key(row: InstitutionKeyRow) -> InstitutionKey:
    return InstitutionKey(
        verification_method=row.verification_method,
        public_key_multibase=row.public_key_multibase,
        purposes=frozenset(KeyPurpose(purpose) for purpose in row.purposes),
        uri=row.uri,
        created=row.created,
        retired=row.retired,
        revoked=row.revoked,
    )


def _client(row: ClientRow) -> Client:
    return Client(
        id=row.id,
        institution=row.institution,
        secret_sha256=row.secret_sha256,
        scopes=frozenset(row.scopes),
        revoked=row.revoked,
        mechanism=row.mechanism,
    )


def _signing_row(policy: SigningPolicy) -> dict[str, Any] | None:
    return None if policy == SigningPolicy() else {**asdict(policy), "status": list(policy.status)}


def _signing(row: Mapping[str, Any] | None) -> SigningPolicy:
    if row is None:
        return SigningPolicy()
    return SigningPolicy(**{**row, "may_sign": MaySign(row["may_sign"]), "status": tuple(row["status"])})


def _organisation(profile: Mapping[str, Any]) -> Organisation:
    identifiers = tuple(Identifier(**identifier) for identifier in profile["identifiers"])
    return Organisation(**{**profile, "identifiers": identifiers})
