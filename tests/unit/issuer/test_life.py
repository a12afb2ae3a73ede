"""The table of acts: what may follow what, and nothing else."""

from itertools import product

import pytest

from app.core.problems import STATE_CONFLICT, Refused
from app.issuer.life import AFTER, ASKED_FOR, BIT_SET, Act, State, after, asked_for, state_of_award

NOT_IN_THE_TABLE = [pair for pair in product((None, *State), Act) if pair not in AFTER]


def test_the_whole_table() -> None:
    assert {(str(state), str(act)): str(following) for (state, act), following in AFTER.items()} == {
        ("None", "intend"): "intended",
        ("intended", "record"): "issued",
        ("intended", "void"): "voided",
        ("issued", "withdraw"): "issued",
        ("revoked", "withdraw"): "revoked",
        ("issued", "revoke"): "revoked",
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


def test_a_bit_that_is_set_stays_set() -> None:
    assert all(following in BIT_SET for (state, _), following in AFTER.items() if state in BIT_SET)


def test_recording_never_sets_a_bit() -> None:
    assert after(State.INTENDED, Act.RECORD) not in BIT_SET


@pytest.mark.parametrize("act", sorted(ASKED_FOR))
def test_an_institution_asks_for_an_act_by_its_name(act: Act) -> None:
    assert asked_for(str(act)) is act


@pytest.mark.parametrize("act", sorted(set(Act) - ASKED_FOR))
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
