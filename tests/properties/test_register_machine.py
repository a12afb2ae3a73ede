"""Whatever is awarded, replayed, revoked or killed, in any order: the register does what the table of acts says."""

import asyncio
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from app.adapters.database import Database
from app.adapters.vault import AesGcmVault
from app.core.json_ld import Contexts
from app.core.personal import Personal
from app.core.problems import GONE, IDEMPOTENCY_IN_FLIGHT, IDEMPOTENCY_KEY_REUSED, STATE_CONFLICT, Refused
from app.core.status.bitstring_status_list import expand
from app.issuer.award import Issuer, Receipt
from app.issuer.life import AFTER, BITS, FORGOTTEN, REVOCATION, Act, State, after, demand_entry
from app.ports import Institution, PublishedList, RegisteredAward
from tests.issuing import Died, MortalCompute, Office, request
from tests.long_proofs import fraction
from tests.verifying import NOW

EXAMPLES = 150
STEPS = 30
LEASE = timedelta(seconds=30)
# What is left undone by a process that dies there: the signature, our own check of it, the record.
STEPS_TO_DIE_AT = ("to_sign", "checked")
BODIES = (request(), request(awardedDate="2026-07-01"))
CORRECTION = json.dumps({"reason": "misspelt", "learner": {"fullName": "Another Name"}}).encode()
# One credential, or two that say the same; a process may die over either.
MECHANISMS = (("eddsa-rdfc-2022",), ("eddsa-rdfc-2022", "vc+jwt"))
Death: TypeAlias = tuple[str, int] | None
DEATHS: tuple[Death, ...] = (None, *((step, number) for step in STEPS_TO_DIE_AT for number in (1, 2)))
ASKED = (Act.REVOKE, Act.WITHDRAW, Act.ERASE, Act.SUSPEND, Act.REINSTATE)
FORGOTTEN_OR_REPLACED = (State.SUPERSEDED, *sorted(FORGOTTEN))


@dataclass
class Modelled:
    """What an award must be, by the table of acts alone, and what was seen of it before."""

    award_id: str
    state: State
    lease_until: datetime
    supersedes: "Modelled | None" = None
    superseded_by: "Modelled | None" = None
    mechanisms: tuple[str, ...] = MECHANISMS[0]
    signed: tuple[bytes, ...] | None = None
    entries: tuple[tuple[str, int], ...] | None = None


@dataclass
class Requested:
    """What a client sent under a key of its own, and the award that this made."""

    body: bytes
    award: Modelled


@dataclass
class World:
    """One database for all runs of the machine: its clock goes on, its indexes stay taken."""

    office: Office
    runner: asyncio.Runner
    now: datetime = NOW
    entries: dict[tuple[str, int], str] = field(default_factory=dict)
    published: dict[str, PublishedList] = field(default_factory=dict)


