"""Generated award requests and micro-credentials: together they use every term of our context."""

import hashlib
import json
import unicodedata
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from app.adapters.contexts import load_contexts
from app.core.credential import award_request, vocabularies
from app.core.credential.micro_credential import Identifier, MicroCredential, Organisation
from app.core.credential.readable_text import wrong_in_text
from app.core.json_ld import Contexts
from app.core.problems import JsonObject

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
ISSUER = Organisation(
    "did:web:dunmore.example",
    "Dunmore University",
    country="IE",
    region="Leinster",
    locality="Dunmore",
    street_address="1 College Green",
    postal_code="D01 F5P2",
    url="https://dunmore.example",
    email="registry@dunmore.example",
    legal_identifier="VATIE-0000000X",
    identifiers=(Identifier("ext:ROR", "00x0x0x00"),),
)

_LANGUAGES = ("en", "de", "el", "fr", "ga", "sr-Latn", "pt-BR", "bg")
_ZONES = ("Europe/Dublin", "Europe/Athens", "Atlantic/Azores", "UTC", "Asia/Kathmandu", "Pacific/Apia")


@cache
def pinned() -> Contexts:
    return load_contexts(Path(__file__).resolve().parent.parent.parent / "contexts")


def award_requests() -> SearchStrategy[JsonObject]:
    """Bodies of `POST /awards` that are good, read at NOW for ISSUER."""
    return _members(
        {"learner": _learners(), "awardedDate": st.dates(_day("1950-01-01"), NOW.date()).map(str)},
        {
            "validFrom": st.just("2026-07-01T09:30:00+02:00"),
            "validUntil": st.sampled_from(["2031-08-30T00:00:00Z", "2030-01-01T00:00:00.25-03:30"]),
            "supersedes": _iris("credentials"),
            "grade": _grades(),
        },
    ).flatmap(lambda body: _achievements().map(lambda achievement: {**body, "achievement": achievement}))


def micro_credentials() -> SearchStrategy[MicroCredential]:
    """What those requests are read into."""
    return st.builds(
        lambda body, zone: award_request.read(body, contexts=pinned(), issuer=ISSUER, time_zone=zone, now=NOW),
        award_requests(),
        st.sampled_from(_ZONES),
    )


def _day(text: str) -> Any:
    return datetime.fromisoformat(text).date()


def _members(
    always: dict[str, SearchStrategy[Any]], sometimes: dict[str, SearchStrategy[Any]]
) -> SearchStrategy[JsonObject]:
    return st.fixed_dictionaries(always, optional=sometimes)


def _names() -> SearchStrategy[str]:
    letters = st.characters(codec="utf-8", categories=("L", "N", "P", "Zs"))
    return (
        st.text(letters, min_size=1, max_size=30)
        .map(lambda text: unicodedata.normalize("NFC", text))
        .filter(lambda text: not wrong_in_text(text, prose=False))
    )


def _prose() -> SearchStrategy[str]:
    return st.lists(_names(), min_size=1, max_size=3).map("\n\n".join)


def _language_maps(texts: SearchStrategy[str], *, also: str | None = None) -> SearchStrategy[JsonObject]:
    more = st.dictionaries(st.sampled_from(_LANGUAGES), texts, min_size=0 if also else 1, max_size=3)
    return more if also is None else st.builds(lambda own, others: {also: own, **others}, texts, more)


def _iris(kind: str) -> SearchStrategy[str]:
    return st.integers(1, 10**9).map(lambda number: f"https://dunmore.example/{kind}/{number}")


def _identifiers(*schemes: str) -> SearchStrategy[list[JsonObject]]:
    one = st.fixed_dictionaries({"scheme": st.sampled_from(schemes), "value": _names()})
    return st.lists(one, min_size=1, max_size=3, unique_by=lambda item: (item["scheme"], item["value"]))


def _learners() -> SearchStrategy[JsonObject]:
    return _members(
        {"fullName": _names()},
        {
            "givenName": _names(),
            "familyName": _names(),
            "dateOfBirth": st.dates(_day("1910-01-01"), _day("2015-01-01")).map(str),
            "email": st.just("zoe@example.org"),
            "identifier": _identifiers("sisSourcedId", "nationalIdentityNumber", "ext:studentNumber"),
            "id": st.just("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"),
        },
    )


def _concepts(name: str) -> SearchStrategy[Any]:
    """By a label that is only one concept's, by notation, by URI; or, where the list is open, one's own."""
    vocabulary = vocabularies.vocabulary(pinned(), name)
    known = [
        text
        for concept in vocabulary.concepts[:40]
        for text in (concept.uri, concept.notation or concept.uri, concept.pref_label.best("en")[1])
        if len(vocabulary.find(text)) == 1
    ]
    own = _members({"id": _iris(f"concepts/{name}"), "prefLabel": _language_maps(_names())}, {"notation": _names()})
    return st.sampled_from(known) if vocabulary.closed else st.one_of(st.sampled_from(known), own.map(_its_own_id))


def _its_own_id(concept: Any) -> Any:
    """Two concepts of one id would be one concept that is called two things."""
    digest = hashlib.sha256(json.dumps(concept, sort_keys=True).encode()).hexdigest()[:8]
    return {**concept, "id": f"{concept['id']}-{digest}"}


def _several(name: str) -> SearchStrategy[list[Any]]:
    return st.lists(_concepts(name), min_size=1, max_size=3, unique_by=lambda value: _uri(name, value))


def _uri(name: str, value: Any) -> str:
    """The concept that is meant, however it is written."""
    found: str = value["id"] if isinstance(value, dict) else vocabularies.vocabulary(pinned(), name).find(value)[0].uri
    return found


