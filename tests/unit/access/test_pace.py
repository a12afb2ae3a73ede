"""So many a minute, for each institution by itself."""

from app.access.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_more_than_the_pace_wait_until_it_is_their_turn() -> None:
    clock = Clock()
    pace = Pace(steady_clock=clock)
    assert [pace.wait_seconds("north", per_minute=2) for _ in range(3)] == [0, 0, 30]
    clock.now = 29
    assert pace.wait_seconds("north", per_minute=2) == 1
    clock.now = 30
    assert pace.wait_seconds("north", per_minute=2) == 0


def test_one_institution_does_not_slow_another() -> None:
    pace = Pace(steady_clock=Clock())
    assert pace.wait_seconds("north", per_minute=1) == 0
    assert pace.wait_seconds("south", per_minute=1) == 0


def test_a_pause_saves_up_no_more_than_a_minute() -> None:
    clock = Clock()
    pace = Pace(steady_clock=clock)
    clock.now = 3_600
    assert [pace.wait_seconds("north", per_minute=2) for _ in range(3)] == [0, 0, 30]
