"""What every test may ask for: real parts, made once."""

from pathlib import Path

import pytest

from app.core.json_ld import Contexts

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def contexts() -> Contexts:
    from app.adapters.contexts import load_contexts

    return load_contexts(ROOT / "contexts")
