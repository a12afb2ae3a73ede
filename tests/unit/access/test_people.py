"""Logins, names, passwords and roles: what is read, and what is refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.people import ALLOWED, Role, allowed, demand, demand_good_password, read_login, read_name, read_password
from app.access.scopes import Scope
from app.core.personal import Personal
from app.core.problems import NOT_ALLOWED, SIGN_IN_REFUSED, Refused
from app.ports import Person

LOGIN = Personal("ana@example.edu")


def person(*roles: str) -> Person:
    return Person("p", "north", LOGIN, Personal("Ana"), frozenset(roles), "hash")


@pytest.mark.parametrize("typed", [" ANA@Example.edu ", "ana@example.edu", "Ana@EXAMPLE.EDU"])
def test_an_address_is_one_login_however_it_is_typed(typed: str) -> None:
    assert read_login(typed).open() == "ana@example.edu"


@pytest.mark.parametrize("typed", ["", "ana", "@example.edu", "ana@", "a b@example.edu", "a\n@b", "x" * 250 + "@b.eu"])
def test_what_is_no_address_is_no_login(typed: str) -> None:
    with pytest.raises(Refused):
        read_login(typed)


@given(st.text())
def test_any_text_is_a_login_or_refused(typed: str) -> None:
    with suppress(Refused):
        assert "@" in read_login(typed).open()


@given(st.text())
def test_any_text_is_a_name_or_refused(typed: str) -> None:
    with suppress(Refused):
        assert read_name(typed).open().strip()


@given(st.text())
def test_any_text_is_a_password_that_can_be_hashed_or_none(typed: str) -> None:
    password = read_password(typed)
    assert password is None or password.encode()


def test_a_password_is_the_same_on_every_keyboard() -> None:
    assert read_password("cafe\u0301") == read_password("café")


@pytest.mark.parametrize("new", ["", "short", "x" * 14, "a" * 40, "ana@example.edu and more", "y" * 257, "\ud800" * 20])
def test_a_bad_password_is_refused(new: str) -> None:
    with pytest.raises(Refused) as caught:
        demand_good_password(new, login=LOGIN)
    assert (caught.value.problems[0].type, caught.value.problems[0].at) == (SIGN_IN_REFUSED, "/new")


def test_a_few_words_are_a_good_password() -> None:
    assert demand_good_password("correct horse battery", login=LOGIN) == "correct horse battery"


def test_a_registrar_may_do_all_that_the_console_can() -> None:
    of_awards = {scope for scope in Scope if "/awards" in scope}
    assert allowed(person("registrar")) == of_awards


def test_an_administrator_looks_and_awards_nothing() -> None:
    with pytest.raises(Refused) as caught:
        demand(Scope.AWARD, person("administrator"))
    assert caught.value.problems[0].type == NOT_ALLOWED


def test_a_role_that_is_not_known_allows_nothing() -> None:
    assert allowed(person("owner")) == frozenset()


def test_every_role_is_in_the_table() -> None:
    assert ALLOWED.keys() == set(Role)
