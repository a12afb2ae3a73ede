"""What an institution sends is read, or refused with every problem, each where it is and with what would be right."""

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.core.credential import award_request
from app.core.credential.micro_credential import MicroCredential, Organisation
from app.core.json_ld import Contexts
from app.core.problems import JsonObject, Problem, Refused
from tests.properties.strategies import ISSUER, NOW

ABSENT: Any = object()


def read(
    contexts: Contexts, body: JsonObject, *, issuer: Organisation = ISSUER, zone: str = "Europe/Dublin"
) -> MicroCredential:
    return award_request.read(body, contexts=contexts, issuer=issuer, time_zone=zone, now=NOW)


def request(changes: dict[str, Any]) -> JsonObject:
    """The minimal example with values put at `a.b` paths; ABSENT takes a member away."""
    body = deepcopy(award_request.MINIMAL_EXAMPLE)
    for path, value in changes.items():
        *parents, last = path.split(".")
        inner = body
        for name in parents:
            inner = inner.setdefault(name, {})
        inner[last] = value
        if value is ABSENT:
            del inner[last]
    return body


def problems(contexts: Contexts, changes: dict[str, Any], **around: Any) -> tuple[Problem, ...]:
    with pytest.raises(Refused) as refusal:
        read(contexts, request(changes), **around)
    return refusal.value.problems


def problem(contexts: Contexts, changes: dict[str, Any], **around: Any) -> Problem:
    (only,) = problems(contexts, changes, **around)
    return only


# ── missing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_empty_body_lacks_every_mandatory_element(contexts: Contexts) -> None:
    with pytest.raises(Refused) as refusal:
        read(contexts, {}, issuer=replace(ISSUER, country=None))
    numbers = {found.detail.split(",")[0] for found in refusal.value.problems}
    assert numbers == {f"element {number}" for number in (1, 2, 3, 5, 6, 7, 8, 9, 10, 11)}


def test_every_problem_of_an_empty_body_is_a_missing_element(contexts: Contexts) -> None:
    with pytest.raises(Refused) as refusal:
        read(contexts, {})
    assert {found.code for found in refusal.value.problems} == {"MISSING_ELEMENT"}


@pytest.mark.parametrize(
    ("path", "at"),
    [
        ("learner.fullName", "/learner"),
        ("learner", "/learner"),
        ("awardedDate", "/awardedDate"),
        ("achievement.title", "/achievement/title"),
        ("achievement.learningOutcome", "/achievement/learningOutcome"),
        ("achievement.volumeOfLearning", "/achievement/creditPoint"),
        ("achievement.levelNotApplicable", "/achievement/eqfLevel"),
        ("achievement.assessmentType", "/achievement/assessmentType"),
        ("achievement.mode", "/achievement/mode"),
        ("achievement.qualityAssurance", "/achievement/qualityAssurance"),
    ],
)
def test_a_missing_element_is_named_at_its_place(contexts: Contexts, path: str, at: str) -> None:
    assert [(p.code, p.at) for p in problems(contexts, {path: ABSENT})] == [("MISSING_ELEMENT", at)]


@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_what_is_empty_is_missing(contexts: Contexts, empty: object) -> None:
    assert problem(contexts, {"achievement.mode": empty}).code == "MISSING_ELEMENT"


def test_a_learning_outcome_without_a_title_is_a_missing_element(contexts: Contexts) -> None:
    found = problem(contexts, {"achievement.learningOutcome": [{"id": "https://dunmore.example/outcomes/1"}]})
    assert (found.code, found.at) == ("MISSING_ELEMENT", "/achievement/learningOutcome/0/title")


def test_level_not_applicable_stands_beside_no_level(contexts: Contexts) -> None:
    assert problem(contexts, {"achievement.eqfLevel": 6}).at == "/achievement/levelNotApplicable"


# ── values of a list ─────────────────────────────────────────────────────────────────────────────────────────────────

PORTFOLIO = "http://data.europa.eu/snb/assessment/4f03b91c0e"


