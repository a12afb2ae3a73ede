"""The credential that is signed and verified by all: an Open Badge of 4 KB, which needs no context of our own."""

from app.core.problems import JsonObject

_SENTENCE = (
    "Reads, works with, and argues from data: asks what was counted, by whom and why, before saying what it means."
)


def badge(issuer: str, *, alignments: int = 7, ordered: bool = True, status: bool = True) -> JsonObject:
    """An unsigned one; with more alignments it is longer. `ordered` has a list in it, which not every peer can sign."""
    whole = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "urn:uuid:8c1dd9a0-91a8-4f0b-a0f1-1a3a2c1f8f11",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {
            "id": issuer,
            "type": ["Profile"],
            "name": "University of Examples",
            "url": "https://uni.example/",
            "email": "registry@uni.example",
            "address": {"type": ["Address"], "addressCountry": "IE", "addressLocality": "Dunmore"},
        },
        "validFrom": "2026-10-01T00:00:00Z",
        "validUntil": "2031-10-01T00:00:00Z",
        "name": "Data Literacy",
        "credentialStatus": {
            "id": "https://uni.example/status-lists/3#94567",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "94567",
            "statusListCredential": "https://uni.example/status-lists/3",
        },
        "credentialSubject": {
            "id": "did:example:learner",
            "type": ["AchievementSubject"],
            "activityEndDate": "2026-09-20T00:00:00Z",
            "creditsEarned": 2.5,
            "result": [{"type": ["Result"], "resultDescription": "urn:uuid:1f0b", "value": "A"}],
            "achievement": {
                "id": "https://uni.example/achievements/data-literacy",
                "type": ["Achievement"],
                "achievementType": "MicroCredential",
                "criteria": {"narrative": f"Passed the written examination. {_SENTENCE}"},
                "description": _SENTENCE,
                "name": "Data Literacy",
                "inLanguage": "en",
                "creditsAvailable": 2.5,
                "tag": ["data", "statistics", "argument"],
                "image": {"id": "https://uni.example/images/data-literacy.png", "type": "Image", "caption": "A chart"},
                "resultDescription": [
                    {
                        "id": "urn:uuid:1f0b",
                        "type": ["ResultDescription"],
                        "name": "Grade",
                        "resultType": "LetterGrade",
                        **({"allowedValue": ["A", "B", "C", "D", "E", "F"]} if ordered else {}),
                        "requiredValue": "D",
                    }
                ],
                "alignment": [
                    {
                        "type": ["Alignment"],
                        "targetName": f"Skill {number}: evaluates data critically",
                        "targetUrl": f"http://data.europa.eu/esco/skill/{number}",
                        "targetType": "ext:ESCOSkill",
                        "targetFramework": "ESCO",
                        "targetDescription": _SENTENCE,
                    }
                    for number in range(alignments)
                ],
            },
        },
    }
    return {name: value for name, value in whole.items() if status or name != "credentialStatus"}
