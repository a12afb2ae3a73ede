"""The permutation of a status list's range: each index once, in an order that its key alone tells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.status.permutation import index_at

KEYS = st.binary(min_size=32, max_size=32)
STATUS_LIST_LENGTH = 131_072


def test_a_whole_status_list_has_each_index_once() -> None:
    indexes = bytearray(STATUS_LIST_LENGTH)
    for counter in range(STATUS_LIST_LENGTH):
        indexes[index_at(counter, key=b"a key of 32 bytes, as lists have", length=STATUS_LIST_LENGTH)] += 1
    assert set(indexes) == {1}


@given(KEYS, st.integers(1, 300))
def test_a_list_of_any_length_has_each_index_once(key: bytes, length: int) -> None:
    assert sorted(index_at(counter, key=key, length=length) for counter in range(length)) == list(range(length))


@given(KEYS, KEYS)
def test_another_key_gives_another_order(one: bytes, other: bytes) -> None:
    orders = {tuple(index_at(n, key=key, length=STATUS_LIST_LENGTH) for n in range(8)) for key in (one, other)}
    assert len(orders) == len({one, other})


@given(KEYS)
def test_neighbours_are_spread_over_the_list(key: bytes) -> None:
    indexes = [index_at(counter, key=key, length=STATUS_LIST_LENGTH) for counter in range(64)]
    assert max(indexes) - min(indexes) > STATUS_LIST_LENGTH // 2


@pytest.mark.parametrize("counter", [-1, 8, 9])
def test_a_counter_outside_the_list_is_refused(counter: int) -> None:
    with pytest.raises(ValueError, match="no entry number"):
        index_at(counter, key=b"key", length=8)
