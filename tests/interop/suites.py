"""Other suites between two implementations: npm's @digitalbazaar verifies what we sign, and we verify what it signs."""

import asyncio
import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from app.verifier.report import Verdict
from tests.node import find_node
from tests.verifying import KEY, P256_KEY, P384_KEY, World, badge, sign, sign_as_in_2020

Expect = Callable[[str, dict[str, Any], dict[str, Any]], None]


def between_suites(contexts: Contexts, *, here: Path, pinned: Path, folder: Path, expect: Expect) -> None:
    job = folder / "suites.json"
    ours = _ours(contexts)
    changed = {f"{name}, changed by a word": one | {"id": "urn:uuid:1"} for name, one in ours.items()}
    older = _older("did:key:z6Mk")
    job.write_text(json.dumps({"verify": ours | changed, "sign": badge(), "signOlder": older}))
    done = subprocess.run(
        [str(find_node()), here / "suites.mjs", pinned, job], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    for name in ours:
        expect(f"{name}: signed by us, verified by npm's", told["verified"], {name: True})
    for name in changed:
        expect(f"{name}: refused by npm's", {name: told["verified"][name] is True}, {name: False})
    for name, credential in told["signed"].items():
        expect(f"{name}: signed by npm's, valid by us", _told(contexts, credential), {"verdict": Verdict.VALID})
        altered = credential | {"id": "urn:uuid:1"}
        expect(f"{name}: changed, invalid by us", _told(contexts, altered), {"verdict": Verdict.INVALID})


def _ours(contexts: Contexts) -> dict[str, JsonObject]:
    made = {
        f"ecdsa-rdfc-2019, {key.kind}": sign(
            contexts, _by(key.did), key=key, verification_method=key.did_method, suite="ecdsa-rdfc-2019"
        )
        for key in (P256_KEY, P384_KEY)
    }
    return made | {
        "Ed25519Signature2020, VC 2.0": sign_as_in_2020(contexts, _by(KEY.did)),
        "Ed25519Signature2020, VC 1.1": sign_as_in_2020(contexts, _older(KEY.did)),
    }


def _by(did: str) -> JsonObject:
    return badge(issuer={"id": did, "type": ["Profile"], "name": "University of Examples"})


def _older(did: str) -> JsonObject:
    return {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "id": "urn:uuid:8c1dd9a0-91a8-4f0b-a0f1-1a3a2c1f8f11",
        "type": ["VerifiableCredential"],
        "issuer": did,
        "issuanceDate": "2024-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:learner"},
    }


def _told(contexts: Contexts, credential: JsonObject) -> dict[str, Any]:
    report = asyncio.run(World(contexts).report_on(credential, now=datetime.now(UTC)))
    return {"verdict": report.verdict, "problems": report.as_json()["findings"]}