@pytest.mark.parametrize("given", ["portfolio", "PORTFOLIO", " Portfolio ", PORTFOLIO, {"id": PORTFOLIO}])
def test_a_value_is_known_by_its_label_in_any_case_and_by_its_uri(contexts: Contexts, given: object) -> None:
    (concept,) = read(contexts, request({"achievement.assessmentType": [given]})).achievement.assessment_type
    assert concept.uri == PORTFOLIO


def test_a_value_is_known_by_its_label_in_another_language(contexts: Contexts) -> None:
    claimed = read(contexts, request({"achievement.assessmentType": ["Examen oral"]}))
    assert claimed.achievement.assessment_type[0].pref_label.best("en") == ("en", "oral examination")


@pytest.mark.parametrize("given", ["6", 6, "Level 6", "http://data.europa.eu/snb/eqf/6"])
def test_an_eqf_level_is_known_by_its_number(contexts: Contexts, given: object) -> None:
    changes = {"achievement.levelNotApplicable": ABSENT, "achievement.eqfLevel": given}
    level = read(contexts, request(changes)).achievement.eqf_level
    assert level is not None
    assert level.notation == "6"


def test_a_known_value_keeps_its_english_label_and_that_of_the_achievement_s_language(contexts: Contexts) -> None:
    changes = {
        "achievement.title": {"es": "Datos"},
        "achievement.assessmentType": ["oral examination"],
    }
    (concept,) = read(contexts, request(changes)).achievement.assessment_type
    assert concept.pref_label.as_json() == {"en": "oral examination", "es": "Examen oral"}


def test_a_concept_of_one_s_own_keeps_its_label(contexts: Contexts) -> None:
    own = {"id": "https://dunmore.example/viva", "prefLabel": {"en": "viva voce"}, "notation": "VV"}
    (concept,) = read(contexts, request({"achievement.assessmentType": [own]})).achievement.assessment_type
    assert (concept.uri, concept.pref_label.as_json(), concept.notation) == (own["id"], own["prefLabel"], "VV")


def test_a_concept_of_one_s_own_needs_a_label(contexts: Contexts) -> None:
    found = problem(contexts, {"achievement.assessmentType": [{"id": "https://dunmore.example/viva"}]})
    assert (found.code, found.at) == ("UNKNOWN_VALUE", "/achievement/assessmentType/0")


def test_a_known_concept_under_another_label_is_refused(contexts: Contexts) -> None:
    given = {"id": PORTFOLIO, "prefLabel": {"en": "doctorate"}}
    found = problem(contexts, {"achievement.assessmentType": [given]})
    assert found.detail == f'{PORTFOLIO} is labelled "portfolio", not "doctorate"'


def test_a_closed_list_takes_no_concept_of_one_s_own(contexts: Contexts) -> None:
    own = {"id": "https://dunmore.example/level-9", "prefLabel": {"en": "Level 9"}}
    changes = {"achievement.levelNotApplicable": ABSENT, "achievement.eqfLevel": own}
    assert problem(contexts, changes).code == "UNKNOWN_VALUE"


def test_an_unknown_value_is_answered_with_its_element_and_the_list_nearest_first(contexts: Contexts) -> None:
    found = problem(contexts, {"achievement.mode": ["onlin"]})
    assert found.detail == (
        'element 10, Form of participation in the learning activity: "onlin" is not in the list '
        "“Modes of learning and assessment”, which has: "
        "Online; Blended; Presential; Workbased; Project based; Research-Lab based"
    )


def test_of_a_long_list_only_the_nearest_are_told(contexts: Contexts) -> None:
    changes = {"achievement.levelNotApplicable": ABSENT, "achievement.nqfLevel": ["DQR Lvl 8"]}
    assert problem(contexts, changes).detail.endswith(
        "nearest are: DQR Level 8; DQR Level 7; DQR Level 6; DQR Level 5; DQR Level 4"
    )


