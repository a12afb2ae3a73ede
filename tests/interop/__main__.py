"""Independent implementations look at what we sign: npm's @digitalbazaar/vc, on bytes taken by the claim link; @sd-jwt.

1. The service is started as a process; two awards are made over HTTP; each credential is taken by its claim link.
2. `verify.mjs` verifies the proof, and the status list that it fetches over HTTP itself.
3. The award is revoked: the same credential is no longer in force. One letter is changed: it is no longer signed.
4. `disclose.mjs` and we derive parts of what either signed by ecdsa-sd-2023; both verify them (`disclosing`).
5. `suites.mjs` verifies what we sign by the other suites that it has, and we what it signs (`suites`).
6. `tokens.mjs` verifies the tokens that every mechanism of ours signs, and we those that it signs (`tokens`).
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.adapters.contexts import load_contexts
from app.core.credential.award_request import EXAMPLE, MINIMAL_EXAMPLE
from tests.conftest import ROOT
from tests.interop.disclosing import Peer, between_implementations
from tests.interop.results import Results
from tests.interop.sd_jwt import exchange
from tests.interop.suites import between_suites
from tests.interop.tokens import between_tokens
from tests.node import find_node, install
from tests.service import Running, running

HERE = Path(__file__).parent


def main() -> int:
    install(HERE)
    results = Results()
    exchange(results.expect)
    with tempfile.TemporaryDirectory() as folder, _service(Path(folder)) as service:
        pinned = pinned_documents(Path(folder), service.url)

        def verify(credential: bytes) -> dict[str, Any]:
            file = Path(folder) / "credential.json"
            file.write_bytes(credential)
            done = subprocess.run(
                [str(find_node()), HERE / "verify.mjs", pinned, file], capture_output=True, text=True, check=False
            )
            found: dict[str, Any] = json.loads(done.stdout) if done.stdout else {"error": done.stderr}
            return found

        for name, body in (("every element", EXAMPLE), ("the least", MINIMAL_EXAMPLE)):
            _one(service, name, body, verify, results)
        contexts = load_contexts(ROOT / "contexts")
        peer = Peer(here=HERE, pinned=pinned, folder=Path(folder))
        between_implementations(contexts, peer, results)
        between_tokens(contexts, here=HERE, folder=Path(folder), expect=results.expect)
        between_suites(contexts, here=HERE, pinned=pinned, folder=Path(folder), expect=results.expect)
    print(f"\n{results.passed} passed, {len(results.failed)} failed")
    return 1 if results.failed or not results.passed else 0


def _one(
    service: Running,
    name: str,
    body: dict[str, Any],
    verify: Callable[[bytes], dict[str, Any]],
    results: Results,
) -> None:
    receipt = service.award(body).json()
    claim = receipt["claimUrl"].removeprefix(service.url)
    credential = service.client.post(f"{claim}/credential").content
    results.expect(f"{name}: signed, and in force", verify(credential), {"verified": True, "revoked": False})
    presented = service.client.post(claim, json={}).json()["verifiablePresentation"]["verifiableCredential"][0]
    results.expect(
        f"{name}: taken as a wallet takes it",
        verify(json.dumps(presented).encode()),
        {"verified": True, "revoked": False},
    )
    revoked = service.client.post(
        f"/awards/{receipt['id']}/revoke", json={"reason": "a trial"}, headers=service.signed_in()
    )
    assert revoked.status_code == 200, revoked.text
    results.expect(f"{name}: revoked", verify(credential), {"verified": True, "revoked": True})
    title = body["achievement"]["title"]["en"].encode()
    changed = credential.replace(title, title[::-1], 1)
    assert changed != credential
    results.expect(f"{name}: changed by a word", verify(changed), {"verified": False})


def _service(folder: Path) -> Any:
    return running(database_url=f"sqlite:///{folder / 'interop.sqlite3'}", folder=folder)


def pinned_documents(folder: Path, url: str) -> Path:
    """Our pinned documents by URL, our own context also where this deployment serves it."""
    index = json.loads((ROOT / "contexts" / "index.json").read_text())
    documents = {entry["url"]: str(ROOT / "contexts" / entry["file"]) for entry in index}
    own = "https://w3id.org/testamur/contexts/micro-credential-v1"
    documents[f"{url}/contexts/micro-credential-v1"] = documents[own]
    file = folder / "pinned.json"
    file.write_text(json.dumps({"documents": documents, "fetch": [f"{url}/status-lists/"]}))
    return file


if __name__ == "__main__":
    sys.exit(main())
