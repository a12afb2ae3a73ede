"""The sources, and how each one's format maps onto a request: facts are moved, never made."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.core.credential import vocabularies
from app.core.credential.micro_credential import Identifier, Organisation
from app.core.json_ld import Contexts
from app.core.problems import JsonObject

Mapped = tuple[Organisation, JsonObject]


@dataclass(frozen=True)
class Source:
    """One published file. `missing` is what our refusal must name: (problem, pointer), no more and no less.

    `said_as`: facts that the badge says in other words, source pointer → those words. `left_out`: pattern of source
    pointers → why such a fact is not in the badge.
    """

    name: str
    file: str
    time_zone: str
    read: Callable[[JsonObject, Contexts], Mapped]
    missing: frozenset[tuple[str, str]]
    said_as: Mapping[str, object] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)


def _known(**members: Any) -> JsonObject:
    """The members that the source has."""
    return {name: value for name, value in members.items() if value not in (None, [], {})}


# ── SURF edubadges: Open Badges 3.0 with terms of their own ──────────────────────────────────────────────────────────


def read_surf(document: JsonObject, _: Contexts) -> Mapped:
    issuer, subject = document["issuer"], document["credentialSubject"]
    about, address = subject["achievement"], document["issuer"]["address"]
    language = about["inLanguage"]
    organisation = Organisation(
        id=issuer["id"],
        name=issuer["name"],
        country=address["addressCountryCode"],
        locality=address["addressLocality"],
        street_address=address["streetAddress"],
        postal_code=address["postalCode"],
        identifiers=tuple(
            Identifier(entry["identifierType"], entry["identifier"]) for entry in issuer.get("otherIdentifier", [])
        ),
    )
    program = about.get("educationProgramIdentifier")
    request = {
        "learner": {"id": subject["id"]},
        "awardedDate": document["validFrom"][:10],
        "validFrom": document["validFrom"],
        "validUntil": document["validUntil"],
        "achievement": _known(
            id=about["id"],
            language=language,
            title={language: about["name"]},
            description={language: about["description"]},
            criteria={language: about["criteria"]["narrative"]},
            creditPoint=[{"framework": "ECTS", "point": about["ECTS"]}] if "ECTS" in about else None,
            volumeOfLearning=f"PT{about['SBU']}H" if "SBU" in about else None,
            eqfLevel=next((a["targetCode"] for a in about["alignment"] if a["targetType"] == "ext:EQF"), None),
            assessmentType=[about["assessmentType"]],
            mode=[about["participationType"]],
            supervisionVerification=about["supervisionType"],
            qualityAssurance=[
                {
                    "title": {language: aligned["targetName"]},
                    "description": {language: aligned["targetDescription"]},
                    "reference": aligned["targetCode"],
                    "report": aligned["targetUrl"],
                }
                for aligned in about["alignment"]
                if aligned["targetType"] == "ext:QualityAssurance"
            ],
            identifier=[{"scheme": "ext:educationProgramIdentifier", "value": str(program)}] if program else None,
        ),
        "grade": _open_badges_grade(subject["result"][0], about["resultDescription"][0]),
    }
    return organisation, request


def _open_badges_grade(result: JsonObject, scale: JsonObject) -> JsonObject:
    return _known(
        value=result["value"],
        name=scale["name"],
        minimum=scale.get("valueMin"),
        maximum=scale.get("valueMax"),
        required=scale.get("requiredValue"),
        resultType=scale["resultType"],
    )


# ── MIT: Open Badges 3.0 ─────────────────────────────────────────────────────────────────────────────────────────────


def read_mit(document: JsonObject, _: Contexts) -> Mapped:
    subject = document["credentialSubject"]
    about = subject["achievement"]
    name = next(identity for identity in subject["identifier"] if identity["identityType"] == "name")
    request = {
        "learner": {"fullName": name["identityHash"]},
        "awardedDate": document["validFrom"][:10],
        "validFrom": document["validFrom"],
        "validUntil": document["validUntil"],
        "achievement": {
            "id": about["id"],
            "title": {"en": about["name"]},
            "description": {"en": about["description"]},
            "criteria": {"en": about["criteria"]["narrative"]},
            "learningOpportunityType": about["achievementType"],
        },
    }
    return Organisation(document["issuer"]["id"], document["issuer"]["name"]), request


# ── the Commission's sample: European Learning Model ─────────────────────────────────────────────────────────────────

# Its times are midnights there.
_BRUSSELS = ZoneInfo("Europe/Brussels")


def read_elm(document: JsonObject, contexts: Contexts) -> Mapped:
    person = document["credentialSubject"]
    claim = person["hasClaim"]
    about, assessment = claim["specifiedBy"], claim["provenBy"]
    request = {
        "learner": {
            "fullName": person["fullName"]["en"],
            "givenName": person["givenName"]["en"],
            "familyName": person["familyName"]["en"],
            "dateOfBirth": _day(person["dateOfBirth"]),
            "email": person["contactPoint"]["emailAddress"]["id"].removeprefix("mailto:"),
            "identifier": [{"scheme": "nationalIdentityNumber", "value": person["nationalID"]["notation"]}],
            "id": person["id"],
        },
        "awardedDate": _day(document["validFrom"]),
        "validFrom": document["validFrom"],
        "achievement": {
            "id": about["id"],
            "language": "en",
            "title": about["title"],
            "description": claim["influencedBy"]["description"],
            "criteria": assessment["specifiedBy"]["gradingScheme"]["description"],
            "learningOutcome": [_elm_outcome(outcome) for outcome in about["learningOutcome"]],
            "creditPoint": [
                {"framework": _elm_concept(credit["framework"]), "point": credit["point"]}
                for credit in _each(about["creditPoint"])
            ],
            "volumeOfLearning": about["volumeOfLearning"],
            "eqfLevel": _elm_concept(about["eqfLevel"]),
            "nqfLevel": [_elm_concept(level) for level in _each(about["nqfLevel"])],
            "assessmentType": [_elm_concept(assessment["specifiedBy"]["dcType"])],
            "mode": [_elm_concept(mode) for mode in _each(about["mode"])],
            "entryRequirement": about["entryRequirement"]["noteLiteral"],
            "supervisionVerification": _elm_concept(assessment["idVerification"]),
            "thematicArea": [_elm_concept(area) for area in _each(about["thematicArea"])],
            "learningOpportunityType": _elm_concept(about["dcType"]),
            "identifier": [{"scheme": "identifier", "value": document["identifier"]["notation"]}],
        },
        "grade": {"value": assessment["grade"]["noteLiteral"]["en"], "name": assessment["title"]["en"]},
    }
    return _elm_organisation(claim["awardedBy"]["awardingBody"], contexts), request


def _elm_organisation(body: JsonObject, contexts: Contexts) -> Organisation:
    address = body["location"]["address"]
    country = vocabularies.vocabulary(contexts, vocabularies.COUNTRIES).by_uri(address["countryCode"]["id"])
    return Organisation(
        id=body["id"],
        name=body["legalName"]["en"],
        country=country.notation if country else None,
        region=body["location"]["spatialCode"]["prefLabel"]["en"],
        street_address=address["fullAddress"]["noteLiteral"]["en"],
        url=body["homepage"]["contentURL"],
        identifiers=(
            Identifier("ext:VATIdentifier", body["vatIdentifier"]["notation"]),
            Identifier("ext:registration", body["registration"]["notation"]),
            Identifier("identifier", body["identifier"]["notation"]),
        ),
    )


def _elm_outcome(outcome: JsonObject) -> JsonObject:
    return _known(
        id=outcome["id"],
        title=outcome["title"],
        relatedESCOSkill=[_elm_skill(skill) for skill in _each(outcome.get("relatedESCOSkill"))],
        relatedSkill=[_elm_skill(skill) for skill in _each(outcome.get("relatedSkill"))],
    )


def _elm_concept(concept: JsonObject) -> JsonObject:
    return {"id": concept["id"], "prefLabel": concept["prefLabel"]}


_elm_skill = _elm_concept


def _each(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _day(moment: str) -> str:
    return str(datetime.fromisoformat(moment).astimezone(_BRUSSELS).date())


# ── what is left out, and why ────────────────────────────────────────────────────────────────────────────────────────

_SHAPE = "says what shape a node has in the source's own model; the badge has its own"
_PICTURE = "a picture says nothing of the sixteen elements"
_SOURCE_CREDENTIAL = "is of the source's own credential, which this one does not continue"

_OPEN_BADGES = {
    r"/@context/\d+": _SHAPE,
    r"/id": _SOURCE_CREDENTIAL,
    r"(/[^/]+)*/type(/\d+)?": _SHAPE,
    r"(/[^/]+)*/image/.*": _PICTURE,
}
_SURF = _OPEN_BADGES | {
    r"/credentialSchema/.*": _SOURCE_CREDENTIAL,
    r"/issuer/address/addressCountry": "the country's name, which its code says in every language",
    r"/credentialSubject/achievement/alignment/\d+/targetType": _SHAPE,
    r"/credentialSubject/achievement/alignment/\d+/target(Name|Url)": "what the EU's own concept of the level says",
    r"/credentialSubject/achievement/identityChecked": "what supervisionType says as well",
    r"/credentialSubject/achievement/supervisionType": "the EU's concept says it; Annex I closes this list",
    r"/credentialSubject(/achievement)?/result(Description)?/0/(id|resultDescription)": "the link inside the source",
}
_MIT = _OPEN_BADGES | {
    r"/proof/.*": _SOURCE_CREDENTIAL,
    r"/credentialSubject/activity(Start|End)Date": "when one learned is no element of Annex I",
    r"/credentialSubject/identifier/0/salt": "a name that is not hashed has no salt",
}
_ELM = {
    r"/@context/\d+": _SHAPE,
    r"/id": _SOURCE_CREDENTIAL,
    r"/credential(Schema|Profiles)/.*": _SOURCE_CREDENTIAL,
    r"/displayParameter/.*": "how the source is drawn, in pictures and once more in words",
    r"(/[^/]+)*/type(/\d+)?": _SHAPE,
    r"(/[^/]+)*/logo/.*": _PICTURE,
    r"(/[^/]+)*/inScheme/.*": "the list of a concept, which its URI says",
    r"(/[^/]+)*/(spatialCode|relatedESCOSkill(/\d+)?)/notation": "here the name of a concept's list, not its code",
    r"(/[^/]+)*/countryCode/.*|(/[^/]+)*/spatial/.*": "a country is said by its ISO 3166-1 code",
    r"(/[^/]+)*/spatialCode/id": "the code of the region, which is said by its name",
    r"/(issuer|credentialSubject)(/[^/]+)*/"
    r"(contactPoint|nationalID|awardedBy|vatIdentifier|registration|identifier|homepage|address|fullAddress|location"
    r"|entryRequirement|creditPoint|grade|gradingScheme|specifiedBy|influencedBy|provenBy|hasClaim)/id": _SHAPE,
    r"/identifier/(id|schemeName)": _SHAPE,
    r"(/[^/]+)*/identifier/schemeName": "Open Badges has no scheme of that name",
    r"(/[^/]+)*/altLabel/en": "a short name beside the legal one",
    r"(/[^/]+)*/groupMemberOf/.*": "an alliance that the university is in",
    r"(/[^/]+)*/emailAddress/id": "an e-mail address is signed on request alone, and then hashed",
    r"/credentialSubject/hasClaim/influencedBy/(?!awardedBy|description).*": "the activity is no element of Annex I",
    r"/credentialSubject/hasClaim/provenBy/assessedBy/.*": "who assessed is no element of Annex I",
    r"/credentialSubject/hasClaim/provenBy/specifiedBy/(title|mode|language)/.*": "said by its type",
    r"/credentialSubject/hasClaim/provenBy/specifiedBy/gradingScheme/title/en": "the criteria are what it says",
    r"/credentialSubject/hasClaim/specifiedBy/isPartialQualification": "no statement on stacking (element 15)",
    r"/credentialSubject/hasClaim/specifiedBy/(learningSetting/.*|maximumDuration)": "no element of Annex I",
    r"/credentialSubject/hasClaim/specifiedBy/language/.*": "said by inLanguage",
    r"/credentialSubject/hasClaim/specifiedBy/learningOutcome/\d+/reusabilityLevel/.*": "no element of Annex I",
}


def why_left_out(source: Source, at: str) -> str | None:
    return next((why for pattern, why in source.left_out.items() if re.fullmatch(pattern, at)), None)


_M, _U = "MISSING_ELEMENT", "UNKNOWN_VALUE"
_SURF_MISSING = {
    (_M, "/learner/fullName"),
    (_M, "/achievement/learningOutcome"),
    (_U, "/achievement/assessmentType/0"),
    (_U, "/achievement/mode/0"),
    (_U, "/achievement/supervisionVerification"),
}

SOURCES = (
    Source(
        name="surf_mbob",
        file="surf__mbob_ht_pf_microcredential_full.json",
        time_zone="Europe/Amsterdam",
        read=read_surf,
        missing=frozenset({*_SURF_MISSING, (_M, "/achievement/qualityAssurance")}),
        said_as={
            "/credentialSubject/achievement/SBU": "PT240H",
            "/credentialSubject/achievement/educationProgramIdentifier": "20121346",
        },
        left_out=_SURF,
    ),
    Source(
        name="surf_theed",
        file="surf__theed_microcredential_full_ho.json",
        time_zone="Europe/Amsterdam",
        read=read_surf,
        missing=frozenset({*_SURF_MISSING, (_U, ""), (_M, "/achievement/qualityAssurance/0/accreditationType")}),
        left_out=_SURF | {r"/issuer/address/addressCountryCode": "XX is the code of no country"},
    ),
    Source(
        name="surf_uvh",
        file="surf__uvh_at_microcredential_full_1.json",
        time_zone="Europe/Amsterdam",
        read=read_surf,
        missing=frozenset({*_SURF_MISSING, (_M, "/achievement/qualityAssurance/0/accreditationType")}),
        said_as={"/credentialSubject/achievement/educationProgramIdentifier": "20121350"},
        left_out=_SURF,
    ),
    Source(
        name="mit_course",
        file="mit__courseCertificate.json",
        time_zone="America/New_York",
        read=read_mit,
        missing=frozenset(
            {
                (_M, ""),
                (_M, "/achievement/learningOutcome"),
                (_M, "/achievement/creditPoint"),
                (_M, "/achievement/eqfLevel"),
                (_M, "/achievement/assessmentType"),
                (_M, "/achievement/mode"),
                (_M, "/achievement/qualityAssurance"),
            }
        ),
        left_out=_MIT,
    ),
    Source(
        name="commission_annex_i",
        file="elmgh__Sample-MC-Annex1-unsigned.jsonld",
        time_zone="Europe/Brussels",
        read=read_elm,
        missing=frozenset({(_M, "/achievement/qualityAssurance")}),
        said_as={"/credentialSubject/dateOfBirth": "1999-10-02"},
        left_out=_ELM,
    ),
)