def _said(item: JsonObject) -> str:
    """What an entry of a list says, whatever the order of its members: the same is not said twice."""
    return json.dumps(item, sort_keys=True)


def _skills(prefix: str) -> SearchStrategy[list[Any]]:
    """A skill of a number has a name, or has none: so it is the same wherever it stands."""
    one = st.integers(0, 20).map(
        lambda number: (
            f"{prefix}{number}" if number % 2 else {"id": f"{prefix}{number}", "prefLabel": {"en": f"skill {number}"}}
        )
    )
    return st.lists(one, min_size=1, max_size=3, unique_by=str)


def _learning_outcomes() -> SearchStrategy[JsonObject]:
    return _members(
        {"title": _language_maps(_prose())},
        {
            "id": _iris("outcomes"),
            "relatedESCOSkill": _skills("http://data.europa.eu/esco/skill/"),
            "relatedSkill": _skills("http://data.europa.eu/snb/dcf/"),
        },
    )


def _organisations(kind: str) -> SearchStrategy[JsonObject]:
    return _members(
        {"id": _iris(kind), "name": _names()},
        {
            "country": st.sampled_from(["IE", "ES", "GR", "XK"]),
            "region": _names(),
            "locality": _names(),
            "streetAddress": _names(),
            "postalCode": _names(),
            "url": st.just("https://academy.example/en?page=1#top"),
            "email": st.just("office@academy.example"),
            "legalIdentifier": _names(),
            "identifier": _identifiers("identifier", "ext:ErasmusCode"),
        },
    )


def _named(item: JsonObject) -> str:
    return str(item["id"]) if "id" in item else _said(item)


def _assured(item: JsonObject) -> str:
    kind = _uri(vocabularies.ACCREDITATION_TYPES, item["accreditationType"])
    return _said({**item, "accreditationType": kind})


def _quality_assurance() -> SearchStrategy[JsonObject]:
    return _members(
        {"accreditationType": _concepts(vocabularies.ACCREDITATION_TYPES)},
        {
            "title": _language_maps(_names()),
            "description": _language_maps(_prose()),
            "reference": _names(),
            "accreditingAgent": st.one_of(_organisations("agencies"), st.just({"id": ISSUER.id})),
            "report": _iris("reports"),
        },
    )


def _credit_points() -> SearchStrategy[list[JsonObject]]:
    points = st.one_of(
        st.integers(1, 120), st.decimals("0.25", "60", places=2).map(str), st.sampled_from([1.5, 3.0, 0.1])
    )
    one = st.fixed_dictionaries({"framework": st.sampled_from(["ECTS", "ECVET"]), "point": points})
    return st.lists(one, min_size=1, max_size=2, unique_by=lambda credit: credit["framework"])


def _levels() -> SearchStrategy[JsonObject]:
    level = _members(
        {"eqfLevel": _concepts(vocabularies.EQF_LEVELS)},
        {"nqfLevel": _several(vocabularies.NQF_LEVELS), "qfEheaCycle": _concepts(vocabularies.QF_EHEA_CYCLES)},
    )
    return st.one_of(level, st.fixed_dictionaries({"levelNotApplicable": _language_maps(_prose())}))


@st.composite
def _achievements(draw: st.DrawFn) -> JsonObject:
    language = draw(st.sampled_from(_LANGUAGES))
    workload: JsonObject = draw(
        st.sampled_from(
            [{"volumeOfLearning": "PT75H"}, {"creditPoint": None}, {"volumeOfLearning": "PT8H45M", "creditPoint": None}]
        )
    )
    if "creditPoint" in workload:
        workload = {**workload, "creditPoint": draw(_credit_points())}
    rest: JsonObject = draw(
        _members(
            {
                "language": st.just(language),
                "title": _language_maps(_names(), also=language),
                "learningOutcome": st.lists(_learning_outcomes(), min_size=1, max_size=3, unique_by=_named),
                "assessmentType": _several(vocabularies.ASSESSMENT_TYPES),
                "mode": _several(vocabularies.MODES),
                "qualityAssurance": st.lists(_quality_assurance(), min_size=1, max_size=2, unique_by=_assured),
            },
            {
                "id": _iris("achievements"),
                "description": _language_maps(_prose(), also=language),
                "criteria": _language_maps(_prose(), also=language),
                "awardingBody": st.lists(
                    _organisations("partners"), min_size=1, max_size=2, unique_by=lambda body: body["id"]
                ),
                "entryRequirement": _language_maps(_prose()),
                "supervisionVerification": _concepts(vocabularies.SUPERVISION),
                "stackability": _concepts(vocabularies.STACKABILITY),
                "stacksInto": st.lists(_iris("programmes"), min_size=1, max_size=2, unique=True),
                "furtherInformation": _language_maps(_prose()),
                "identifier": _identifiers("identifier", "ext:course"),
                "thematicArea": _several(vocabularies.THEMATIC_AREAS),
                "learningOpportunityType": _concepts(vocabularies.LEARNING_OPPORTUNITY_TYPES),
            },
        )
    )
    return {**rest, **workload, **draw(_levels())}


def _grades() -> SearchStrategy[JsonObject]:
    free = _members(
        {"value": _names()},
        {"minimum": st.just("1"), "maximum": st.just("10"), "required": _names(), "name": _names()},
    )
    scale = ["F", "E", "D", "C", "B", "A"]
    listed = st.fixed_dictionaries(
        {"value": st.sampled_from(scale), "scale": st.just(scale), "resultType": st.just("LetterGrade")}
    )
    return st.one_of(free, listed)
