"""Bodies of `POST /awards` that work when sent: one with all sixteen elements, one with no more than it needs."""

from app.core.problems import JsonObject

_EU = "http://data.europa.eu"

EXAMPLE: JsonObject = {
    "learner": {
        "fullName": "Zoë Marković-Núñez",
        "givenName": "Zoë",
        "familyName": "Marković-Núñez",
        "dateOfBirth": "1994-02-17",
        "identifier": [{"scheme": "ext:studentNumber", "value": "20240117"}],
    },
    "awardedDate": "2026-06-30",
    "achievement": {
        "id": "https://institute.example/micro-credentials/data-literacy-2026",
        "title": {
            "en": "Data Literacy for Public Administration",
            "es": "Alfabetización en datos para la Administración pública",
        },
        "description": {
            "en": "How public bodies collect, read, question and publish data, and decide on it responsibly.",
            "es": "Cómo las administraciones recogen, leen, cuestionan y publican datos, y deciden con ellos.",
        },
        "criteria": {
            "en": "A data portfolio of four parts on a case from one's own office, and an oral examination on it.",
        },
        "awardingBody": [
            {
                "id": "https://academy.example",
                "name": "Academy of Public Service",
                "country": "ES",
                "region": "Aragón",
                "locality": "Zaragoza",
                "url": "https://academy.example/en",
            }
        ],
        "learningOutcome": [
            {
                "title": {
                    "en": "Assesses whether a data set answers a question of policy, and says what it can't answer",
                    "es": "Valora si un conjunto de datos responde a una cuestión de política, y dice qué no responde",
                },
                "relatedESCOSkill": [
                    {
                        "id": f"{_EU}/esco/skill/2b92a5b2-6758-4ee3-9fb4-b6387a55cc8f",
                        "prefLabel": {"en": "perform data analysis"},
                    }
                ],
            },
            {
                "title": {"en": "Presents figures so that people who decide can weigh them"},
                "relatedSkill": [f"{_EU}/snb/dcf/u69o196gu6"],
            },
        ],
        "creditPoint": [{"framework": "ECTS", "point": 3}],
        "volumeOfLearning": "PT75H",
        "eqfLevel": "6",
        "nqfLevel": ["CFC Level 6"],
        "qfEheaCycle": "First cycle",
        "assessmentType": ["portfolio", "oral examination"],
        "mode": ["Blended"],
        "qualityAssurance": [
            {
                "accreditationType": "Program Quality Assurance",
                "title": {"en": "Programme review 2025"},
                "description": {"en": "Approved without conditions until 2030."},
                "reference": "PR-2025-118",
                "accreditingAgent": {
                    "id": "https://quality.example",
                    "name": "Higher Education Quality Agency",
                    "country": "BE",
                },
                "report": "https://quality.example/reports/pr-2025-118",
            }
        ],
        "entryRequirement": {"en": "Two years of work in a public body, or a bachelor's degree."},
        "supervisionVerification": "Supervised with ID Verification",
        "stackability": "stackable",
        "stacksInto": ["https://institute.example/programmes/diploma-public-data"],
        "furtherInformation": {"en": "Course book and reading list: https://institute.example/data-literacy"},
        "identifier": [{"scheme": "identifier", "value": "DL-PA-26"}],
        "thematicArea": ["0413", "0688"],
        "learningOpportunityType": "Short learning programme",
    },
    "grade": {
        "value": "B",
        "name": "Portfolio and oral examination",
        "scale": ["F", "E", "D", "C", "B", "A"],
        "required": "E",
        "resultType": "LetterGrade",
    },
}

MINIMAL_EXAMPLE: JsonObject = {
    "learner": {"fullName": "Zoë Marković-Núñez"},
    "awardedDate": "2026-06-30",
    "achievement": {
        "title": {"en": "Data Literacy for Public Administration"},
        "learningOutcome": [{"title": {"en": "Assesses whether a data set answers a question of policy"}}],
        "volumeOfLearning": "PT75H",
        "levelNotApplicable": {"en": "It was not placed in a qualifications framework."},
        "assessmentType": ["portfolio"],
        "mode": ["Online"],
        "qualityAssurance": [{"accreditationType": "Institutional Quality Assurance"}],
    },
}
