"""The shape of the body of `POST /awards` as JSON Schema, for people and their programs.

`award_request.read` is the parser and knows more than a schema can say; a test holds the two together.
"""

from app.core.problems import JsonObject

# Open Badges 3.0, ResultType.
RESULT_TYPES = (
    "GradePointAverage",
    "LetterGrade",
    "Percent",
    "PerformanceLevel",
    "PredictedScore",
    "RawScore",
    "Result",
    "RubricCriterion",
    "RubricCriterionLevel",
    "RubricScore",
    "ScaledScore",
    "Status",
)


def _text(description: str, **more: object) -> JsonObject:
    return {"type": "string", "description": description, **more}


def _languages(description: str) -> JsonObject:
    return {
        "type": "object",
        "description": f"{description} Language map: BCP 47 tag → text.",
        "minProperties": 1,
        "additionalProperties": {"type": "string", "minLength": 1},
        "examples": [{"en": "…"}],
    }


def _object(said: str, required: tuple[str, ...], /, **properties: JsonObject) -> JsonObject:
    return {
        "type": "object",
        "description": said,
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


def _list(items: JsonObject, description: str) -> JsonObject:
    return {"type": "array", "description": description, "items": items, "minItems": 1, "maxItems": 100}


_OWN = _object(
    "A concept of the institution's own.",
    ("id",),
    id=_text("Absolute IRI.", format="uri"),
    prefLabel=_languages("Label."),
    notation=_text("Code."),
)


def _concept(description: str, *labels: str, own: bool = True) -> JsonObject:
    said = f"{description} A label of the EU's list in any language it has, a notation, a URI"
    listed = f": {'; '.join(labels)}." if labels else "."
    choices: list[JsonObject] = [{"type": "string"}, {"type": "integer"}, _OWN]
    return {
        "description": said + (", or a concept of your own" if own else "") + listed,
        "anyOf": choices,
        "examples": list(labels),
    }


_IDENTIFIERS = _list(
    _object(
        "An identifier and its scheme.",
        ("scheme", "value"),
        scheme=_text("Of Open Badges' identifier types, or an extension.", examples=["identifier", "ext:ROR"]),
        value=_text("As the scheme writes it."),
    ),
    "Identifiers in registers.",
)

_ORGANISATION = _object(
    "An organisation. Described once; elsewhere in the same request its `id` alone will do.",
    ("id",),
    id=_text("Absolute IRI or DID.", format="uri"),
    name=_text("Name."),
    country=_text("ISO 3166-1 alpha-2 code.", pattern="^[A-Z]{2}$"),
    region=_text("Region."),
    locality=_text("Town."),
    streetAddress=_text("Street and number."),
    postalCode=_text("Postal code."),
    url=_text("Home page.", format="uri"),
    email=_text("Address for enquiries."),
    legalIdentifier=_text("As on eIDAS certificates, like VATIE-0000000X."),
    identifier=_IDENTIFIERS,
)

_SKILL: JsonObject = {
    "anyOf": [
        {"type": "string", "format": "uri"},
        _object("A skill with its name.", ("id",), id=_text("URI.", format="uri"), prefLabel=_languages("Name.")),
    ]
}

_LEARNER = _object(
    "Element 1: who achieved it. Names as typed, in Unicode's composed form (NFC).",
    ("fullName",),
    fullName=_text("As it is to stand on the credential.", minLength=1),
    givenName=_text("Given name."),
    familyName=_text("Family name."),
    dateOfBirth=_text("Calendar day.", format="date"),
    email=_text("Signed only on request, and then as a salted hash.", format="email"),
    identifier=_IDENTIFIERS,
    id=_text("A DID of the learner's wallet.", format="uri"),
)

_LEARNING_OUTCOME = _object(
    "What the learner knows, understands or can do.",
    ("title",),
    id=_text("Absolute IRI; made of the content where absent.", format="uri"),
    title=_languages("The outcome."),
    relatedESCOSkill=_list(_SKILL, "Skills of ESCO."),
    relatedSkill=_list(_SKILL, "Skills of another framework."),
)

_CREDIT_POINT = _object(
    "Credits of one system.",
    ("framework", "point"),
    framework=_concept(
        "Element 7: the credit system.",
        "European Credit Transfer System",
        "European credit system for vocational education and training",
    ),
    point={
        "description": "Number of credits, at most two decimals.",
        "anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,2})?$"}],
        "examples": [3],
    },
)

_QUALITY_ASSURANCE = _object(
    "How quality is assured, and by whom.",
    ("accreditationType",),
    accreditationType=_concept(
        "Element 11: the type.",
        "Institutional License",
        "Program Quality Assurance",
        "Institutional Quality Assurance",
        "Program License",
        "EQAR Institutional accreditation",
    ),
    title=_languages("Title of the decision or report."),
    description=_languages("What it says."),
    reference=_text("Its number."),
    accreditingAgent=_ORGANISATION,
    report=_text("Where to read it.", format="uri"),
)

