"""The composition root: the only module that knows all others."""

import secrets
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from app.access.attempts import Attempts
from app.access.sessions import SessionLifetime, SignIn
from app.access.tokens import AccessTokens
from app.adapters import typesetting
from app.adapters.act_journal import ActJournal
from app.adapters.authorities import load_authorities
from app.adapters.cached_fetch import CachedFetch
from app.adapters.clients_challenges import ClientsChallenges
from app.adapters.contexts import load_contexts
from app.adapters.cpu_pool import CpuPool, InlineCompute
from app.adapters.database import Database
from app.adapters.fetch import GuardedFetch, Offline
from app.adapters.keys.ring import DATA_FILE, KeyRing, open_data_key, open_key_ring
from app.adapters.known_issuers import ListedIssuers, OwnAndListedIssuers, load_known_issuers
from app.adapters.mail import SmtpMail
from app.adapters.paper_seal import seal
from app.adapters.passwords import Argon2Passwords
from app.adapters.remembered_institutions import RememberedInstitutions
from app.adapters.typesetting import PooledRasteriser
from app.adapters.vault import AesGcmVault
from app.core.credential import vocabularies
from app.core.json_ld import Contexts
from app.core.problems import SETTING_ERROR, Problem, Refused
from app.core.proof.chance import CHANCE_BYTES
from app.exchange.claim import Claims
from app.exchange.delivery import Delivery
from app.exchange.picture_badge import PictureBadges
from app.issuer.award import Issuer
from app.issuer.batch import Classes
from app.issuer.brought import BroughtIssuer
from app.issuer.preview import Previews
from app.issuer.publish import NothingPublished, Publisher
from app.issuer.set_up import demand_public_url
from app.ports import Challenges, Compute, Counts, Fetch, Institution, KeyPurpose
from app.settings import Settings
from app.verifier.policy import VerificationPolicy
from app.verifier.presentations import Presentations
from app.verifier.verifier import Verifier
from app.web import badge_picture
from app.web.certificates import Certificates, Press
from app.web.headings import Headings
from app.web.letters import Letters


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that one process works with, made once. Without a mail server there is no `delivery`."""

    settings: Settings
    contexts: Contexts
    compute: Compute
    database: Database
    keys: KeyRing
    institutions: tuple[Institution, ...]
    tokens: AccessTokens
    issuer: Issuer
    brought: BroughtIssuer
    previews: Previews
    classes: Classes
    publisher: Publisher
    verifier: Verifier
    challenges: Challenges
    presentations: Presentations
    claims: Claims
    passwords: Argon2Passwords
    sign_in: SignIn
    badges: PictureBadges
    headings: Headings
    certificates: Certificates
    delivery: Delivery | None

    async def ready(self) -> None:
        """Raises Unavailable where an award could not be made now: for want of database, clock, or a key that signs."""
        await self.database.check()
        for institution in self.institutions:
            await self.database.register.check_clock(institution.name, now=clock())
        await self.keys.check(await self.database.directory.institutions())


def clock() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    return str(uuid.uuid4())


def new_chance() -> bytes:
    return secrets.token_bytes(CHANCE_BYTES)


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


@asynccontextmanager
async def composed(
    settings: Settings,
    *,
    serving: bool = False,
    inline: bool = False,
    offline: bool = False,
    reaching: GuardedFetch | None = None,
    counts: Counts | None = None,
) -> AsyncIterator[Service]:
    """The whole service over one database. `inline` works in this process alone, as most commands do;
    `serving` answers others: at the address that it was set up with, and no demonstration to other machines.

    `reaching` is how it asks other hosts, where that is not the public Internet on port 443. `counts` is told of its
    work.
    Raises Refused (SETTING_ERROR, KEY_ERROR) where it was not set up, or a key can't be opened; Unavailable.
    """
    contexts = load_contexts(settings.contexts_dir)
    listed = load_known_issuers(settings.known_issuers_file)
    async with AsyncExitStack() as stack:
        database = await _database(settings, stack, counts)
        if not serving:
            settings = await _as_set_up(settings, database)
        institutions = tuple(await database.directory.institutions())
        await _check_set_up(settings, database, institutions)
        if serving:
            _demand_that_a_demonstration_is_alone(settings, institutions)
        keys = open_key_ring(
            institutions,
            keys_dir=settings.keys_dir,
            passphrase=settings.passphrase,
            find_institution=database.directory.institution_by_did,
        )
        compute: Compute = (
            InlineCompute(contexts) if inline else await stack.enter_async_context(_pool(settings, counts))
        )
        fetch = _fetch(settings, stack, offline=offline, reaching=reaching, counts=counts)
        passwords = Argon2Passwords()
        stack.callback(passwords.close)
        remembered = RememberedInstitutions(database.directory, ttl_seconds=settings.status_ttl_seconds)
        headings = Headings.of(vocabularies.field_labels(contexts))
        publisher = Publisher(
            institutions=remembered,
            status_lists=database.status_lists,
            recorded_proofs=database.recorded_proofs,
            signers=keys,
            compute=compute,
            public_url=settings.public_url,
            publish_seconds=settings.status_publish_seconds,
            ttl_seconds=settings.status_ttl_seconds,
            valid_days=settings.status_valid_days,
            counts=counts,
        )
        issuer = Issuer(
            register=database.register,
            vault=AesGcmVault(keys.data),
            signers=keys,
            documents=publisher,
            compute=compute,
            public_url=settings.public_url,
            claim_expires_days=settings.claim_expires_days,
            new_id=new_id,
            new_chance=new_chance,
            writes_to_learners=settings.mail_server is not None,
            counts=counts,
        )
        verifier = Verifier(
            fetch=fetch,
            publications=publisher,
            known_issuers=OwnAndListedIssuers(remembered, listed),
            compute=compute,
            fetch_timeout_seconds=settings.fetch_timeout_seconds,
            policy=VerificationPolicy(authorities=load_authorities(settings.credential_authorities_file)),
            counts=counts,
        )
        challenges = ClientsChallenges(database.challenges) if settings.strict_http else database.challenges
        yield Service(
            settings=settings,
            contexts=contexts,
            compute=compute,
            database=database,
            keys=keys,
            institutions=institutions,
            tokens=AccessTokens(
                signer=keys.by_purpose(KeyPurpose.ACCESS_TOKEN),
                public_key=keys.access_token_public_key,
                public_url=settings.public_url,
                lifetime=timedelta(seconds=settings.access_token_seconds),
            ),
            issuer=issuer,
            brought=BroughtIssuer(
                register=database.brought,
                vault=AesGcmVault(keys.data),
                signers=keys,
                documents=publisher,
                compute=compute,
                public_url=settings.public_url,
                new_id=new_id,
                new_chance=new_chance,
                takes_checks=settings.strict_http,
                counts=counts,
            ),
            classes=Classes(
                issuer=issuer,
                compute=compute,
                public_url=settings.public_url,
                most_rows=settings.max_batch_rows,
                # Long enough for a lease of a process that died to run out.
                patience_seconds=2 * settings.intent_lease_seconds + 10,
            ),
            previews=Previews(compute=compute, public_url=settings.public_url),
            publisher=publisher,
            verifier=verifier,
            challenges=challenges,
            presentations=Presentations(
                verifier=verifier,
                challenges=challenges,
                fetch=fetch,
                publications=publisher,
                compute=compute,
                fetch_timeout_seconds=settings.fetch_timeout_seconds,
                compute_timeout_seconds=settings.compute_timeout_seconds,
            ),
            claims=Claims(register=database.register, directory=database.directory, counts=counts),
            passwords=passwords,
            sign_in=_sign_in(settings, database, passwords),
            badges=PictureBadges(draw=badge_picture.of, rasterise=PooledRasteriser(compute)),
            headings=headings,
            certificates=Certificates(
                press=_press(settings),
                copies=database.sealed_copies,
                compute=compute,
                headings=headings,
                public_url=settings.public_url,
            ),
            delivery=_delivery(settings, database, issuer, institutions, counts),
        )


@asynccontextmanager
async def administering(settings: Settings) -> AsyncIterator[Database]:
    """The database of a service that was set up. No key that signs is opened: one of them may be what is amiss.

    Raises Refused (SETTING_ERROR, KEY_ERROR), Unavailable.
    """
    async with AsyncExitStack() as stack:
        database = await _database(settings, stack)
        settings = await _as_set_up(settings, database)
        await _check_set_up(settings, database, tuple(await database.directory.institutions()))
        yield database


@asynccontextmanager
async def verifying(settings: Settings, *, offline: bool = False) -> AsyncIterator[Verifier]:
    """A verifier alone. Where this machine was set up as a service, it knows that service's lists and institutions."""
    if (settings.keys_dir / DATA_FILE).exists():
        async with composed(settings, inline=True, offline=offline) as service:
            yield service.verifier
        return
    contexts = load_contexts(settings.contexts_dir)
    async with AsyncExitStack() as stack:
        yield Verifier(
            fetch=_fetch(settings, stack, offline=offline),
            publications=NothingPublished(),
            known_issuers=ListedIssuers(load_known_issuers(settings.known_issuers_file)),
            compute=InlineCompute(contexts),
            fetch_timeout_seconds=settings.fetch_timeout_seconds,
            policy=VerificationPolicy(authorities=load_authorities(settings.credential_authorities_file)),
        )


