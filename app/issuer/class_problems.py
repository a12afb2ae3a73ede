"""What is wrong with each row of a class, pure: what rows have in common is examined once. It runs in the CPU pool.

A row is read whole. Of a name, a day or a grade that was read without a fault, schema and JSON-LD see only that it is
text; so the credential of one row stands for all that differ from it in nothing else.
"""

from dataclasses import replace

from app.core import strict_json
from app.core.credential import award_request
from app.core.credential.micro_credential import MicroCredential
from app.core.json_ld import Contexts
from app.core.personal import Personal
from app.core.problems import Problem, Refused
from app.issuer.prepare import Awarding, examine_claimed


def problems_of(contexts: Contexts, bodies: tuple[bytes, ...], awarding: Awarding) -> tuple[tuple[Problem, ...], ...]:
    """Of each request, up to the credential that would come of it."""
    sound: list[MicroCredential] = []
    return tuple(_problems(contexts, body, awarding, sound) for body in bodies)


def _problems(contexts: Contexts, body: bytes, awarding: Awarding, sound: list[MicroCredential]) -> tuple[Problem, ...]:
    try:
        claimed = award_request.read(
            strict_json.read_object(body),
            contexts=contexts,
            issuer=awarding.issuer,
            time_zone=awarding.time_zone,
            now=awarding.now,
        )
        without_texts = like(claimed)
        if without_texts not in sound:
            examine_claimed(contexts, claimed, awarding)
            sound.append(without_texts)
    except Refused as refused:
        return refused.problems
    return ()


def like(claimed: MicroCredential) -> MicroCredential:
    """The same with the learner's own texts numbered, equal ones alike. An id stays: it is a name in JSON-LD."""
    learner, grade = claimed.learner, claimed.grade
    numbers: dict[str, str] = {}

    def numbered(text: Personal[str]) -> Personal[str]:
        return Personal(numbers.setdefault(text.open(), f"text {len(numbers)}"))

    return replace(
        claimed,
        learner=replace(
            learner,
            full_name=numbered(learner.full_name),
            given_name=learner.given_name and numbered(learner.given_name),
            family_name=learner.family_name and numbered(learner.family_name),
            date_of_birth=learner.date_of_birth and Personal(claimed.awarded_date.date()),
            email=learner.email and numbered(learner.email),
            identifiers=tuple(replace(each, value=numbered(each.value)) for each in learner.identifiers),
        ),
        grade=grade and replace(grade, value=numbered(grade.value)),
    )
