"""Tokens between two implementations: npm's jose verifies what every mechanism of ours signs, and we what it signs."""

import asyncio
import base64
import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.core import strict_json
from app.core.did.document import write
from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from app.core.proof import jwk, signed_jwt
from app.issuer.mechanisms import DC_SD_JWT, OPEN_BADGE_JWT, VC_JWT
from app.verifier.report import Verdict
from tests.jwt_keys import key
from tests.node import find_node
from tests.signing import CASES, Case, document_for
from tests.verifying import World, badge

Expect = Callable[[str, dict[str, Any], dict[str, Any]], None]

_TYPES = {VC_JWT: "vc+jwt", OPEN_BADGE_JWT: "JWT", DC_SD_JWT: "dc+sd-jwt"}


def between_tokens(contexts: Contexts, *, here: Path, folder: Path, expect: Expect) -> None:
    job = folder / "tokens.json"
    ours = {str(case): _ours(contexts, case) for case in CASES if case.mechanism in _TYPES}
    changed = {f"{name}, changed": {**one, "token": _changed(one["token"])} for name, one in ours.items()}
    theirs = {f"vc+jwt, {algorithm}": _theirs(algorithm) for algorithm in ("EdDSA", "ES256", "ES384", "RS256")}
    theirs |= {f"ob-jwt, {algorithm}": _their_badge(algorithm) for algorithm in ("ES256", "RS256")}
    job.write_text(json.dumps({"verify": ours | changed, "sign": theirs}))
    done = subprocess.run([str(find_node()), here / "tokens.mjs", job], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    for name, one in ours.items():
        claims = signed_jwt.read(one["token"]).payload
        expect(f"{name}: signed by us, verified by jose", {"claims": told["verified"][name]}, {"claims": claims})
    for name in changed:
        expect(f"{name}: refused by jose", {"claims": told["verified"][name]}, {"claims": None})
    for name, token in told["signed"].items():
        expect(f"{name}: signed by jose, valid by us", _told(contexts, token), {"verdict": Verdict.VALID})
        altered = _changed(token)
        expect(f"{name}: changed, invalid by us", _told(contexts, altered), {"verdict": Verdict.INVALID})


def _ours(contexts: Contexts, case: Case) -> dict[str, Any]:
    token, _, _ = case.signed(contexts, document_for(case, contexts)).decode().partition("~")
    securing = case.securing()
    return {
        "token": token,
        "jwk": dict(jwk.of_public_key(securing.key).members),
        "document": write(case.controller) if case.mechanism == VC_JWT else None,
        "typ": _TYPES[case.mechanism],
        "algorithm": securing.algorithm,
    }


def _theirs(algorithm: str) -> JsonObject:
    """A badge whose issuer is its key, as a URL (did:jwk)."""
    pair = key(algorithm)
    did = f"did:jwk:{base64.urlsafe_b64encode(strict_json.write(pair.public)).rstrip(b'=').decode()}"
    claims = badge(issuer={"id": did, "type": ["Profile"], "name": "University of Examples"})
    header = {"alg": algorithm, "typ": "vc+jwt", "cty": "vc", "kid": f"{did}#0"}
    return {"header": header, "claims": {**claims, "iss": did}, "jwk": pair.with_private}


def _their_badge(algorithm: str) -> JsonObject:
    """The same by the rules of Open Badges 3.0, which wants the credential's members among the claims again."""
    signed = _theirs(algorithm)
    said = {name: value for name, value in signed["claims"].items() if name != "iat"}
    begins = datetime.fromisoformat(said["validFrom"]).timestamp()
    own = {"jti": said["id"], "sub": said["credentialSubject"]["id"], "nbf": int(begins)}
    header = {"alg": algorithm, "typ": "JWT", "kid": signed["header"]["kid"]}
    return {**signed, "header": header, "claims": said | own}


def _changed(token: str) -> str:
    """A letter of the signature, where no stray bit can hide it."""
    at = token.rindex(".") + 5
    return token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]


def _told(contexts: Contexts, token: str) -> dict[str, Any]:
    verifier = World(contexts).verifier()
    report = asyncio.run(verifier.verify(token.encode(), "application/vc+jwt", now=datetime.now(UTC)))
    return {"verdict": report.verdict, "problems": report.as_json()["findings"]}
