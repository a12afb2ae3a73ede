"""The file that names the authorities: read at the start, or the start ends there."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from app.adapters.authorities import load_authorities
from app.core.problems import Refused
from tests.authorities import leaf, root


def test_without_a_file_nobody_is_trusted() -> None:
    assert load_authorities(None) == ()


def test_the_authorities_of_a_file_are_trusted(tmp_path: Path) -> None:
    path = tmp_path / "authorities.pem"
    path.write_bytes(root().certificate.public_bytes(Encoding.PEM))
    assert load_authorities(path) == (root().der,)


@pytest.mark.parametrize("content", [None, b"", leaf().certificate.public_bytes(Encoding.PEM)], ids=range(3))
def test_a_file_that_names_none_ends_the_start(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "authorities.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Refused) as refused:
        load_authorities(path)
    assert refused.value.problems[0].at == "/CREDENTIAL_AUTHORITIES_FILE"
