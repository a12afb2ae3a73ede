"""A micro-credential as a learning credential of the EU's wallet, for SD-JWT VC: written, read back, and examined.

The EU's own claims are kept to the letter, and everything that they lack or flatten stands beside them, typed. A claim
of theirs that says something else than ours is refused: no reader is told something else than another.
"""

from datetime import UTC, datetime
from typing import Final, TypeAlias, TypeVar

from app.core.credential.badge_nodes import without_empty
from app.core.credential.elements import element
from app.core.credential.eudi_learning_claims import DISCLOSABLE as EU_DISCLOSABLE
from app.core.credential.eudi_learning_claims import EU_TYPE, MANDATORY, eu_claims
from app.core.credential.learning_claims import (
    read_achievement,
    read_identifiers,
    read_organisation,
    write_achievement,
    write_identifiers,
    write_organisation,
)
from app.core.credential.members import PLACEHOLDER, Members
from app.core.credential.micro_credential import (
    Grade,
    Identifier,
    Learner,
    LearnerIdentifier,
    MicroCredential,
)
from app.core.credential.readable_text import show
from app.core.personal import Personal
from app.core.problems import MALFORMED_VALUE_ERROR, MISSING_ELEMENT, JsonObject, Problem, Refused, pointer

TYPE: Final = "https://w3id.org/testamur/types/learning-credential-v1"

T = TypeVar("T")
ClaimPath: TypeAlias = tuple[str | int | None, ...]

# What names the achievement is always shown, or it would be a credential of nothing.
_ALWAYS_SHOWN = ("id", "language", "title", "description")
_SHOWN_BY_PARTS = (
    "learning_outcome",
    "credit_point",
    "volume_of_learning",
    "eqf_level",
    "nqf_level",
    "qf_ehea_cycle",
    "level_not_applicable",
    "assessment_type",
    "mode",
    "quality_assurance",
    "awarding_body",
    "criteria",
    "entry_requirement",
    "supervision_verification",
    "stackability",
    "stacks_into",
    "further_information",
    "identifiers",
    "thematic_area",
    "learning_opportunity_type",
)
_PERSONAL = ("sub", "full_name", "has_family_name", "birthdate", "learner_identifiers", "grade", "supersedes")

# Each of them alone: whoever shows a grade need not show a day of birth. None is each element of an array.
DISCLOSABLE: tuple[ClaimPath, ...] = (
    *((name,) for name in (*EU_DISCLOSABLE, *_PERSONAL)),
    ("learner_identifiers", None),
    *(("achievement", name) for name in _SHOWN_BY_PARTS),
)

_NO_TIME = datetime(1, 1, 1, tzinfo=UTC)


def type_metadata() -> JsonObject:
    """What TYPE is (SD-JWT VC, "Type Metadata"): the EU's credential, and which of our claims may be withheld."""
    always: list[ClaimPath] = [("issuing_organisation",), ("awarded_date",), ("valid_from",), ("achievement",)]
    always += [("achievement", name) for name in _ALWAYS_SHOWN]
    ours = [path for path in DISCLOSABLE if path[0] not in EU_DISCLOSABLE]
    return {
        "vct": TYPE,
        "name": "European micro-credential",
        "description": "A learning credential with all elements of the European Standard (2022/C 243/02, Annex I).",
        "extends": EU_TYPE,
        "claims": [
            *({"path": list(path), "sd": "never", "mandatory": True} for path in always),
            *({"path": list(path), "sd": "always"} for path in ours),
        ],
    }


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def write(claimed: MicroCredential) -> JsonObject:
    """The claims, without those that are about the token: `iss`, `iat`, `jti`, `cnf` and `status`.

    The e-mail address is no part of what is claimed: it is where the award was sent.
    """
    return without_empty(
        {
            "vct": TYPE,
            "nbf": _seconds(claimed.valid_from),
            "exp": claimed.valid_until and _seconds(claimed.valid_until),
            **eu_claims(claimed),
            **_write_learner(claimed.learner),
            "issuing_organisation": write_organisation(claimed.issuer),
            "awarded_date": _timestamp(claimed.awarded_date),
            "valid_from": _timestamp(claimed.valid_from),
            "valid_until": claimed.valid_until and _timestamp(claimed.valid_until),
            "supersedes": claimed.supersedes,
            "grade": claimed.grade and _write_grade(claimed.grade),
            "achievement": write_achievement(claimed.achievement),
        }
    )


def _write_learner(learner: Learner) -> JsonObject:
    """Element 1, beside the EU's claims of it."""
    return {
        "sub": learner.id,
        "full_name": learner.full_name.open(),
        # The EU's family_name is mandatory: here is said where it is the whole name.
        "has_family_name": None if learner.family_name else False,
        "birthdate": learner.date_of_birth and learner.date_of_birth.open().isoformat(),
        "learner_identifiers": write_identifiers(
            tuple(Identifier(identifier.scheme, identifier.value.open()) for identifier in learner.identifiers)
        ),
    }


