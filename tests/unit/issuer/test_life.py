"""The table of acts: what may follow what, and nothing else."""

from itertools import product

import pytest

from app.core.problems import STATE_CONFLICT, Refused
from app.issuer.life import (
    AFTER,
    ASKED_FOR,
    BITS,
    LEARNERS,
    REVOCATION,
    Act,
    State,
    after,
    asked_for,
    demand_entry,
    possible,
    state_of_award,
)

NOT_IN_THE_TABLE = [pair for pair in product((None, *State), Act) if pair not in AFTER]


def test_the_whole_table() -> None:
    assert {(str(state), str(act)): str(following) for (state, act), following in AFTER.items()} == {
        ("None", "intend"): "intended",
        ("intended", "record"): "issued",
        ("intended", "void"): "voided",
        ("issued", "send"): "issued",
        ("issued", "withdraw"): "issued",
        ("issued", "claim"): "issued",
        ("issued", "decline"): "issued",
        ("suspended", "withdraw"): "suspended",
        ("suspended", "claim"): "suspended",
        ("suspended", "decline"): "suspended",
        ("revoked", "withdraw"): "revoked",
        ("revoked", "claim"): "revoked",
        ("revoked", "decline"): "revoked",
        ("issued", "suspend"): "suspended",
        ("suspended", "reinstate"): "issued",
        ("issued", "revoke"): "revoked",
        ("suspended", "revoke"): "revoked",
        ("erased", "revoke"): "revoked-erased",
        ("issued", "supersede"): "superseded",
        ("suspended", "supersede"): "superseded",
        ("revoked", "supersede"): "superseded",
        ("issued", "erase"): "erased",
        ("revoked", "erase"): "revoked-erased",
        ("superseded", "erase"): "revoked-erased",
    }


@pytest.mark.parametrize(("state", "act"), NOT_IN_THE_TABLE)
def test_an_act_that_is_not_in_the_table_is_refused(state: State | None, act: Act) -> None:
    with pytest.raises(Refused) as refused:
        after(state, act)
    assert refused.value.problems[0].type == STATE_CONFLICT


@pytest.mark.parametrize("act", Act)
def test_nothing_follows_a_voided_intent(act: Act) -> None:
    with pytest.raises(Refused):
        after(State.VOIDED, act)


def test_a_bit_that_revokes_stays_set() -> None:
    assert all(following in BITS[REVOCATION] for (state, _), following in AFTER.items() if state in BITS[REVOCATION])


def test_erasing_changes_no_bit() -> None:
    erasing = [(state, following) for (state, act), following in AFTER.items() if act is Act.ERASE]
    for states in BITS.values():
        assert all((state in states) == (following in states) for state, following in erasing)


def test_a_badge_has_no_place_to_say_that_it_is_suspended() -> None:
    with pytest.raises(Refused) as refused:
        demand_entry(Act.SUSPEND, {REVOCATION})
    assert "withdraw its link" in refused.value.problems[0].remedy


@pytest.mark.parametrize("state", State)
def test_what_is_offered_is_what_the_table_allows(state: State) -> None:
    assert all((state, act) in AFTER and act in ASKED_FOR for act in possible(state))


def test_recording_never_sets_a_bit() -> None:
    assert after(State.INTENDED, Act.RECORD) not in BITS[REVOCATION]


@pytest.mark.parametrize("act", sorted((ASKED_FOR | LEARNERS) - {Act.SUPERSEDE}))
def test_an_act_is_asked_for_by_its_name(act: Act) -> None:
    assert asked_for(str(act)) is act


@pytest.mark.parametrize("act", sorted({*set(Act) - ASKED_FOR - LEARNERS, Act.SUPERSEDE}))
def test_what_the_service_does_itself_can_not_be_asked_for(act: Act) -> None:
    with pytest.raises(Refused) as refused:
        asked_for(act)
    assert refused.value.problems[0].type == STATE_CONFLICT


@pytest.mark.parametrize(
    ("credentials", "award"),
    [
        ([State.ISSUED], State.ISSUED),
        ([State.ISSUED, State.INTENDED], State.INTENDED),
        ([State.VOIDED, State.ISSUED], State.ISSUED),
        ([State.VOIDED, State.REVOKED], State.REVOKED),
        ([State.VOIDED, State.VOIDED], State.VOIDED),
    ],
)
def test_an_award_is_what_the_first_of_its_credentials_still_is(credentials: list[State], award: State) -> None:
    assert state_of_award(credentials) is award