_ACHIEVEMENT = _object(
    "What was achieved: the same for every learner of a class.",
    ("title", "learningOutcome", "assessmentType", "mode", "qualityAssurance"),
    id=_text("Absolute IRI; made of the content where absent.", format="uri"),
    language=_text("The language that `title` and the other maps all have; the title's first where absent."),
    title=_languages("Element 2."),
    description=_languages("What it is; the title where absent."),
    criteria=_languages("What one does to achieve it; Markdown."),
    awardingBody=_list(_ORGANISATION, "Element 4: those who award beside the institution itself."),
    learningOutcome=_list(_LEARNING_OUTCOME, "Element 6."),
    creditPoint=_list(_CREDIT_POINT, "Element 7, in credits."),
    volumeOfLearning=_text(
        "Element 7, in hours and minutes (xsd:duration).",
        pattern="^PT(?=[0-9])([0-9]+H)?([0-9]+M)?$",
        examples=["PT75H"],
    ),
    eqfLevel=_concept("Element 8: level of the EQF.", *(f"Level {level}" for level in range(1, 9)), own=False),
    nqfLevel=_list(_concept("Level of a national framework."), "Element 8: levels of national frameworks."),
    qfEheaCycle=_concept(
        "Element 8: cycle of the QF-EHEA.", "Short cycle", "First cycle", "Second cycle", "Third cycle", own=False
    ),
    levelNotApplicable=_languages("Element 8, where no level applies: why."),
    assessmentType=_list(
        _concept(
            "Type of assessment.",
            "peer assessment",
            "marked assignment",
            "continuous evaluation",
            "portfolio",
            "group performance",
            "practical assessment",
            "written examination",
            "level of attendance",
            "project work",
            "peer review",
            "quiz",
            "problem based learning",
            "oral examination",
            "artefact assessment",
        ),
        "Element 9.",
    ),
    mode=_list(
        _concept(
            "Form of participation.",
            "Workbased",
            "Project based",
            "Presential",
            "Online",
            "Blended",
            "Research-Lab based",
        ),
        "Element 10.",
    ),
    qualityAssurance=_list(_QUALITY_ASSURANCE, "Element 11."),
    entryRequirement=_languages("Element 12."),
    supervisionVerification=_concept(
        "Element 13.",
        "Unsupervised with ID Verification",
        "Unsupervised without ID Verification",
        "Supervised with ID Verification",
        "Supervised without ID Verification",
        own=False,
    ),
    stackability=_concept(
        "Element 15.",
        "Stand-alone, independent micro-credential",
        "Integrated, stackable towards another credential",
        own=False,
    ),
    stacksInto=_list(
        {"type": "string", "format": "uri"}, "Element 15: the programmes or credentials it counts towards."
    ),
    furtherInformation=_languages("Element 16."),
    identifier=_IDENTIFIERS,
    thematicArea=_list(_concept("Field of education and training, ISCED-F 2013."), "Fields."),
    learningOpportunityType=_concept(
        "Type of learning opportunity.",
        "Course",
        "Programme module",
        "Mentoring",
        "MOOC",
        "Apprenticeship",
        "Study visit",
        "Short learning programme",
        "Internship",
        "Educational programme",
        "Class",
        "Service learning",
        "Thesis",
    ),
)
_ACHIEVEMENT["anyOf"] = [{"required": ["creditPoint"]}, {"required": ["volumeOfLearning"]}]

_GRADE = _object(
    "Element 14.",
    ("value",),
    value=_text("The grade achieved, as the institution writes it."),
    name=_text("What was graded."),
    scale=_list({"type": "string"}, "The possible grades, from low to high."),
    minimum=_text("The lowest grade of a scale of numbers."),
    maximum=_text("The highest grade of a scale of numbers."),
    required=_text("The grade needed to pass."),
    resultType=_text("Of Open Badges' result types, or an extension.", examples=["LetterGrade", "ext:ECTSGradeScore"]),
)

REQUEST_SCHEMA: JsonObject = _object(
    "A micro-credential to be awarded by the institution that calls, which itself is elements 3 and 4.",
    ("learner", "awardedDate", "achievement"),
    learner=_LEARNER,
    awardedDate=_text("Element 5: a calendar day in the institution's time zone.", format="date"),
    validFrom=_text("From when it is in force; from now on where absent.", format="date-time"),
    validUntil=_text("Until when; without end where absent.", format="date-time"),
    supersedes=_text("The id of a credential that this one replaces.", format="uri"),
    achievement=_ACHIEVEMENT,
    grade=_GRADE,
)
