"""SD-JWT VC against npm's @sd-jwt/sd-jwt-vc: it verifies, and presents, what we issue, and we what it issues.

1. We issue a learning credential; the peer verifies it whole, and cut by us with a key binding of ours.
2. The peer, as a wallet, presents ours with a key binding of its own; we verify that.
3. The peer issues one with nested and array disclosures and decoys; we verify it.
4. What was signed is changed: the peer refuses. Any character is changed: we do.
"""

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from app.core.credential import award_request, learning_credential
from app.core.problems import JsonObject, Refused
from app.core.proof import key_binding, sd_jwt, sd_jwt_vc, signed_jwt
from app.core.proof.key_binding import KeyBindingWanted
from app.core.proof.sd_jwt import ReceivedSdJwt
from tests.jwt_keys import key
from tests.node import find_node
from tests.properties.strategies import ISSUER, pinned

HERE = Path(__file__).parent
SIGNER, HOLDER = key("ES256"), key("ES256", 2)
NONCE, AUDIENCE = "n-0S6_WzA2Mj-c31c", "https://verifier.example"
NOW = datetime.now(UTC).replace(microsecond=0)
WANTED = KeyBindingWanted(AUDIENCE, NONCE, NOW, timedelta(minutes=5), timedelta(seconds=60))

Expect = Callable[[str, dict[str, Any], dict[str, Any]], None]


def exchange(expect: Expect) -> None:
    """`expect(what, found, wanted)` is told each result."""
    ours = _issue()
    whole = sd_jwt.write(ours).decode()
    claims = _ours(whole)["claims"]
    expect("an SD-JWT VC of ours is verified by the peer", _peer_verifies(whole), {"claims": claims})
    cut = _bind(sd_jwt.present(ours, [("full_name",), ("achievement", "credit_point")]))
    expect("cut and bound by us, too", _peer_verifies(cut, nonce=NONCE), {"claims": _ours(cut, WANTED)["claims"]})
    # The peer passes over a disclosure that nothing refers to; what was signed it does not.
    expect("signed otherwise, the peer refuses it", _peer_verifies(_changed(whole, at=100)), {"claims": None})
    presented = _ask(
        {
            "do": "present",
            "credential": whole,
            "frame": {"full_name": True, "achievement": {"credit_point": True}},
            "holder": _private(2),
            "kb": {"iat": int(NOW.timestamp()), "aud": AUDIENCE, "nonce": NONCE},
        }
    )["credential"]
    expect("presented by the peer, we verify it", _ours(presented, WANTED), {"claims": _ours(cut)["claims"]})
    theirs = _peer_issues()
    expect("an SD-JWT VC of the peer is verified by us", _ours(theirs), {"claims": _THEIR_CLAIMS})
    expect("changed by a character, we refuse it", _ours(_changed(theirs, at=theirs.index("~") + 20)), {"claims": None})


_THEIR_CLAIMS: JsonObject = {
    "vct": "urn:example:badge",
    "iss": "https://peer.example",
    "iat": int(NOW.timestamp()),
    "learner": {"name": "Zoë", "number": 17},
    "outcomes": ["reads", "writes"],
}


def _issue() -> ReceivedSdJwt:
    claimed = award_request.read(
        award_request.EXAMPLE, contexts=pinned(), issuer=ISSUER, time_zone="Europe/Dublin", now=NOW
    )
    unsigned = sd_jwt_vc.unsigned(
        {
            "iss": "https://dunmore.example",
            "cnf": {"jwk": HOLDER.public},
            **learning_credential.write(claimed),
        },
        algorithm="ES256",
        key_parameters={"kid": "1"},
        disclosable=learning_credential.DISCLOSABLE,
        salts=(number.to_bytes(16, "big") for number in count()),
        decoys=2,
    )
    return sd_jwt_vc.attach(unsigned, SIGNER.sign(unsigned.signing_input))


def _bind(shown: ReceivedSdJwt) -> str:
    data = key_binding.signing_input(
        shown.presented, algorithm="ES256", audience=AUDIENCE, nonce=NONCE, created=NOW, hash_algorithm="sha-256"
    )
    return shown.presented + signed_jwt.attach(data, HOLDER.sign(data))


def _ours(credential: str, wanted: KeyBindingWanted | None = None) -> dict[str, Any]:
    try:
        verified = sd_jwt_vc.verify(sd_jwt.read(credential.encode()), key=SIGNER.public, wanted=wanted)
    except Refused as refused:
        return {"claims": None, "error": str(refused)}
    return {"claims": verified.claims}


def _peer_verifies(credential: str, *, nonce: str | None = None) -> dict[str, Any]:
    asked = {"credential": credential, "issuer": SIGNER.public, "holder": HOLDER.public, "nonce": nonce}
    return _ask({"do": "verify", **asked})


def _peer_issues() -> str:
    frame = {
        "_sd": ["learner"],
        "learner": {"_sd": ["name", "number"], "_sd_decoy": 1},
        "outcomes": {"_sd": [0, 1], "_sd_decoy": 1},
    }
    credential: str = _ask({"do": "issue", "claims": _THEIR_CLAIMS, "frame": frame, "issuer": _private(1)})[
        "credential"
    ]
    return credential


def _changed(credential: str, *, at: int) -> str:
    return credential[:at] + ("A" if credential[at] != "A" else "B") + credential[at + 1 :]


def _private(number: int) -> JsonObject:
    return key("ES256", number).with_private


def _ask(asked: JsonObject) -> dict[str, Any]:
    done = subprocess.run(
        [str(find_node()), HERE / "sd_jwt.mjs"], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    return {"claims": None, **json.loads(done.stdout)}