def test_a_label_of_several_concepts_is_refused_with_their_uris(contexts: Contexts) -> None:
    found = problem(contexts, {"achievement.thematicArea": ["Literacy and numeracy"]})
    assert "http://data.europa.eu/snb/isced-f/002, http://data.europa.eu/snb/isced-f/0021" in found.detail


def test_a_value_given_twice_in_two_ways_is_refused(contexts: Contexts) -> None:
    assert problem(contexts, {"achievement.assessmentType": ["portfolio", PORTFOLIO]}).detail == "is given twice"


# ── workload ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("given", ["PT75H", "PT8H45M", "PT90M"])
def test_hours_and_minutes_are_a_workload(contexts: Contexts, given: str) -> None:
    claimed = read(contexts, request({"achievement.volumeOfLearning": given}))
    assert claimed.achievement.volume_of_learning == given


def test_months_are_refused_with_the_hours_that_were_meant(contexts: Contexts) -> None:
    found = problem(contexts, {"achievement.volumeOfLearning": "P60M"})
    assert (found.detail, found.remedy) == ('"P60M" is 60 months', "60 hours is PT60H, 60 minutes PT60M")


def test_days_are_refused_with_their_hours(contexts: Contexts) -> None:
    found = problem(contexts, {"achievement.volumeOfLearning": "P2DT12H"})
    assert found.remedy == "if it is days of 24 hours: PT60H"


@pytest.mark.parametrize("given", ["PT0H", "PT", "75", "PT1.5H", 75, "P1Y", "-PT5H"])
def test_what_is_no_workload_is_refused(contexts: Contexts, given: object) -> None:
    assert problem(contexts, {"achievement.volumeOfLearning": given}).at == "/achievement/volumeOfLearning"


@pytest.mark.parametrize(("given", "point"), [(3, "3"), ("2.50", "2.5"), (3.0, "3"), (0.1, "0.1"), (30, "30")])
def test_credits_are_exact(contexts: Contexts, given: object, point: str) -> None:
    credits_ = [{"framework": "ECTS", "point": given}]
    claimed = read(contexts, request({"achievement.creditPoint": credits_}))
    assert claimed.achievement.credit_point[0].point == Decimal(point)


@pytest.mark.parametrize("given", [0, -1, True, "three", 1.234, float("inf"), float("nan"), 10**400, "1e3", [3]])
def test_what_is_no_number_of_credits_is_refused(contexts: Contexts, given: object) -> None:
    credits_ = [{"framework": "ECTS", "point": given}]
    assert problem(contexts, {"achievement.creditPoint": credits_}).at == "/achievement/creditPoint/0/point"


# ── days and times ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("zone", "signed"),
    [
        ("Europe/Dublin", "2026-06-30T00:00:00+01:00"),
        ("UTC", "2026-06-30T00:00:00+00:00"),
        ("Asia/Kathmandu", "2026-06-30T00:00:00+05:45"),
    ],
)
def test_the_day_is_its_midnight_in_the_institution_s_zone(contexts: Contexts, zone: str, signed: str) -> None:
    assert read(contexts, request({}), zone=zone).awarded_date.isoformat() == signed


def test_tomorrow_may_have_begun_elsewhere(contexts: Contexts) -> None:
    assert read(contexts, request({"awardedDate": "2026-07-02"})).awarded_date.day == 2


@pytest.mark.parametrize("day", ["2026-07-03", "1899-12-31"])
def test_a_day_not_yet_here_or_long_past_is_out_of_range(contexts: Contexts, day: str) -> None:
    assert problem(contexts, {"awardedDate": day}).code == "RANGE_ERROR"


@pytest.mark.parametrize("day", ["2026-02-30", "30.6.2026", "2026-06-30T00:00:00Z", 20260630])
def test_what_is_no_calendar_day_is_refused(contexts: Contexts, day: object) -> None:
    assert problem(contexts, {"awardedDate": day}).at == "/awardedDate"


