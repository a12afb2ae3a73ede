"""Several processes at once on one database: nothing is lost, nothing is given out twice."""

from app.adapters.database import Database
from app.adapters.vault import AesGcmVault
from tests.unit.adapters.database.process import in_processes, intend_all, set_up, take


async def test_two_processes_counting_to_500_each_count_to_1000(with_institution: Database, database_url: str) -> None:
    answers = await in_processes(take, database_url, processes=2, count=500)
    taken = {(list_id, index) for answer in answers for list_id, index in answer}
    assert len(taken) == 1_000


async def test_two_processes_never_give_out_an_index_twice(with_institution: Database, database_url: str) -> None:
    answers = await in_processes(intend_all, database_url, processes=2, count=100)
    taken = {(list_id, index) for answer in answers for list_id, index in answer}
    assert len(taken) == 200


async def test_two_processes_fill_each_list_before_they_open_the_next(
    with_institution: Database, database_url: str
) -> None:
    answers = await in_processes(intend_all, database_url, processes=2, count=56)
    lists = [list_id for answer in answers for list_id, _ in answer]
    assert [lists.count(list_id) for list_id in set(lists)] == [16] * 7


async def test_of_processes_that_set_up_at_once_one_wins(empty_database_url: str, vault: AesGcmVault) -> None:
    answers = await in_processes(set_up, empty_database_url, processes=3)
    assert sorted(answers) == ["STATE_CONFLICT", "STATE_CONFLICT", "made"]
