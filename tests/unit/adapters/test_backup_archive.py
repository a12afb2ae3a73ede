"""A backup's file: any bytes are a backup that holds, or refused; a seal of other keys does not fit."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters.backup_archive import Archive
from app.adapters.vault import AesGcmVault
from app.core.problems import Refused
from tests.test_golden_databases import GOLDEN

WHOLE = GOLDEN[0].read_bytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.binary(max_size=2_000) | st.integers(0, len(WHOLE) - 1).map(lambda end: WHOLE[:end]))
def test_any_bytes_are_refused_that_are_no_backup(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "any.tar").write_bytes(content)
    try:
        with Archive.open(tmp_path / "any.tar") as archive:
            # What was cut off was nothing but the padding of a tar's end.
            assert content == WHOLE[: len(content)]
            assert archive.manifest.files
    except Refused:
        return


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=120, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_changed_byte_changes_nothing_that_is_restored(tmp_path: Path, at: int, by: int) -> None:
    changed = bytearray(WHOLE)
    changed[at] ^= by
    (tmp_path / "changed.tar").write_bytes(changed)
    with Archive.open(GOLDEN[0]) as whole:
        files, lines = whole.manifest.files, {table: list(rows) for table, rows in whole.rows().items()}
    try:
        with Archive.open(tmp_path / "changed.tar") as archive:
            # The padding of a tar, or a member of the manifest that only its seal protects.
            assert archive.manifest.files == files
            assert {table: list(rows) for table, rows in archive.rows().items()} == lines
    except Refused:
        return


def test_a_seal_of_another_wrapping_key_does_not_fit() -> None:
    with Archive.open(GOLDEN[0]) as archive, pytest.raises(Refused, match="not sealed under"):
        archive.demand_seal(AesGcmVault(b"\x07" * 32))