def test_validity_begins_with_the_award_unless_said(contexts: Contexts) -> None:
    assert read(contexts, request({})).valid_from == datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_validity_does_not_end_before_now(contexts: Contexts) -> None:
    assert problem(contexts, {"validUntil": "2026-07-01T11:59:59Z"}).code == "RANGE_ERROR"


@pytest.mark.parametrize("moment", ["2031-08-30", "2031-08-30T00:00:00", "2031-13-30T00:00:00Z", 1])
def test_a_moment_has_a_time_and_an_offset(contexts: Contexts, moment: object) -> None:
    assert problem(contexts, {"validUntil": moment}).at == "/validUntil"


# ── text ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_name_that_is_not_composed_is_refused_with_both_forms(contexts: Contexts) -> None:
    found = problem(contexts, {"learner.fullName": "Zoe\u0308"})
    assert '"Zoe\\u0308" is given, "Zo\\u00eb" is the composed form' in found.detail


@pytest.mark.parametrize("name", ["Zoë\u202eevil", "Zoë\x00", "Zoë\n", "Zoë\u200b", "   ", "\ud800", "Z" * 1001, 7])
def test_a_name_that_could_deceive_is_refused(contexts: Contexts, name: object) -> None:
    assert problem(contexts, {"learner.fullName": name}).at == "/learner/fullName"


@pytest.mark.parametrize("name", ["Ó Súilleabháin", "D’Angelo", "मरिया\u200dक्", "Nguyễn Thị Ánh", "李小龍", "X Æ A-12"])
def test_a_name_stays_as_typed(contexts: Contexts, name: str) -> None:
    assert read(contexts, request({"learner.fullName": name})).learner.full_name.open() == name


def test_prose_may_have_lines(contexts: Contexts) -> None:
    criteria = {"en": "- a portfolio\n- an examination"}
    assert read(contexts, request({"achievement.criteria": criteria})).achievement.criteria is not None


def test_language_tags_get_their_usual_case(contexts: Contexts) -> None:
    claimed = read(contexts, request({"achievement.title": {"SR-latn-rs": "Podaci"}}))
    assert claimed.achievement.language == "sr-Latn-RS"


@pytest.mark.parametrize("tag", ["english", "e", "en_GB", "", "en-", "x-own"])
def test_what_is_no_language_tag_is_refused(contexts: Contexts, tag: str) -> None:
    found = problems(contexts, {"achievement.title": {tag: "Data"}})
    assert found[0].at == f"/achievement/title/{tag}"


def test_a_language_given_twice_is_refused(contexts: Contexts) -> None:
    assert problem(contexts, {"achievement.title": {"en": "Data", "EN": "Date"}}).at == "/achievement/title/EN"


def test_a_description_has_the_achievement_s_language(contexts: Contexts) -> None:
    assert problem(contexts, {"achievement.description": {"fr": "Données"}}).at == "/achievement/description"


# ── names of things ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_country_that_there_is_none_of_is_refused_at_the_institution(contexts: Contexts) -> None:
    found = problem(contexts, {}, issuer=replace(ISSUER, country="XX"))
    assert found.detail == 'element 3, Country(ies)/Region(s) of the issuer: "XX" is the code of no country'


@pytest.mark.parametrize("country", ["XX", "UK", "EL", "ie", "IRL"])
def test_a_country_is_an_iso_3166_1_code(contexts: Contexts, country: str) -> None:
    body = {"id": "https://academy.example", "name": "Academy", "country": country}
    assert problem(contexts, {"achievement.awardingBody": [body]}).at == "/achievement/awardingBody/0/country"


@pytest.mark.parametrize(
    "iri",
    ["achievement-1", "/a/1", "_:b0", "javascript:alert(1)", "https://", "https://a b", "https://u:p@h/", "urn:x", 1],
)
def test_an_id_is_an_absolute_iri(contexts: Contexts, iri: object) -> None:
    assert problem(contexts, {"achievement.id": iri}).at == "/achievement/id"


