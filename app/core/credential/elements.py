"""The sixteen elements of the European Standard, as the one table that all shapes of them are held to.

Council Recommendation 2022/C 243/02, Annex I.
"""

from dataclasses import dataclass
from enum import StrEnum


class Presence(StrEnum):
    """Annex I: its mandatory elements, the one that stands "where applicable", and the optional ones."""

    MANDATORY = "mandatory"
    WHERE_APPLICABLE = "where applicable"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class Element:
    """One row. Several paths: any of them may say it (7: credits or hours; 8: a level, or why there is none).

    `fields` are paths in `MicroCredential`; `request` are JSON Pointers into the body of `POST /awards`, none where the
    institution itself is the answer; `terms` are of our context, none where Open Badges has its own; `headings` are the
    keys of the Europass field labels, in 29 languages, that fit.
    """

    number: int
    name: str
    presence: Presence
    fields: tuple[str, ...]
    request: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()


_M, _W, _O = Presence.MANDATORY, Presence.WHERE_APPLICABLE, Presence.OPTIONAL

ELEMENTS: tuple[Element, ...] = (
    Element(1, "Identification of the learner", _M, ("learner",), ("/learner",)),
    Element(
        2, "Title of the micro-credential", _M, ("achievement.title",), ("/achievement/title",), ("title",), ("title",)
    ),
    Element(
        3, "Country(ies)/Region(s) of the issuer", _M, ("issuer.country", "issuer.region"), (), (), ("issuer.country",)
    ),
    Element(
        4,
        "Awarding body(ies)",
        _M,
        ("issuer", "achievement.awarding_body"),
        ("/achievement/awardingBody",),
        ("awardingBody",),
        ("issuer", "awardingBody"),
    ),
    Element(5, "Date of issuing", _M, ("awarded_date",), ("/awardedDate",), (), ("awardingDate",)),
    Element(
        6,
        "Learning outcomes",
        _M,
        ("achievement.learning_outcome",),
        ("/achievement/learningOutcome",),
        ("learningOutcome",),
        ("learningOutcomes",),
    ),
    Element(
        7,
        "Notional workload needed to achieve the learning outcomes",
        _M,
        ("achievement.credit_point", "achievement.volume_of_learning"),
        ("/achievement/creditPoint", "/achievement/volumeOfLearning"),
        ("creditPoint", "volumeOfLearning"),
        ("creditPoints", "volumeOfLearning"),
    ),
    Element(
        8,
        "Level (and cycle, if applicable) of the learning experience",
        _W,
        (
            "achievement.eqf_level",
            "achievement.nqf_level",
            "achievement.qf_ehea_cycle",
            "achievement.level_not_applicable",
        ),
        (
            "/achievement/eqfLevel",
            "/achievement/nqfLevel",
            "/achievement/qfEheaCycle",
            "/achievement/levelNotApplicable",
        ),
        ("eqfLevel", "nqfLevel", "qfEheaCycle", "levelNotApplicable"),
        ("eqfLevel", "nqfLevel"),
    ),
    Element(
        9,
        "Type of assessment",
        _M,
        ("achievement.assessment_type",),
        ("/achievement/assessmentType",),
        ("assessmentType",),
        ("assessmentType",),
    ),
    Element(
        10,
        "Form of participation in the learning activity",
        _M,
        ("achievement.mode",),
        ("/achievement/mode",),
        ("mode",),
        ("modeOfLearning",),
    ),
    Element(
        11,
        "Type of quality assurance used to underpin the micro-credential",
        _M,
        ("achievement.quality_assurance",),
        ("/achievement/qualityAssurance",),
        ("qualityAssurance",),
        ("accreditation",),
    ),
    Element(
        12,
        "Prerequisites needed to enrol in the learning activity",
        _O,
        ("achievement.entry_requirement",),
        ("/achievement/entryRequirement",),
        ("entryRequirement",),
        ("entryRequirements",),
    ),
    Element(
        13,
        "Supervision and identity verification during assessment",
        _O,
        ("achievement.supervision_verification",),
        ("/achievement/supervisionVerification",),
        ("supervisionVerification",),
        ("supervisionIdVerification",),
    ),
    Element(14, "Grade achieved", _O, ("grade",), ("/grade",), (), ("grade",)),
    Element(
        15,
        "Integration/stackability options",
        _O,
        ("achievement.stackability", "achievement.stacks_into"),
        ("/achievement/stackability", "/achievement/stacksInto"),
        ("stackability", "stacksInto"),
        ("partialQualification",),
    ),
    Element(
        16,
        "Further information",
        _O,
        ("achievement.further_information",),
        ("/achievement/furtherInformation",),
        ("furtherInformation",),
        ("otherInformation",),
    ),
)


def element(number: int) -> Element:
    """The row of that number, 1 to 16."""
    return ELEMENTS[number - 1]