def _fetch(
    settings: Settings,
    stack: AsyncExitStack,
    *,
    offline: bool,
    reaching: GuardedFetch | None = None,
    counts: Counts | None = None,
) -> Fetch:
    if offline:
        return Offline()
    fetch = CachedFetch(
        reaching or GuardedFetch(max_bytes=settings.max_fetch_bytes, counts=counts),
        fetch_timeout_seconds=settings.fetch_timeout_seconds,
        usual_age_seconds=settings.status_ttl_seconds,
        max_age_seconds=settings.max_status_ttl_seconds,
        counts=counts,
    )
    stack.push_async_callback(fetch.close)
    return fetch


async def _database(settings: Settings, stack: AsyncExitStack, counts: Counts | None = None) -> Database:
    if not (settings.keys_dir / DATA_FILE).exists():
        detail = f"There are no keys in {settings.keys_dir}."
        remedy = (
            "Type: testamur setup. Where this service was set up before, restore its keys from your backup instead."
        )
        raise Refused(Problem(SETTING_ERROR, at="/KEYS_DIR", detail=detail, remedy=remedy))
    data_key = open_data_key(settings.keys_dir, passphrase=settings.passphrase, may_be_unencrypted=True)
    journal = ActJournal(settings.act_journal)
    journal.prepare()
    database = Database.connect(
        settings.database_url,
        vault=AesGcmVault(data_key),
        intent_lease_seconds=settings.intent_lease_seconds,
        challenge_seconds=settings.challenge_seconds,
        # Handing in a letter ends at its time-out: nobody else tries the same one before.
        message_lease_seconds=2 * settings.smtp_timeout_seconds + 5,
        journal=journal,
        max_clock_skew_seconds=settings.max_clock_skew_seconds,
        counts=counts,
    )
    stack.push_async_callback(database.close)
    await database.upgrade()
    await database.check()
    return database


