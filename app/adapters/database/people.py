"""People, sealed under a data key of each and found by a keyed digest of their address; and their sessions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.types import JSON
from sqlmodel import Field, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.adapters.act_journal import PersonRemoved
from app.adapters.database.engine import Transactions, storable
from app.adapters.database.tables import Instant, Row
from app.core.personal import Personal
from app.core.problems import STATE_CONFLICT, Problem, Refused
from app.ports import Person, Session, Vault


class PersonRow(Row, table=True):
    """`login_digest` is none once the person was removed: somebody else may have the address then."""

    __tablename__ = "person"

    id: str = Field(primary_key=True)
    institution: str = Field(foreign_key="institution.name", index=True)
    login_digest: bytes | None = Field(default=None, unique=True)
    data_key: bytes
    login_sealed: bytes
    name_sealed: bytes
    roles: Sequence[str] = Field(sa_type=JSON)
    password_hash: str
    must_change: bool
    added: datetime = Field(sa_type=Instant)
    removed: datetime | None = Field(default=None, sa_type=Instant)


class SessionRow(Row, table=True):
    __tablename__ = "session"

    token_sha256: bytes = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    begun: datetime = Field(sa_type=Instant, index=True)
    seen: datetime = Field(sa_type=Instant)


class DatabasePeople:
    """Implements `People`."""

    def __init__(self, transactions: Transactions, *, vault: Vault) -> None:
        self._transactions = transactions
        self._sealed = _SealedPeople(vault)

    async def add(self, person: Person, *, now: datetime) -> None:
        if not storable(person.login.open(), person.name.open()):
            raise Refused(Problem(STATE_CONFLICT, detail="a name has a character that can't be kept"))
        async with self._transactions.writing() as session:
            if await self._by_login(session, person.login) is not None:
                raise Refused(
                    Problem(
                        STATE_CONFLICT,
                        detail="somebody signs in by this address already",
                        remedy="to give them a new password: testamur person reset",
                    )
                )
            await self._transactions.add(session, self._sealed.row(person, now=now))

    async def by_login(self, login: Personal[str]) -> Person | None:
        async with self._transactions.reading() as session:
            row = await self._by_login(session, login)
            return None if row is None else self._sealed.opened(row)

    async def list(self, *, institution: str) -> Sequence[Person]:
        async with self._transactions.reading() as session:
            rows = await session.exec(
                select(PersonRow)
                .where(PersonRow.institution == institution)
                .order_by(col(PersonRow.added), col(PersonRow.id))
            )
            return [self._sealed.opened(row) for row in rows]

    async def set_password(self, person_id: str, password_hash: str, *, must_change: bool) -> None:
        async with self._transactions.writing() as session:
            row = await session.get_one(PersonRow, person_id)
            row.password_hash, row.must_change = password_hash, must_change
            session.add(row)
            await _end_all(session, person_id)

    async def rehash(self, person_id: str, *, old: str, new: str) -> None:
        async with self._transactions.writing() as session:
            await session.exec(
                update(PersonRow)
                .where(col(PersonRow.id) == person_id, col(PersonRow.password_hash) == old)
                .values(password_hash=new)
            )

    async def remove(self, person_id: str, *, now: datetime) -> None:
        async with self._transactions.writing() as session:
            row = await session.get_one(PersonRow, person_id)
            row.login_digest, row.removed = None, now
            session.add(row)
            await _end_all(session, person_id)
            await self._transactions.write_down(PersonRemoved(person_id, now.isoformat()))

    async def _by_login(self, session: AsyncSession, login: Personal[str]) -> PersonRow | None:
        digest = self._sealed.digest(login)
        return (await session.exec(select(PersonRow).where(PersonRow.login_digest == digest))).first()


class DatabaseSessions:
    """Implements `Sessions`."""

    def __init__(self, transactions: Transactions, *, vault: Vault) -> None:
        self._transactions = transactions
        self._sealed = _SealedPeople(vault)

    async def begin(self, session: Session, *, password_hash: str, forget_before: datetime) -> bool:
        async with self._transactions.writing() as database:
            person = await database.get_one(PersonRow, session.person_id, with_for_update=True)
            if person.removed or person.password_hash != password_hash:
                return False
            await database.exec(delete(SessionRow).where(col(SessionRow.begun) <= forget_before))
            await self._transactions.add(
                database,
                SessionRow(
                    token_sha256=session.token_sha256,
                    person_id=session.person_id,
                    begun=session.begun,
                    seen=session.seen,
                ),
            )
            return True

    async def find(self, token_sha256: bytes) -> tuple[Session, Person] | None:
        async with self._transactions.reading() as database:
            row = await database.get(SessionRow, token_sha256)
            if row is None:
                return None
            person = await database.get_one(PersonRow, row.person_id)
            session = Session(token_sha256=row.token_sha256, person_id=row.person_id, begun=row.begun, seen=row.seen)
            return session, self._sealed.opened(person)

    async def seen(self, token_sha256: bytes, *, now: datetime) -> None:
        async with self._transactions.writing() as database:
            await database.exec(update(SessionRow).where(col(SessionRow.token_sha256) == token_sha256).values(seen=now))

    async def end(self, token_sha256: bytes) -> None:
        async with self._transactions.writing() as database:
            await database.exec(delete(SessionRow).where(col(SessionRow.token_sha256) == token_sha256))


class _SealedPeople:
    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def digest(self, login: Personal[str]) -> bytes:
        return self._vault.digest(login, kind="person-login")

    def row(self, person: Person, *, now: datetime) -> PersonRow:
        data_key = self._vault.new_data_key()
        return PersonRow(
            id=person.id,
            institution=person.institution,
            login_digest=self.digest(person.login),
            data_key=data_key,
            login_sealed=self._vault.seal(
                person.login.open().encode(), data_key=data_key, bound_to=_column(person.id, "login")
            ),
            name_sealed=self._vault.seal(
                person.name.open().encode(), data_key=data_key, bound_to=_column(person.id, "name")
            ),
            roles=sorted(person.roles),
            password_hash=person.password_hash,
            must_change=person.must_change,
            added=now,
            removed=person.removed,
        )

    def opened(self, row: PersonRow) -> Person:
        login = self._vault.open(row.login_sealed, data_key=row.data_key, bound_to=_column(row.id, "login"))
        name = self._vault.open(row.name_sealed, data_key=row.data_key, bound_to=_column(row.id, "name"))
        return Person(
            id=row.id,
            institution=row.institution,
            login=Personal(login.decode()),
            name=Personal(name.decode()),
            roles=frozenset(row.roles),
            password_hash=row.password_hash,
            must_change=row.must_change,
            removed=row.removed,
        )


async def _end_all(session: AsyncSession, person_id: str) -> None:
    await session.exec(delete(SessionRow).where(col(SessionRow.person_id) == person_id))


def _column(person_id: str, name: str) -> str:
    return f"person/{person_id}/{name}"
