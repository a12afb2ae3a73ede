"""One running service for a whole module, on SQLite; the journeys that need both databases start their own."""

from collections.abc import Iterator

import pytest

from tests.service import Running, running


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("service")
    with running(
        database_url=f"sqlite:///{folder / 'service.sqlite3'}",
        folder=folder,
        settings={"VERIFY_PER_MINUTE": "100000", "CLAIM_PER_MINUTE": "100000", "TOKEN_PER_MINUTE": "100000"},
    ) as service:
        yield service
