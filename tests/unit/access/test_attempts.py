"""Wrong passwords for one login: counted wherever they come from, waited for, never the end."""

from app.access.attempts import Attempts

LOGIN, OTHER = b"one", b"other"


def test_a_login_has_its_tries_and_then_waits() -> None:
    attempts = Attempts(tries=3)
    assert [attempts.take(LOGIN, at=0) for _ in range(5)] == [0, 0, 0, 60, 60]


def test_another_login_is_not_held_up() -> None:
    attempts = Attempts(tries=1)
    attempts.take(LOGIN, at=0)
    assert attempts.take(OTHER, at=0) == 0


def test_a_login_gains_one_try_a_minute_and_no_more() -> None:
    attempts = Attempts(tries=1)
    attempts.take(LOGIN, at=0)
    assert [attempts.take(LOGIN, at=at) for at in (59, 60, 61)] == [1, 0, 59]


def test_waiting_long_gives_back_all_tries_and_not_more() -> None:
    attempts = Attempts(tries=2)
    attempts.take(LOGIN, at=0)
    assert [attempts.take(LOGIN, at=1_000_000) for _ in range(3)] == [0, 0, 60]


def test_a_right_password_takes_back_what_was_wrong() -> None:
    attempts = Attempts(tries=1)
    attempts.take(LOGIN, at=0)
    attempts.forget(LOGIN)
    assert attempts.take(LOGIN, at=0) == 0


def test_what_is_remembered_is_bounded() -> None:
    attempts = Attempts(tries=1, max_buckets=10)
    for number in range(1_000):
        attempts.take(str(number).encode(), at=0)
    assert len(attempts._buckets) == 10
