"""Two peers at their best: npm's @digitalbazaar suites on Node, and PyLD with `cryptography` in Python."""

import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from pyld import jsonld

from app.core.json_ld import Contexts
from app.core.multiformats import decode_multibase, decode_multikey
from app.core.problems import JsonObject
from app.core.proof.signatures import SignatureAlgorithm
from tests.interop.__main__ import HERE, pinned_documents
from tests.node import find_node, install
from tests.verifying import CurveKey, Key


class Digitalbazaar:
    """A Node process that stays, so that what it compiled stays too."""

    name = "@digitalbazaar on Node"

    def __init__(self, folder: Path, unsigned: JsonObject) -> None:
        install(HERE)
        file = folder / "unsigned.json"
        file.write_text(json.dumps(unsigned))
        pinned = pinned_documents(folder, "https://unused.example")
        self._process = subprocess.Popen(
            # With this, Node collects less often: a quarter less CPU.
            [str(find_node()), "--max-semi-space-size=64", str(HERE / "bench.mjs"), str(pinned), str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.version = f"Node {self._answer()['node']}"

    def microseconds(self, work: str, mechanism: str, *, signed: bytes, rounds: int) -> float:
        assert self._process.stdin is not None
        asked = {"work": work, "mechanism": mechanism, "rounds": rounds, "credential": signed.decode()}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return float(self._answer()["us"])

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> "Digitalbazaar":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


class PyldWithCryptography:
    """What a program in Python is written like today: normalise both, hash, sign or verify. It checks nothing else."""

    name = "PyLD and cryptography"

    def __init__(self, contexts: Contexts, unsigned: JsonObject) -> None:
        self._documents = {url: json.loads(contexts.document(url)) for url in contexts.context_urls}
        self._unsigned = unsigned
        self.version = f"PyLD {jsonld.__version__}"

    def work(
        self, work: str, *, key: Key | CurveKey, algorithm: SignatureAlgorithm, signed: JsonObject
    ) -> Callable[[], object]:
        options = {name: value for name, value in signed["proof"][0].items() if name != "proofValue"}
        if work == "issue":
            return lambda: key.sign(self._hashed(self._unsigned, options))
        signature = decode_multibase(signed["proof"][0]["proofValue"], bases="z")
        text = json.dumps(signed)
        public = decode_multikey(key.multibase).raw

        def verify() -> None:
            read = json.loads(text)
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