def _write_grade(grade: Grade) -> JsonObject:
    """Element 14, beside `assessment_grade`, which is the grade itself."""
    return without_empty(
        {
            "scale": list(grade.scale),
            "minimum": grade.minimum,
            "maximum": grade.maximum,
            "required": grade.required,
            "name": grade.name,
            "result_type": grade.result_type,
        }
    )


def _timestamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def read(claims: JsonObject) -> MicroCredential:
    """Raises Refused where the claims do not say all of a micro-credential, because some are withheld or otherwise."""
    members = Members(claims)
    if members.value("vct") != TYPE:
        members.problem(MALFORMED_VALUE_ERROR, f"is not {TYPE}", "vct")
    organisation, about = members.inside("issuing_organisation"), members.inside("achievement")
    if organisation is None:
        members.missing(element(4), "issuing_organisation")
    elif "country" not in organisation:
        organisation.missing(element(3), "country")
    if about is None:
        members.missing(element(2), "achievement")
    for name in ("awarded_date", "valid_from"):
        if name not in members:
            members.missing(element(5), name)
    learner = _learner(members)
    grade = _grade(members)
    if organisation is None or about is None:
        raise Refused(*members.problems)
    found = MicroCredential(
        learner=learner,
        achievement=read_achievement(about),
        issuer=read_organisation(organisation),
        awarded_date=members.timestamp("awarded_date") or _NO_TIME,
        valid_from=members.timestamp("valid_from") or _NO_TIME,
        valid_until=members.timestamp("valid_until"),
        grade=grade,
        supersedes=members.iri("supersedes"),
    )
    members.end()
    if contradictions := _contradictions(found, claims):
        raise Refused(*contradictions)
    return found


def problems(claims: JsonObject) -> tuple[Problem, ...]:
    """What makes it no whole learning credential; none where it is a good one."""
    try:
        read(claims)
    except Refused as refused:
        return refused.problems
    remedy = f"award it in another shape: {EU_TYPE} can't do without"
    return tuple(
        Problem(MISSING_ELEMENT, pointer(name), "a claim that the EU's learning credential demands is missing", remedy)
        for name in MANDATORY
        if name not in claims
    )


def _learner(members: Members) -> Learner:
    """Element 1. The EU's names are read where ours do not say that they stand for another."""
    if "full_name" not in members:
        members.missing(element(1), "full_name")
    match members.value("has_family_name"):
        case None:
            family_name = members.name("family_name")
        case False:
            family_name = None
        case other:
            members.problem(MALFORMED_VALUE_ERROR, f"{show(other)} can't stand here", "has_family_name")
            family_name = None
    return Learner(
        full_name=Personal(members.name("full_name") or PLACEHOLDER),
        given_name=_personal(members.name("given_name")),
        family_name=_personal(family_name),
        date_of_birth=_personal(members.day("birthdate")),
        identifiers=tuple(
            LearnerIdentifier(identifier.scheme, Personal(identifier.value))
            for identifier in read_identifiers(members, "learner_identifiers")
        ),
        id=members.iri("sub"),
    )


def _grade(members: Members) -> Grade | None:
    """Element 14: without its value, a scale says nothing."""
    value, scale = members.name("assessment_grade"), members.inside("grade")
    if value is None:
        return None
    scale = scale or Members({}, at="/grade", problems=members.problems)
    return Grade(
        value=Personal(value),
        scale=tuple(scale.text_value(item, "scale", number, prose=False) for number, item in scale.items("scale")),
        minimum=scale.name("minimum"),
        maximum=scale.name("maximum"),
        required=scale.name("required"),
        name=scale.name("name") or "Grade",
        result_type=scale.name("result_type") or "Result",
    )


def _contradictions(found: MicroCredential, claims: JsonObject) -> tuple[Problem, ...]:
    """The EU's claims, and the token's own, against what was read from ours."""
    written = write(found)
    names = (*eu_claims(found), "date_of_expiry", *EU_DISCLOSABLE, "nbf", "exp")
    return tuple(
        Problem(MALFORMED_VALUE_ERROR, pointer(name), "says something else than the claims that are shown beside it")
        for name in dict.fromkeys(names)
        if name in claims and not _same(claims[name], written.get(name))
    )


def _same(said: object, written: object) -> bool:
    # 1 and True are equal in Python alone.
    return said == written and isinstance(said, bool) == isinstance(written, bool)


def _personal(value: T | None) -> Personal[T] | None:
    return None if value is None else Personal(value)


__all__ = ["DISCLOSABLE", "EU_TYPE", "TYPE", "problems", "read", "type_metadata", "write"]
