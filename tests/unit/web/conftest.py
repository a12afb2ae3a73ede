"""One renderer over the pinned documents, for every page of a test run."""

import pytest

from app.core.json_ld import Contexts
from app.web.renderer import Renderer
from tests.unit.web import reports


@pytest.fixture(scope="session")
def renderer(contexts: Contexts) -> Renderer:
    return reports.renderer(contexts)
