"""Proof options whose canonical form is put together of what was worked out before: the same bytes, or made anew."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.json_ld import Contexts, canonicalize
from app.core.problems import JsonObject, Refused
from app.core.proof.configuration import Configurations
from tests.properties.strategies import pinned

_V2 = "https://www.w3.org/ns/credentials/v2"
_BADGE = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
_TIME = "2026-11-01T09:00:00Z"
_TIMES = [
    _TIME,
    "2026-11-01T09:00:01+01:00",
    "0",
    "9",
    "Z",
    "",
    "2026-11-01T09:00:00Z\n",
    '"',
    "\x7f",
    5,
    None,
    [_TIME],
]
_MEMBERS: dict[str, list[Any]] = {
    "@context": [[_V2], [_V2, _BADGE], [_BADGE, _V2], _V2, ["https://unknown.example"], [], [_V2, 1]],
    "type": ["DataIntegrityProof", ["DataIntegrityProof"], "Ed25519Signature2020", "Unknown"],
    "verificationMethod": ["did:example:a#1", "did:example:a#2", "no-url", 1, {"id": "did:example:a#1"}],
    "cryptosuite": ["eddsa-rdfc-2022", _TIME, "", True, 'a" ', {"@value": _TIME}],
    "proofPurpose": ["assertionMethod", "authentication", "unknown"],
    "nonce": [_TIME, "1", 1, 1.0, True],
    "expires": [_TIME, "2027-11-01T09:00:00Z"],
    "id": ["urn:proof", f"urn:{_TIME}"],
    "unknown": [_TIME],
}


@st.composite
def options(draw: st.DrawFn) -> JsonObject:
    usual = ("@context", "type", "created", "verificationMethod", "cryptosuite", "proofPurpose")
    values = {name: found[0] for name, found in _MEMBERS.items()} | {"created": _TIME}
    made = {name: values[name] for name in draw(st.sampled_from([usual, usual[:1] + usual[:0:-1]]))}
    made["created"] = draw(st.sampled_from(_TIMES))
    for name in draw(st.lists(st.sampled_from(list(_MEMBERS)), max_size=2)):
        made[name] = draw(st.sampled_from(_MEMBERS[name]))
    return made


@given(st.lists(options(), min_size=2, max_size=8), st.sampled_from(["sha256", "sha384"]))
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_was_worked_out_before_changes_no_byte(several: list[JsonObject], hash_algorithm: str) -> None:
    contexts = pinned()
    configurations = Configurations(contexts)
    for each in several:
        expected = _or_refused(lambda each=each: canonicalize(contexts, each, hash_algorithm=hash_algorithm))
        for _ in range(2):
            made = _or_refused(
                lambda each=each: configurations.canonicalize(each, aliases={}, hash_algorithm=hash_algorithm)
            )
            assert made == expected


@pytest.mark.parametrize("created", ["1970-01-01T00:00:00Z", "2026-11-24T12:00:00.123456+14:00"])
def test_options_that_differ_in_their_time_alone_are_put_together(contexts: Contexts, created: str) -> None:
    configurations = Configurations(contexts)
    usual = {name: found[0] for name, found in _MEMBERS.items() if name not in {"nonce", "expires", "id", "unknown"}}
    for time in (_TIME, created):
        made = {**usual, "created": time}
        assert configurations.canonicalize(made, aliases={}, hash_algorithm="sha256") == canonicalize(contexts, made)
    assert len(configurations._around) == 1


def _or_refused(make: Any) -> Any:
    try:
        return make()
    except Refused as refused:
        return refused.problems
