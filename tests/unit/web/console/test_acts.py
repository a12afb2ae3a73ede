"""The acts that the console offers follow from the table of an award's life, and each has its words."""

import pytest

from app.core.personal import Personal
from app.core.problems import Refused
from app.issuer.life import AFTER, ASKED_FOR, Act, State
from app.ports import Person
from app.web.console.acts import FORMS, form_of, possible, read_reason
from app.web.words import sentences


def person(*roles: str) -> Person:
    return Person("p", "north", Personal("a@example.edu"), Personal("A"), frozenset(roles), "hash")


@pytest.mark.parametrize("state", State)
def test_what_is_offered_leads_on_from_the_state(state: State) -> None:
    assert all((state, act) in AFTER and act in ASKED_FOR for act in possible(state, person("registrar")))


def test_what_is_issued_can_be_corrected_revoked_and_erased() -> None:
    assert possible("issued", person("registrar")) == (Act.WITHDRAW, Act.SUPERSEDE, Act.REVOKE, Act.ERASE)


def test_what_is_revoked_can_not_be_revoked_again() -> None:
    assert Act.REVOKE not in possible("revoked", person("registrar"))


@pytest.mark.parametrize("state", State)
def test_who_may_only_look_is_offered_nothing(state: State) -> None:
    assert possible(state, person("administrator")) == ()


@pytest.mark.parametrize("act", FORMS)
def test_an_act_with_a_form_has_its_words(act: Act) -> None:
    wanted = {f"console.act.{act}.{part}" for part in ("title", "means", "button")}
    assert wanted <= sentences("en").keys()


@pytest.mark.parametrize("act", Act)
def test_every_act_that_was_done_has_its_words(act: Act) -> None:
    assert f"console.act.{act}.done" in sentences("en")


@pytest.mark.parametrize("state", State)
def test_every_state_has_its_words(state: State) -> None:
    assert {f"console.state.{state}.word", f"console.state.{state}.means"} <= sentences("en").keys()


@pytest.mark.parametrize("name", ["", "intend", "REVOKE", "revoke "])
def test_an_act_without_a_form_is_not_here(name: str) -> None:
    with pytest.raises(Refused):
        form_of(name)


@pytest.mark.parametrize("reason", [None, "", " \r\n ", "x" * 2_001])
def test_a_reason_is_asked_for(reason: str | None) -> None:
    with pytest.raises(Refused):
        read_reason(reason)
