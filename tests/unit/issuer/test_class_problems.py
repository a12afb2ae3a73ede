"""Rows that say the same are examined once, and each is told what it would be told alone."""

import cProfile
import pstats
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core import strict_json
from app.core.credential.award_request import EXAMPLE, MINIMAL_EXAMPLE
from app.core.json_ld import Contexts
from app.core.multiformats import decode_multikey
from app.core.problems import Problem, Refused
from app.issuer.class_problems import problems_of
from app.issuer.plan import Planned, never_awarded
from app.issuer.prepare import Awarding, examine_claimed, prepare
from tests.issuing import PUBLIC_URL
from tests.unit.web.reports import ISSUER
from tests.verifying import KEY, NOW

AWARDING = Awarding(
    planned=(
        Planned(f"urn:uuid:{never_awarded()}", "eddsa-rdfc-2022", KEY.did_method, decode_multikey(KEY.multibase)),
    ),
    issuer=ISSUER,
    time_zone="Europe/Helsinki",
    public_url=PUBLIC_URL,
    now=NOW,
)


def row(learner: Mapping[str, Any], grade: str | None = None) -> bytes:
    body = {**MINIMAL_EXAMPLE, "learner": learner}
    return strict_json.write(body if grade is None else {**body, "grade": {"value": grade}})


def alone(contexts: Contexts, body: bytes) -> tuple[Problem, ...]:
    try:
        prepare(contexts, body, AWARDING)
    except Refused as refused:
        return refused.problems
    return ()


_TEXTS = st.text(max_size=20) | st.sampled_from(["Zoë", "Mai", "did:key:z6Mk", "a@example.org", "2000-01-01", "1"])
_LEARNERS = st.fixed_dictionaries(
    {"fullName": _TEXTS},
    optional={
        "givenName": _TEXTS,
        "familyName": _TEXTS,
        "dateOfBirth": st.sampled_from(["2000-01-01", "1999-12-31", "2000-02-30"]),
        "email": _TEXTS,
        "id": st.sampled_from(["did:example:a", "did:example:b", "urn:x:y", "no", "https://example.org/a b"]),
        "identifier": st.lists(
            st.fixed_dictionaries(
                {"scheme": st.sampled_from(["sourcedId", "ext:studentNumber", "ext:a b", "lti"]), "value": _TEXTS}
            ),
            max_size=3,
        ),
    },
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(_LEARNERS, st.none() | _TEXTS), min_size=2, max_size=4))
def test_each_is_told_what_it_would_be_told_alone(contexts: Contexts, rows: list[tuple[Any, str | None]]) -> None:
    good = row({"fullName": "Good"})
    bodies = (good, *(row(learner, grade) for learner, grade in rows))
    assert problems_of(contexts, bodies, AWARDING) == tuple(alone(contexts, body) for body in bodies)


def test_rows_that_differ_in_a_learners_texts_are_examined_once(contexts: Contexts) -> None:
    bodies = tuple(
        strict_json.write({**EXAMPLE, "learner": {"fullName": f"Learner {number}", "email": f"a{number}@example.org"}})
        for number in range(100)
    )
    profile = cProfile.Profile()
    assert profile.runcall(problems_of, contexts, bodies, AWARDING) == ((),) * 100
    assert calls_of(examine_claimed, profile) == 1


def calls_of(function: Callable[..., object], profile: cProfile.Profile) -> int:
    code = function.__code__
    found = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    return int(found[(code.co_filename, code.co_firstlineno, code.co_name)][1])
