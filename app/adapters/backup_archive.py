"""A backup as one file: a tar of the database's rows and the keys, and a manifest that vouches for each of them.

The manifest comes first. It is sealed under the key that wraps the data keys: whoever changes a digest breaks the seal,
and keys of another service do not fit it. The file has mode 600, is made whole or not at all, and replaces no other.
"""

import hmac
import io
import json
import os
import re
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from types import TracebackType
from typing import IO

from app.adapters.act_journal import Mark
from app.adapters.keys.private_file import MAX_BYTES, read_private, write_private
from app.core import strict_json
from app.core.personal import Personal
from app.core.problems import PARSING_ERROR, SETTING_ERROR, JsonObject, Problem, Refused
from app.ports import Vault

FORMAT = "testamur-backup-1"
_MANIFEST = "manifest.json"
_NAME = re.compile(r"database/[a-z_]{1,60}\.jsonl|keys/[A-Za-z0-9][A-Za-z0-9._-]{0,100}")
_MOST_MANIFEST_BYTES = 1_048_576
_NO_KEYS = frozenset({"README.md"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds and was made of: `schema` is the database's version, `journal` how far its journal was."""

    program: str
    schema: str
    made: datetime
    public_url: str
    journal: Mark
    files: Mapping[str, Mark]

    def sealed(self, vault: Vault) -> bytes:
        members = self._members()
        return json.dumps({**members, "seal": _seal(members, vault)}, indent=1).encode()

    def _members(self) -> JsonObject:
        return {
            "format": FORMAT,
            "program": self.program,
            "schema": self.schema,
            "made": self.made.astimezone(UTC).isoformat(),
            "publicUrl": self.public_url,
            "journal": asdict(self.journal),
            "files": {name: asdict(mark) for name, mark in sorted(self.files.items())},
        }


def write_archive(target: Path, folder: Path, manifest: Manifest, vault: Vault) -> None:
    """Packs the files of `folder` that the manifest names. Raises Refused where `target` is there or can't be made."""
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".testamur-backup-") as unfinished:
            with tarfile.open(fileobj=unfinished, mode="w") as packed:
                content = manifest.sealed(vault)
                _add(packed, _MANIFEST, len(content), io.BytesIO(content), manifest.made)
                for name in sorted(manifest.files):
                    with (folder / name).open("rb") as file:
                        _add(packed, name, manifest.files[name].length, file, manifest.made)
            unfinished.flush()
            os.fsync(unfinished.fileno())
            # A link, unlike a rename, never takes the place of a backup that is there.
            os.link(unfinished.name, target)
    except OSError as error:
        why = "exists already" if isinstance(error, FileExistsError) else f"can't be written: {error.strerror}"
        raise Refused(Problem(SETTING_ERROR, detail=f"{target} {why}.", remedy="Choose another name.")) from None


def marks(folder: Path) -> dict[str, Mark]:
    """Each file below `folder`, by its name in the archive."""
    return {str(path.relative_to(folder)): _mark_of(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def key_files(keys_dir: Path) -> tuple[Path, ...]:
    """What belongs to a backup: every file of `keys_dir` but the one that explains it, and what has a dot before it."""
    if not keys_dir.is_dir():
        return ()
    return tuple(
        path for path in sorted(keys_dir.iterdir()) if path.name not in _NO_KEYS and not path.name.startswith(".")
    )


def copy_keys(keys_dir: Path, folder: Path) -> None:
    """As they are: what is encrypted stays encrypted. Raises Refused (KEY_ERROR) for what is no key file."""
    folder.mkdir(mode=0o700)
    for path in key_files(keys_dir):
        write_private(folder / path.name, read_private(path))


class Archive:
    """A backup that is being read. Its files' digests hold; whether the manifest is ours, `demand_seal` tells."""

    def __init__(self, packed: tarfile.TarFile) -> None:
        self._packed = packed
        self._read_manifest()
        self._demand_digests()

    @classmethod
    def open(cls, path: Path) -> "Archive":
        """Raises Refused (PARSING_ERROR) where it is no backup, was cut short, or a file in it was changed."""
        try:
            packed = tarfile.open(path, mode="r:")  # noqa: SIM115 - closed with the archive
        except (OSError, tarfile.TarError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no backup"
            raise _refused(f"{path} can't be read: {why}") from None
        try:
            return cls(packed)
        except BaseException as error:
            packed.close()
            if isinstance(error, tarfile.TarError | OSError | EOFError):
                raise _refused("it was cut short or changed") from error
            raise

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._packed.close()

    def demand_seal(self, vault: Vault) -> None:
        """Raises Refused (PARSING_ERROR) where the manifest was not written under this wrapping key."""
        members = {name: value for name, value in self._sealed.items() if name != "seal"}
        if not hmac.compare_digest(str(self._sealed.get("seal")).encode(), _seal(members, vault).encode()):
            raise _refused("its manifest was not sealed under the data key that lies in it")

    def private_files(self) -> Iterator[tuple[str, bytes]]:
        """Name and content of each key file."""
        for name in self.manifest.files:
            if name.startswith("keys/"):
                with self._file(name) as file:
                    yield name.removeprefix("keys/"), file.read()

    def rows(self) -> dict[str, Iterator[bytes]]:
        """The lines of each table."""
        names = (name for name in self.manifest.files if name.startswith("database/"))
        return {name.removeprefix("database/").removesuffix(".jsonl"): self._lines(name) for name in names}

    def _lines(self, name: str) -> Iterator[bytes]:
        with self._file(name) as file:
            yield from file

    def _file(self, name: str) -> IO[bytes]:
        try:
            file = self._packed.extractfile(name)
        except KeyError:
            raise _refused(f"{name} is missing in it") from None
        if file is None:
            raise _refused(f"{name} in it is no file")
        return file

    def _read_manifest(self) -> None:
        with self._file(_MANIFEST) as file:
            self._sealed = strict_json.read_object(file.read(_MOST_MANIFEST_BYTES))
        match self._sealed:
            case {"format": str(found)} if found != FORMAT:
                raise _refused(f"it is of the format {found}, and this program reads {FORMAT}")
            case {
                "program": str(program),
                "schema": str(schema),
                "made": str(made),
                "publicUrl": str(public_url),
                "journal": dict(journal),
                "files": dict(files),
            }:
                self.manifest = Manifest(
                    program=program,
                    schema=schema,
                    made=_instant(made),
                    public_url=public_url,
                    journal=_mark(journal),
                    files={name: _mark(mark) for name, mark in files.items()},
                )
            case _:
                raise _refused("its manifest lacks a member")

    def _demand_digests(self) -> None:
        members = self._packed.getmembers()
        if sorted(member.name for member in members) != sorted([_MANIFEST, *self.manifest.files]):
            raise _refused("it holds other files than its manifest says")
        for name, mark in self.manifest.files.items():
            if not _NAME.fullmatch(name) or (name.startswith("keys/") and mark.length > MAX_BYTES):
                raise _refused(f"{name!r} has no place in a backup")
            with self._file(name) as file:
                if Mark(file.seek(0, os.SEEK_END), _digest(file)) != mark:
                    raise _refused(f"{name} is not what was saved")


def _add(packed: tarfile.TarFile, name: str, size: int, content: IO[bytes], made: datetime) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(made.timestamp())
    packed.addfile(member, content)


def _mark_of(path: Path) -> Mark:
    with path.open("rb") as file:
        return Mark(file.seek(0, os.SEEK_END), _digest(file))


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    return file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type] # a stream of a tar is readable too


def _seal(members: JsonObject, vault: Vault) -> str:
    content = json.dumps(members, sort_keys=True, separators=(",", ":"))
    return vault.digest(Personal(content), kind="backup manifest").hex()


def _mark(members: object) -> Mark:
    match members:
        case {"length": int(length), "sha256": str(digest), **rest} if not rest:
            return Mark(length, digest)
        case _:
            raise _refused("its manifest is malformed")


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _refused("its manifest has no time") from None


def _refused(what: str) -> Refused:
    remedy = "Use another copy of it, or an earlier one. Nothing was restored."
    return Refused(Problem(PARSING_ERROR, detail=f"This backup is not restored: {what}.", remedy=remedy))
