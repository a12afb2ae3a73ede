"""One signed credential of every kind that was ever issued: each verifies for ever, whatever is changed since."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.core import containers, did, strict_json
from app.core.did.document import ControlledIdentifierDocument, read
from app.core.json_ld import Contexts
from app.issuer import mechanisms
from app.issuer.mechanisms import MECHANISMS
from app.verifier.verifier import checked

FOLDER = Path(__file__).parent / "golden"
GOLDEN = sorted(FOLDER.rglob("*.vc.json"))
# The kind of key and the mechanism; beside them the document of that key, `<kind>.did.json`.
BY_MECHANISM = sorted(path for path in FOLDER.rglob("mechanisms/*") if not path.name.endswith(".did.json"))
BAKED = sorted(path for kind in ("png", "svg") for path in FOLDER.rglob(f"*.{kind}"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_was_once_issued_still_verifies(path: Path, contexts: Contexts) -> None:
    signed = path.read_bytes()
    controller = did.locate(strict_json.read_object(signed)["issuer"]["id"])
    assert isinstance(controller, ControlledIdentifierDocument)
    checked(contexts, signed, controller, now=datetime(2026, 12, 1, tzinfo=UTC))


@pytest.mark.parametrize("path", BY_MECHANISM, ids=lambda path: f"{path.parent.parent.name}/{path.name}")
def test_what_was_once_signed_by_a_mechanism_still_verifies(path: Path, contexts: Contexts) -> None:
    kind, _, mechanism = path.name.partition(".")
    document = strict_json.read_object((path.parent / f"{kind}.did.json").read_bytes())
    controller = read(document, identifier=document["id"])
    mechanisms.checked(contexts, mechanism, path.read_bytes(), controller, now=datetime(2026, 12, 1, tzinfo=UTC))


@pytest.mark.parametrize("path", BAKED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_was_once_baked_still_holds_the_same_credential(path: Path) -> None:
    unwrapped = containers.unwrap(path.read_bytes())
    assert unwrapped is not None
    assert unwrapped.content == path.with_suffix(".vc.json").read_bytes()


def test_there_is_one_of_each_kind() -> None:
    assert len(GOLDEN) >= 2
    assert {path.name.partition(".")[2] for path in BY_MECHANISM} == set(MECHANISMS)
    assert {path.suffix for path in BAKED} == {".png", ".svg"}
