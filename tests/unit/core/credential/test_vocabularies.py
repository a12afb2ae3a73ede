"""The controlled lists: each concept found by all its names, and the request's schema told what they hold."""

import json

import pytest

from app.core.credential import award_request, vocabularies
from app.core.json_ld import Contexts

each_list = pytest.mark.parametrize("name", vocabularies.NAMES)


@each_list
def test_each_concept_is_found_by_its_uri(contexts: Contexts, name: str) -> None:
    vocabulary = vocabularies.vocabulary(contexts, name)
    assert [c.uri for c in vocabulary.concepts if vocabulary.find(c.uri) != (c,)] == []


@each_list
def test_each_concept_is_found_by_each_of_its_labels(contexts: Contexts, name: str) -> None:
    vocabulary = vocabularies.vocabulary(contexts, name)
    lost = [label for c in vocabulary.concepts for _, label in c.pref_label.entries if c not in vocabulary.find(label)]
    assert lost == []


@each_list
def test_no_uri_stands_for_two_concepts(contexts: Contexts, name: str) -> None:
    concepts = vocabularies.vocabulary(contexts, name).concepts
    assert len({concept.uri for concept in concepts}) == len(concepts)


@each_list
def test_each_list_carries_its_own_name(contexts: Contexts, name: str) -> None:
    assert vocabularies.vocabulary(contexts, name).name == name


@pytest.mark.parametrize(
    ("name", "count"),
    [
        (vocabularies.ASSESSMENT_TYPES, 14),
        (vocabularies.SUPERVISION, 4),
        (vocabularies.EQF_LEVELS, 8),
        (vocabularies.QF_EHEA_CYCLES, 4),
        (vocabularies.COUNTRIES, 250),
        (vocabularies.NQF_LEVELS, 424),
    ],
)
def test_a_list_is_whole(contexts: Contexts, name: str, count: int) -> None:
    assert len(vocabularies.vocabulary(contexts, name).concepts) == count


def test_unknown_is_found_nowhere(contexts: Contexts) -> None:
    assert vocabularies.vocabulary(contexts, vocabularies.MODES).find("telepathic") == ()


def test_the_nearest_label_comes_first(contexts: Contexts) -> None:
    vocabulary = vocabularies.vocabulary(contexts, vocabularies.ASSESSMENT_TYPES)
    assert vocabulary.nearest("oral exam", most=3)[0] == "oral examination"


@pytest.mark.parametrize("code", ["IE", "GR", "GB", "XK"])
def test_a_country_has_its_code(contexts: Contexts, code: str) -> None:
    assert vocabularies.is_country(contexts, code)


@pytest.mark.parametrize("code", ["XX", "UK", "EL", "EU", "ie", "Ireland", "", "AN"])
def test_what_is_no_code_is_no_country(contexts: Contexts, code: str) -> None:
    assert not vocabularies.is_country(contexts, code)


def test_the_commission_s_headings_are_in_29_languages(contexts: Contexts) -> None:
    assert len(vocabularies.field_labels(contexts)["learningOutcomes"]) == 29


@pytest.mark.parametrize(
    ("name", "member"),
    [
        (vocabularies.ASSESSMENT_TYPES, "assessmentType"),
        (vocabularies.MODES, "mode"),
        (vocabularies.EQF_LEVELS, "eqfLevel"),
        (vocabularies.QF_EHEA_CYCLES, "qfEheaCycle"),
        (vocabularies.SUPERVISION, "supervisionVerification"),
        (vocabularies.STACKABILITY, "stackability"),
        (vocabularies.LEARNING_OPPORTUNITY_TYPES, "learningOpportunityType"),
        (vocabularies.ACCREDITATION_TYPES, "qualityAssurance"),
        (vocabularies.CREDIT_SYSTEMS, "creditPoint"),
    ],
)
def test_the_request_s_schema_tells_each_label_of_a_short_list(contexts: Contexts, name: str, member: str) -> None:
    schema = json.dumps(award_request.REQUEST_SCHEMA["properties"]["achievement"]["properties"][member])
    labels = {concept.pref_label.best("en")[1] for concept in vocabularies.vocabulary(contexts, name).concepts}
    assert [label for label in labels if json.dumps(label) not in schema] == []
