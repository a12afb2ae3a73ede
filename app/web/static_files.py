"""Style, script, icon and type, served from memory under the digest of their content: they may be kept for ever."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent / "static"
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    "": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """`compressed` is the same by gzip, made once; None where that would not make it shorter: type is compressed."""

    content: bytes
    media_type: str
    compressed: bytes | None = None

    @classmethod
    def of(cls, content: bytes, media_type: str) -> "StaticFile":
        compressed = gzip.compress(content, mtime=0)
        return cls(content, media_type, compressed if len(compressed) < len(content) else None)


@dataclass(frozen=True, slots=True)
class StaticFiles:
    """One digest over all files, so that a style sheet finds the type beside it by a relative address."""

    digest: str
    files: Mapping[str, StaticFile]

    @classmethod
    def read(cls) -> "StaticFiles":
        files = {
            path.relative_to(_FOLDER).as_posix(): StaticFile.of(path.read_bytes(), _MEDIA_TYPES[path.suffix])
            for path in sorted(_FOLDER.rglob("*"))
            if path.is_file() and path.suffix in _MEDIA_TYPES
        }
        digest = hashlib.sha256()
        for name, file in files.items():
            digest.update(f"{name}\n{len(file.content)}\n".encode() + file.content)
        return cls(digest.hexdigest()[:16], files)

    def find(self, digest: str, name: str) -> StaticFile | None:
        """Only under today's digest: an address that may be kept for ever never changes what it gives."""
        return self.files.get(name) if digest == self.digest else None

    def url(self, name: str) -> str:
        if name not in self.files:
            raise KeyError(name)
        return f"/static/{self.digest}/{name}"