@pytest.mark.parametrize("url", ["ftp://a.example", "javascript:alert(1)", "urn:isbn:1", "data:text/html,x"])
def test_a_report_is_somewhere_a_reader_can_go(contexts: Contexts, url: str) -> None:
    quality = [{"accreditationType": "Program License", "report": url}]
    assert problem(contexts, {"achievement.qualityAssurance": quality}).at == "/achievement/qualityAssurance/0/report"


def test_an_id_of_two_things_is_refused(contexts: Contexts) -> None:
    changes = {"achievement.id": "https://dunmore.example/1", "achievement.stacksInto": ["https://dunmore.example/1"]}
    assert "names two different things" in problem(contexts, changes).detail


def test_the_issuer_may_assure_its_own_quality_by_its_id_alone(contexts: Contexts) -> None:
    quality = [{"accreditationType": "Program License", "accreditingAgent": {"id": ISSUER.id}}]
    claimed = read(contexts, request({"achievement.qualityAssurance": quality}))
    assert claimed.achievement.quality_assurance[0].accrediting_agent == ISSUER


def test_the_issuer_described_otherwise_is_refused(contexts: Contexts) -> None:
    agent = {"id": ISSUER.id, "name": "Somebody else"}
    quality = [{"accreditationType": "Program License", "accreditingAgent": agent}]
    assert "described in two ways" in problem(contexts, {"achievement.qualityAssurance": quality}).detail


def test_what_has_no_id_gets_one_made_of_what_it_says(contexts: Contexts) -> None:
    one, other = (read(contexts, request({"achievement.title": {"en": title}})) for title in ("One", "Other"))
    assert one.achievement.id != other.achievement.id


def test_another_institution_s_equal_achievement_has_another_id(contexts: Contexts) -> None:
    other = replace(ISSUER, id="did:web:other.example")
    ids = {read(contexts, request({}), issuer=issuer).achievement.id for issuer in (ISSUER, other)}
    assert len(ids) == 2


# ── members ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_member_that_is_not_known_is_refused_with_the_nearest(contexts: Contexts) -> None:
    found = problem(contexts, {"achievement.assesmentType": ["quiz"]})
    assert found.detail == '"assesmentType" is not a member that is known here; do you mean assessmentType?'


def test_a_scheme_of_the_learner_s_own_members_is_refused(contexts: Contexts) -> None:
    identifier = [{"scheme": "emailAddress", "value": "zoe@example.org"}]
    assert problem(contexts, {"learner.identifier": identifier}).at == "/learner/identifier/0/scheme"


def test_a_grade_is_on_its_scale(contexts: Contexts) -> None:
    assert problem(contexts, {"grade": {"value": "A+", "scale": ["B", "A"]}}).at == "/grade/value"


def test_a_list_has_its_limit(contexts: Contexts) -> None:
    outcomes = [{"title": {"en": f"Outcome {number}"}} for number in range(101)]
    found = problems(contexts, {"achievement.learningOutcome": outcomes})
    assert found[0].detail == "has 101 items; 100 are allowed"


def test_nothing_of_the_learner_shows_in_what_is_printed(contexts: Contexts) -> None:
    assert "Marković" not in repr(read(contexts, award_request.EXAMPLE))


def test_many_unknown_members_are_counted_and_not_each_compared(contexts: Contexts) -> None:
    found = problems(contexts, {f"achievement.unknown{number}": 1 for number in range(50_000)})
    assert found[0].detail == "has 50000 members that are not known here"


def test_what_is_alike_by_chance_alone_is_not_proposed(contexts: Contexts) -> None:
    found = problem(contexts, {"issuer": "did:example:other"})
    assert found.detail.startswith('"issuer" is not a member that is known here; known are ')


@pytest.mark.parametrize("learner", [[], [{}], "Zoë"])
def test_a_learner_of_another_kind_is_told_as_that(contexts: Contexts, learner: object) -> None:
    found = problems(contexts, {"learner": learner})
    assert (found[0].at, found[0].detail) == ("/learner", "is not a JSON object")
