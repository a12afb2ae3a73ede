"""ecdsa-sd-2023 between two implementations: what one signs, the other derives, and each verifies what both derived."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.core.json_ld import Contexts
from app.core.multiformats import encode_base58btc, encode_multikey
from app.core.problems import JsonObject, Refused
from app.core.proof.ecdsa_sd.derive import derive
from tests.disclosing import ISSUER, badge_by_did_key, sign_base, verify_shown
from tests.interop.results import Results
from tests.node import find_node
from tests.unit.core.test_json_ld_parts import micro_credential

MANDATORY = ("/issuer", "/validFrom")
PARTS: tuple[tuple[str, ...], ...] = (
    (),
    ("/credentialSubject/achievement/name",),
    ("/credentialSubject/identifier/0", "/credentialSubject/achievement/criteria/narrative"),
    ("/credentialSubject",),
)


def between_implementations(contexts: Contexts, peer: "Peer", results: Results) -> None:
    whole = _micro_credential(contexts)
    for name, unsigned in (("a badge", badge_by_did_key()), ("a micro-credential", _without_scales(whole))):
        for signer, base in (
            ("we sign", sign_base(contexts, unsigned, mandatory_pointers=MANDATORY)),
            ("they sign", peer.sign(unsigned, MANDATORY)),
        ):
            for pointers in PARTS:
                _judge(contexts, peer, results, f"{name}, {signer}, we derive", derive(contexts, base, pointers))
                _judge(contexts, peer, results, f"{name}, {signer}, they derive", peer.derive(base, pointers))
    # They cannot sign or derive from what has an ordered list in it: they name the list as if it were a node.
    part = derive(contexts, sign_base(contexts, whole, mandatory_pointers=MANDATORY), ["/credentialSubject"])
    _judge(contexts, peer, results, "a micro-credential with ordered lists, we sign and derive", part)


def _judge(contexts: Contexts, peer: "Peer", results: Results, what: str, part: JsonObject) -> None:
    results.expect(what, _verdicts(contexts, peer, part), {"we": True, "they": True})
    changed = {**part, "validFrom": "2020-01-01T00:00:00Z"}
    results.expect(f"{what}, changed", _verdicts(contexts, peer, changed), {"we": False, "they": False})


def _verdicts(contexts: Contexts, peer: "Peer", part: JsonObject) -> dict[str, Any]:
    theirs = peer.verify(part)
    try:
        verify_shown(contexts, part)
    except Refused as refused:
        return {"we": False, "why": str(refused), "they": theirs["verified"]}
    return {"we": True, "they": theirs["verified"], "their error": theirs.get("error")}


class Peer:
    """npm's @digitalbazaar/ecdsa-sd-2023-cryptosuite, in a process of its own for each question."""

    def __init__(self, *, here: Path, pinned: Path, folder: Path) -> None:
        self._command = [str(find_node()), str(here / "disclose.mjs"), str(pinned)]
        self._request = folder / "request.json"

    def sign(self, unsigned: JsonObject, pointers: Sequence[str]) -> JsonObject:
        secret = b"\x86\x26" + ISSUER.private.private_numbers().private_value.to_bytes(32, "big")
        key = {"publicKeyMultibase": encode_multikey(ISSUER.public), "secretKeyMultibase": encode_base58btc(secret)}
        signed: JsonObject = self._ask("sign", unsigned, pointers, key=key)["credential"]
        return signed

    def derive(self, base: JsonObject, pointers: Sequence[str]) -> JsonObject:
        # It wants to be told of one thing at least; what is asked for is always there.
        derived: JsonObject = self._ask("derive", base, pointers or ["/type"])["credential"]
        return derived

    def verify(self, part: JsonObject) -> dict[str, Any]:
        return self._ask("verify", part, [])

    def _ask(self, act: str, credential: JsonObject, pointers: Sequence[str], **more: Any) -> dict[str, Any]:
        request = {"act": act, "credential": credential, "pointers": list(pointers), **more}
        self._request.write_text(json.dumps(request))
        done = subprocess.run([*self._command, str(self._request)], capture_output=True, text=True, check=False)
        assert done.stdout, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


def _micro_credential(contexts: Contexts) -> JsonObject:
    return micro_credential(contexts) | {
        "issuer": {"id": ISSUER.did, "type": ["Profile"], "name": "University of Examples"}
    }


def _without_scales(unsigned: JsonObject) -> JsonObject:
    subject = unsigned["credentialSubject"]
    achievement = {name: value for name, value in subject["achievement"].items() if name != "resultDescription"}
    fewer = {name: value for name, value in subject.items() if name != "result"}
    return unsigned | {"credentialSubject": fewer | {"achievement": achievement}}
