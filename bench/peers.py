"""Two peers at their best: npm's libraries on Node, and PyLD with `cryptography` in Python."""

import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from pyld import jsonld

from app.core.json_ld import Contexts
from app.core.multiformats import decode_multibase, decode_multikey
from app.core.problems import JsonObject
from app.core.proof.cryptosuites import CRYPTOSUITES
from tests.interop.__main__ import HERE, pinned_documents
from tests.node import find_node, install
from tests.verifying import CurveKey, Key

NAMES = {
    "eddsa-rdfc-2022": "@digitalbazaar",
    "ecdsa-rdfc-2019": "@digitalbazaar",
    "ecdsa-sd-2023": "@digitalbazaar",
    "eddsa-jcs-2022": "node:crypto",
    "vc+jwt": "jose",
    "dc+sd-jwt": "@sd-jwt/sd-jwt-vc",
}


class Took(NamedTuple):
    """Microseconds: wall time, and the CPU time of all threads."""

    us: float
    cpu_us: float


class Node:
    """A process that stays, so that what it compiled stays too."""

    def __init__(self, folder: Path) -> None:
        install(HERE)
        pinned = pinned_documents(folder, "https://unused.example")
        self._process = subprocess.Popen(
            node_command("peer.mjs", pinned), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.version = str(self._answer()["node"])

    def took(self, work: str, mechanism: str, asked: JsonObject, *, rounds: int) -> Took:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"work": work, "mechanism": mechanism, "rounds": rounds, **asked}) + "\n")
        self._process.stdin.flush()
        return Took(**self._answer())

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> "Node":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def node_command(script: str, pinned: Path) -> list[str]:
    """Node at its best: with so large a nursery it collects less often, a quarter less CPU."""
    here = Path(__file__).resolve().parent
    # What the scripts here import is what `make interop` installs.
    modules = here / "node_modules"
    if not modules.exists():
        modules.symlink_to(HERE / "node_modules")
    return [str(find_node()), "--max-semi-space-size=64", str(here / script), str(pinned)]


def npm_versions() -> dict[str, str]:
    """What the peers are, as their lock pins them."""
    locked: dict[str, str] = json.loads((HERE / "package.json").read_text())["dependencies"]
    return locked


class PyldWithCryptography:
    """What a program in Python is written like today: normalise both, hash, sign or verify. It checks nothing else."""

    name = "PyLD + cryptography"

    def __init__(self, contexts: Contexts) -> None:
        self._documents = {url: json.loads(contexts.document(url)) for url in contexts.context_urls}

    def work(
        self, work: str, mechanism: str, *, key: Key | CurveKey, unsigned: JsonObject, signed: bytes
    ) -> Callable[[], object]:
        algorithm = CRYPTOSUITES[mechanism].algorithms[key.kind]
        (made,) = json.loads(signed)["proof"]
        options = {name: value for name, value in made.items() if name != "proofValue"}
        if work == "issue":
            return lambda: key.sign(self._hashed(unsigned, options))
        signature = decode_multibase(made["proofValue"], bases="z")
        public = decode_multikey(key.multibase).raw

        def verify() -> None:
            read = json.loads(signed)
            (proof,) = read.pop("proof")
            proof.pop("proofValue")
            algorithm.verify(public, self._hashed(read, proof), signature)

        return verify

    def _hashed(self, document: JsonObject, options: JsonObject) -> bytes:
        configuration = {"@context": document["@context"], **options}
        return b"".join(hashlib.sha256(self._canonical(each)).digest() for each in (configuration, document))

    def _canonical(self, document: JsonObject) -> bytes:
        options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": self._load}
        text: str = jsonld.normalize(document, options)
        return text.encode()

    def _load(self, url: str, _options: object) -> JsonObject:
        return {"contextUrl": None, "documentUrl": url, "document": self._documents[url], "tag": "static"}