class RegisterMachine(RuleBasedStateMachine):
    world: World

    def __init__(self) -> None:
        super().__init__()
        self.awards: list[Modelled] = []
        self.requested: dict[str, Requested] = {}

    # ── awarding ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(body=st.sampled_from(BODIES), mechanisms=st.sampled_from(MECHANISMS), dies_at=st.sampled_from(DEATHS))
    def award(self, body: bytes, mechanisms: tuple[str, ...], dies_at: Death) -> None:
        key, award = str(uuid4()), self.new_award(mechanisms)
        self.awards.append(award)
        self.requested[key] = Requested(body, award)
        self.send(key, body, award, dies_at)

    @precondition(lambda self: self.requested)
    @rule(data=st.data(), dies_at=st.sampled_from(DEATHS))
    def replay(self, data: st.DataObject, dies_at: Death) -> None:
        key = data.draw(st.sampled_from(list(self.requested)))
        requested = self.requested[key]
        award = requested.award
        match award.state:
            case State.INTENDED if award.lease_until > self.world.now:
                with pytest.raises(Refused) as refused:
                    self.post(key, requested.body, self.new_award())
                assert refused.value.problems[0].type == IDEMPOTENCY_IN_FLIGHT
            case State.INTENDED:
                award.lease_until = self.world.now + LEASE
                self.send(key, requested.body, award, dies_at)
            case State.VOIDED:
                requested.award = self.new_award()
                self.awards.append(requested.award)
                self.send(key, requested.body, requested.award, dies_at)
            case state if state in FORGOTTEN_OR_REPLACED:
                with pytest.raises(Refused) as refused:
                    self.post(key, requested.body, self.new_award())
                assert refused.value.problems[0].type == GONE
            case _:
                receipt = self.post(key, requested.body, self.new_award())
                assert award.signed is not None
                assert (receipt.id, receipt.credential) == (award.award_id, award.signed[0])

    @precondition(lambda self: self.requested)
    @rule(data=st.data())
    def replay_with_another_body(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(list(self.requested)))
        other = next(body for body in BODIES if body != self.requested[key].body)
        with pytest.raises(Refused) as refused:
            self.post(key, other, self.new_award())
        assert refused.value.problems[0].type == IDEMPOTENCY_KEY_REUSED

    @rule(seconds=st.sampled_from((31, 1)))
    def wait(self, seconds: int) -> None:
        self.world.now += timedelta(seconds=seconds)

    @rule()
    def recover(self) -> None:
        self.world.runner.run(self.world.office.issuer().recover(now=self.world.now))
        for award in sorted(self.run_out(), key=lambda one: one.lease_until):
            self.finish(award)

    @rule()
    def recover_without_the_key(self) -> None:
        office = self.world.office
        issuer = office.issuer(signers=office.without_its_keys())
        self.world.runner.run(issuer.recover(now=self.world.now))
        for award in self.run_out():
            award.state = after(award.state, Act.VOID)

    # ── what follows ─────────────────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.awards)
    @rule(data=st.data(), act=st.sampled_from(ASKED))
    def act(self, data: st.DataObject, act: Act) -> None:
        award = data.draw(st.sampled_from(self.awards))
        asked = self.world.office.issuer().act(
            award.award_id,
            act,
            institution=self.world.office.institution,
            actor="registrar",
            reason=Personal("why"),
            now=self.world.now,
        )
        try:
            following = after(award.state, act)
            demand_entry(act, {REVOCATION})
        except Refused:
            with pytest.raises(Refused) as refused:
                self.world.runner.run(asked)
            assert refused.value.problems[0].type == STATE_CONFLICT
        else:
            assert self.world.runner.run(asked).state == following
            award.state = following

    @precondition(lambda self: self.awards)
    @rule(data=st.data(), mechanisms=st.sampled_from(MECHANISMS), dies_at=st.sampled_from(DEATHS))
    def supersede(self, data: st.DataObject, mechanisms: tuple[str, ...], dies_at: Death) -> None:
        old, new = data.draw(st.sampled_from(self.awards)), self.new_award(mechanisms)
        other = old.superseded_by
        if (old.state, Act.SUPERSEDE) not in AFTER or (other and other.state is not State.VOIDED):
            with pytest.raises(Refused) as refused:
                self.correct(old, new)
            assert refused.value.problems[0].type in (STATE_CONFLICT, GONE)
            return
        new.supersedes, old.superseded_by = old, new
        self.awards.append(new)
        try:
            receipt = self.correct(old, new, dies_at)
        except Died:
            return
        self.finish(new)
        assert receipt.credential == self.signed(new)
        assert json.loads(receipt.credential)["credentialSubject"]["identifier"][0]["identityHash"] == "Another Name"

    @rule()
    def publish(self) -> None:
        for list_id in sorted({entry[0] for entry in self.world.entries}):
            published = self.published(list_id)
            before = self.world.published.get(list_id)
            assert before is None or before.version <= published.version
            self.world.published[list_id] = published
            self.assert_bits(published)

    @rule()
    def publish_late_what_is_old(self) -> None:
        for list_id, old in self.world.published.items():
            newest = self.published(list_id)
            kept = self.world.runner.run(self.world.office.database.status_lists.publish(old))
            assert (kept.version, kept.content) == (newest.version, newest.content)

    # ── what always holds ────────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def every_award_is_what_the_table_says(self) -> None:
        for award in self.awards:
            registered = self.registered(award)
            assert registered.state == award.state
            assert [each.mechanism for each in registered.credentials] == list(award.mechanisms), "in their order"
            # A process may have died between the two: then the first is recorded, and nobody was told.
            begun = {State.INTENDED, State.ISSUED} if award.state is State.INTENDED else {award.state}
            assert {each.state for each in registered.credentials} <= begun, "an award is whole, or it never was"
            entries = tuple((each.status_list_id, each.status_list_index) for each in registered.credentials)
            assert award.entries in (None, entries), "an entry never changes"
            for entry in entries:
                owner = self.world.entries.setdefault(entry, award.award_id)
                assert owner == award.award_id, "an entry is never reused"
            assert len(set(entries)) == len(award.mechanisms), "each has an entry of its own"
            award.entries = entries
            if award.state is not State.INTENDED:
                signed = tuple(each.signed.open() for each in registered.credentials if each.signed)
                kept = award.state in (State.ISSUED, State.REVOKED)
                assert len(signed) == (len(entries) if kept else 0), "what is replaced or erased is not kept"
                assert not kept or award.signed in (None, signed), "recorded bytes never change"
                award.signed = signed or award.signed
            replaced = award.superseded_by if award.state is State.SUPERSEDED else None
            assert registered.superseded_by == (replaced and replaced.award_id)
            assert (registered.learner_name is None) == (award.state in FORGOTTEN or award.state is State.VOIDED)

    def teardown(self) -> None:
        self.publish()

    def assert_bits(self, published: PublishedList) -> None:
        bits = expand(json.loads(published.content)["credentialSubject"]["encodedList"])
        for award in self.awards:
            for index in (index for list_id, index in award.entries or () if list_id == published.list_id):
                assert bool(bits[index // 8] & 0x80 >> index % 8) == (award.state in BITS[REVOCATION])
        rows = self.world.runner.run(self.world.office.database.status_lists.rows(published.list_id))
        assert rows is not None
        assert (published.version, sum(byte.bit_count() for byte in bits)) == (rows.version, len(rows.set_indexes))

    def new_award(self, mechanisms: tuple[str, ...] = MECHANISMS[0]) -> Modelled:
        return Modelled(str(uuid4()), after(None, Act.INTEND), self.world.now + LEASE, mechanisms=mechanisms)

    def finish(self, award: Modelled) -> None:
        """It is recorded, unless what it was to supersede can't be superseded any more."""
        old = award.supersedes
        if old and (old.state, Act.SUPERSEDE) not in AFTER:
            award.state = after(award.state, Act.VOID)
            return
        award.state = after(award.state, Act.RECORD)
        if old:
            old.state = after(old.state, Act.SUPERSEDE)

    def run_out(self) -> list[Modelled]:
        return [one for one in self.awards if one.state is State.INTENDED and one.lease_until <= self.world.now]

    def send(self, key: str, body: bytes, award: Modelled, dies_at: Death) -> None:
        try:
            receipt = self.post(key, body, award, dies_at)
        except Died:
            return
        award.state = after(award.state, Act.RECORD)
        assert (receipt.id, receipt.credential) == (award.award_id, self.signed(award))

    def post(self, key: str, body: bytes, award: Modelled, dies_at: Death = None) -> Receipt:
        institution, issuer = self.awarding(award, dies_at)
        return self.world.runner.run(
            issuer.award(body, institution=institution, actor="registrar", idempotency_key=key, now=self.world.now)
        )

    def correct(self, old: Modelled, award: Modelled, dies_at: Death = None) -> Receipt:
        institution, issuer = self.awarding(award, dies_at)
        return self.world.runner.run(
            issuer.supersede(
                old.award_id,
                CORRECTION,
                institution=institution,
                actor="registrar",
                idempotency_key=str(uuid4()),
                now=self.world.now,
            )
        )

    def awarding(self, award: Modelled, dies_at: Death) -> tuple[Institution, Issuer]:
        """The institution by the award's mechanisms, and a process that gives this award its id."""
        office = self.world.office
        ids = iter((award.award_id, *(str(uuid4()) for _ in award.mechanisms)))
        compute = MortalCompute(office.contexts, *(dies_at or ("",)))
        institution = replace(office.institution, mechanisms=award.mechanisms)
        return institution, office.issuer(new_id=lambda: next(ids), compute=compute)

    def published(self, list_id: str) -> PublishedList:
        published = self.world.runner.run(self.world.office.publisher().published_list(list_id, now=self.world.now))
        assert published is not None
        return published

    def registered(self, award: Modelled) -> RegisteredAward:
        office = self.world.office
        register, institution = office.database.register, office.institution.name
        found = self.world.runner.run(register.find(award.award_id, institution=institution))
        assert found is not None
        return found

    def signed(self, award: Modelled) -> bytes | None:
        primary = self.registered(award).primary
        return primary.open() if primary else None


@pytest.mark.long
def test_the_register_does_what_the_table_of_acts_says(
    database_url: str, vault: AesGcmVault, contexts: Contexts, tmp_path: Path
) -> None:
    with asyncio.Runner() as runner:
        database = Database.connect(database_url, vault=vault, intent_lease_seconds=int(LEASE.total_seconds()))
        office = runner.run(Office.opened(database, contexts, tmp_path / "keys"))
        try:
            run_state_machine_as_test(
                type("OverThisDatabase", (RegisterMachine,), {"world": World(office, runner)}),
                settings=settings(
                    max_examples=round(EXAMPLES * fraction()),
                    stateful_step_count=STEPS,
                    deadline=None,
                    derandomize=True,
                    suppress_health_check=list(HealthCheck),
                    phases=[Phase.generate, Phase.shrink],
                ),
            )
        finally:
            runner.run(database.close())