def _delivery(
    settings: Settings,
    database: Database,
    issuer: Issuer,
    institutions: tuple[Institution, ...],
    counts: Counts | None,
) -> Delivery | None:
    server = settings.mail_server
    if server is None:
        return None
    return Delivery(
        outbox=database.outbox,
        directory=database.directory,
        mail=SmtpMail.of(settings, server),
        letters=Letters.read(settings.mail_templates_dir, institutions, public_url=settings.public_url),
        claim_url=issuer.claim_url,
        retry_seconds=settings.mail_retry_seconds,
        counts=counts,
    )


def _sign_in(settings: Settings, database: Database, passwords: Argon2Passwords) -> SignIn:
    return SignIn(
        people=database.people,
        sessions=database.sessions,
        passwords=passwords,
        attempts=Attempts(tries=settings.sign_in_tries),
        lifetime=SessionLifetime(
            idle=timedelta(minutes=settings.session_idle_minutes), absolute=timedelta(hours=settings.session_hours)
        ),
        new_token=new_token,
        steady_clock=time.monotonic,
    )


async def _as_set_up(settings: Settings, database: Database) -> Settings:
    """A command may be typed where PORT is not the service's: without a PUBLIC_URL, the stored one stands."""
    stored = await database.directory.public_url()
    return replace(settings, public_url=stored) if stored and settings.public_url_is_default else settings


async def _check_set_up(settings: Settings, database: Database, institutions: tuple[Institution, ...]) -> None:
    if not institutions:
        detail = "There is no institution yet."
        raise Refused(Problem(SETTING_ERROR, detail=detail, remedy="Type: testamur setup"))
    await demand_public_url(database.directory, settings.public_url)


def _demand_that_a_demonstration_is_alone(settings: Settings, institutions: tuple[Institution, ...]) -> None:
    for institution in institutions:
        if institution.demo and not settings.host_is_loopback:
            who = institution.profile.name
            detail = f"HOST is {settings.host}, and {who} is a demonstration: no other machine may reach it."
            remedy = "Leave HOST out; or set up your institution, with another DATABASE_URL and KEYS_DIR."
            raise Refused(Problem(SETTING_ERROR, at="/HOST", detail=detail, remedy=remedy))


def _press(settings: Settings) -> Press:
    glyphs = typesetting.glyphs(settings.fonts_dir)
    return Press(seal=seal, typeset=typesetting.pdf, glyphs=glyphs, fonts_dir=settings.fonts_dir)


def _pool(settings: Settings, counts: Counts | None) -> CpuPool:
    return CpuPool(
        contexts_dir=settings.contexts_dir,
        workers=settings.compute_workers,
        max_queued=settings.compute_queue,
        timeout_seconds=settings.compute_timeout_seconds,
        counts=counts,
    )
