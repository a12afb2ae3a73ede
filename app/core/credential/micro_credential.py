"""WHAT is claimed: the sixteen elements of the European Standard, typed, once.

Council Recommendation of 16 June 2022 on a European approach to micro-credentials, 2022/C 243/02, Annex I.
Every shape of a credential (`open_badge` and those to come) is written from, and read back to, what stands here.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.core.personal import Personal

# The European Credit Transfer System, in the EU's list of credit systems.
ECTS = "http://data.europa.eu/snb/education-credit/6fcec5c5af"


@dataclass(frozen=True, slots=True)
class LanguageMap:
    """The same text in one or more languages (BCP 47 tags, in the order given)."""

    entries: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        if not self.entries:
            raise ValueError("a language map has at least one language")

    def best(self, *languages: str) -> tuple[str, str]:
        """(language, text): the first wanted language that is there (`de-AT` finds `de`), else English, else any."""
        known = dict(self.entries)
        for wanted in (*languages, "en"):
            for tag in (wanted, wanted.partition("-")[0]):
                if tag in known:
                    return tag, known[tag]
        return self.entries[0]

    def as_json(self) -> dict[str, str]:
        return dict(self.entries)


@dataclass(frozen=True, slots=True)
class Concept:
    """A term of a controlled vocabulary: the EU's, or an institution's own, which then carries its label with it."""

    uri: str
    pref_label: LanguageMap
    notation: str | None = None


@dataclass(frozen=True, slots=True)
class Identifier:
    """What a register knows an organisation or achievement by; `scheme` as in Open Badges: `identifier`, `ext:ROR`."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True)
class LearnerIdentifier:
    """An identifier that the institution knows the learner by; `scheme` e.g. `sisSourcedId`, `ext:studentNumber`."""

    scheme: str
    value: Personal[str]


@dataclass(frozen=True, slots=True)
class Learner:
    """Element 1. Names stay as typed (NFC). `id` is a DID of the learner's own wallet, where one is known."""

    full_name: Personal[str]
    given_name: Personal[str] | None = None
    family_name: Personal[str] | None = None
    date_of_birth: Personal[date] | None = None
    email: Personal[str] | None = None
    identifiers: tuple[LearnerIdentifier, ...] = ()
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    """Elements 3 and 4: an institution, a partner that awards with it, or a quality agency.

    `id` is an absolute URL or DID; `country` ISO 3166-1 alpha-2; `legal_identifier` as on eIDAS certificates.
    """

    id: str
    name: str
    country: str | None = None
    region: str | None = None
    locality: str | None = None
    street_address: str | None = None
    postal_code: str | None = None
    url: str | None = None
    email: str | None = None
    legal_identifier: str | None = None
    identifiers: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill of ESCO or of another framework, by its URI, and by its name where the institution gave one."""

    uri: str
    pref_label: LanguageMap | None = None


@dataclass(frozen=True, slots=True)
class LearningOutcome:
    """Element 6: what the learner knows, understands and can do."""

    id: str
    title: LanguageMap
    related_esco_skill: tuple[Skill, ...] = ()
    related_skill: tuple[Skill, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditPoint:
    """Element 7 in credits: `framework` says of what system (ECTS, ECVET, or an institution's own)."""

    framework: Concept
    point: Decimal


@dataclass(frozen=True, slots=True)
class QualityAssurance:
    """Element 11: how the quality of the micro-credential is assured, and by whom.

    `report` is a URL; `reference` the number of the decision or report, as its agency writes it.
    """

    accreditation_type: Concept
    title: LanguageMap | None = None
    description: LanguageMap | None = None
    reference: str | None = None
    accrediting_agent: Organisation | None = None
    report: str | None = None


@dataclass(frozen=True, slots=True)
class Grade:
    """Element 14: the grade achieved, as the institution writes it, and the scale it stands on.

    `scale` lists the possible grades from low to high; `minimum` and `maximum` bound one of numbers. `result_type` is
    of Open Badges' ResultType. `name` says what was graded, in the achievement's language.
    """

    value: Personal[str]
    scale: tuple[str, ...] = ()
    minimum: str | None = None
    maximum: str | None = None
    required: str | None = None
    name: str = "Grade"
    result_type: str = "Result"


@dataclass(frozen=True, slots=True)
class Achievement:
    """What was achieved: the same for every learner of a class (elements 2 and 6 to 16, save the grade)."""

    id: str
    title: LanguageMap  # 2
    language: str  # BCP 47: the one language that Open Badges' own `name` and `description` are written in
    description: LanguageMap
    learning_outcome: tuple[LearningOutcome, ...]  # 6
    credit_point: tuple[CreditPoint, ...]  # 7
    volume_of_learning: str | None  # 7: xsd:duration in hours and minutes, `PT60H`
    eqf_level: Concept | None  # 8
    nqf_level: tuple[Concept, ...]  # 8
    qf_ehea_cycle: Concept | None  # 8
    level_not_applicable: LanguageMap | None  # 8: the institution's reason
    assessment_type: tuple[Concept, ...]  # 9
    mode: tuple[Concept, ...]  # 10
    quality_assurance: tuple[QualityAssurance, ...]  # 11
    awarding_body: tuple[Organisation, ...] = ()  # 4: those who award beside the issuer
    criteria: LanguageMap | None = None
    entry_requirement: LanguageMap | None = None  # 12
    supervision_verification: Concept | None = None  # 13
    stackability: Concept | None = None  # 15
    stacks_into: tuple[str, ...] = ()  # 15
    further_information: LanguageMap | None = None  # 16
    identifiers: tuple[Identifier, ...] = ()
    thematic_area: tuple[Concept, ...] = ()
    learning_opportunity_type: Concept | None = None

    def ects(self) -> Decimal | None:
        """The ECTS credits, where the workload is given in them."""
        return next((credit.point for credit in self.credit_point if credit.framework.uri == ECTS), None)


@dataclass(frozen=True, slots=True)
class MicroCredential:
    """One micro-credential of one learner: all that is claimed, and nothing of how it is signed.

    `awarded_date` is midnight of the awarding day with the offset of the institution's time zone (element 5): it is
    shown as that day to every reader. `valid_from` and `valid_until` bound the credential's force.
    """

    learner: Learner
    achievement: Achievement
    issuer: Organisation
    awarded_date: datetime
    valid_from: datetime
    valid_until: datetime | None = None
    grade: Grade | None = None
    supersedes: str | None = None
