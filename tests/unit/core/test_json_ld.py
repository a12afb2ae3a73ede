"""JSON-LD: what would go unsigned, or would mean something else, is refused before it is hashed."""

import copy
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from app.core.json_ld import Contexts, canonicalize
from app.core.problems import (
    DATA_LOSS_DETECTION_ERROR,
    MALFORMED_VALUE_ERROR,
    PARSING_ERROR,
    PROOF_TRANSFORMATION_ERROR,
    PROOF_VERIFICATION_ERROR,
    RANGE_ERROR,
    JsonObject,
    Refused,
)
from tests.shared import contexts_of_the_vectors

ROOT = Path(__file__).resolve().parents[3]

V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OB_VOCAB = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"


def badge(**members: Any) -> JsonObject:
    document: JsonObject = {
        "@context": [V2, OPEN_BADGES],
        "id": "urn:uuid:7a1f2c50-5b1d-4f0e-9d60-1a2b3c4d5e6f",
        "type": ["VerifiableCredential", "AchievementCredential"],
        "issuer": {"id": "https://issuer.example/1", "type": ["Profile"], "name": "University"},
        "validFrom": "2026-06-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:ana",
            "type": ["AchievementSubject"],
            "creditsEarned": 2.5,
            "achievement": {
                "id": "https://issuer.example/a/1",
                "type": ["Achievement"],
                "name": "Digital credentials",
                "description": "How they are made.",
                "criteria": {"narrative": "Make one."},
            },
        },
    }
    return {**document, **members}


def with_subject(**members: Any) -> JsonObject:
    document = badge()
    document["credentialSubject"].update(members)
    return document


def refusal(contexts: Contexts, document: JsonObject) -> set[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        canonicalize(contexts, document)
    return {(problem.type, problem.at) for problem in refused.value.problems}


def n_quads(contexts: Contexts, document: JsonObject) -> str:
    return canonicalize(contexts, document).decode()


# ── what a context does not name, or can't (J01, J02, J03) ──


def test_a_term_that_no_context_defines_is_refused(contexts: Contexts) -> None:
    found = refusal(contexts, with_subject(grade="A+"))
    assert found == {(DATA_LOSS_DETECTION_ERROR, "/credentialSubject/grade")}


def test_every_undefined_term_is_named(contexts: Contexts) -> None:
    found = refusal(contexts, badge(one="1", two="2"))
    assert {at for _, at in found} == {"/one", "/two"}


def test_a_type_that_no_context_defines_is_refused(contexts: Contexts) -> None:
    found = refusal(contexts, badge(type=["VerifiableCredential", "Diploma"]))
    assert (DATA_LOSS_DETECTION_ERROR, "/type/1") in found


@pytest.mark.parametrize(
    "identifier", ["https://x y/", "https://x/\n", "https://x/<", "https://x/%zz", "https://x/\x7f"]
)
def test_a_second_subject_under_an_invalid_iri_is_refused(contexts: Contexts, identifier: str) -> None:
    document = badge()
    document["credentialSubject"] = [document["credentialSubject"], {"id": identifier, "type": ["AchievementSubject"]}]
    assert (MALFORMED_VALUE_ERROR, "/credentialSubject/1/id") in refusal(contexts, document)


@pytest.mark.parametrize("key", ["https://x y/claim", "_:p", "@index", "_:"])
def test_a_claim_under_a_key_that_rdf_has_no_place_for_is_refused(contexts: Contexts, key: str) -> None:
    found = refusal(contexts, with_subject(**{key: "PhD"}))
    assert {problem_type for problem_type, _ in found} == {DATA_LOSS_DETECTION_ERROR}


def test_a_string_in_a_graph_is_refused(contexts: Contexts) -> None:
    assert refusal(contexts, badge(**{"@graph": ["PhD"]})) == {(DATA_LOSS_DETECTION_ERROR, "/@graph")}


# ── names (J05) ──


@pytest.mark.parametrize("identifier", ["not-a-uri", "../../x", "//evil/x", "", "#a", "_:b0", "@id", ":x", "1:x"])
def test_an_id_that_is_not_absolute_is_refused(contexts: Contexts, identifier: str) -> None:
    assert (MALFORMED_VALUE_ERROR, "/issuer") in refusal(contexts, badge(issuer=identifier))


@pytest.mark.parametrize("identifier", ["relative-reference:///x", "did:web:uni.example", "https://é.example/ü?q=a#b"])
def test_an_absolute_id_stands_as_it_is(contexts: Contexts, identifier: str) -> None:
    assert f"<{identifier}> .\n" in n_quads(contexts, badge(issuer=identifier))


def test_dots_in_a_path_are_not_resolved_away(contexts: Contexts) -> None:
    assert "<https://issuer.example/a/../b>" in n_quads(contexts, badge(issuer="https://issuer.example/a/../b"))


# ── contexts (J06, J07, J09) ──


def test_a_context_in_the_document_itself_is_refused(contexts: Contexts) -> None:
    document = badge(**{"@context": [V2, {"@vocab": "https://evil.example/#"}]})
    assert refusal(contexts, document) == {(PROOF_VERIFICATION_ERROR, "/@context/1")}


def test_a_context_that_is_not_pinned_is_refused(contexts: Contexts) -> None:
    document = badge(**{"@context": [V2, "http://169.254.169.254/"]})
    assert refusal(contexts, document) == {(PARSING_ERROR, "/@context/1")}


def test_a_schema_is_not_taken_for_a_context(contexts: Contexts) -> None:
    schema = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
    assert refusal(contexts, badge(**{"@context": [V2, schema]})) == {(PARSING_ERROR, "/@context/1")}


@pytest.mark.parametrize("context", [None, [], 7, [[V2]]])
def test_a_context_of_another_kind_is_refused(contexts: Contexts, context: object) -> None:
    assert refusal(contexts, badge(**{"@context": context}))


def test_a_document_without_a_context_is_refused(contexts: Contexts) -> None:
    document = badge()
    del document["@context"]
    assert DATA_LOSS_DETECTION_ERROR in {problem_type for problem_type, _ in refusal(contexts, document)}


def test_a_context_inside_an_object_that_is_no_credential_is_refused(contexts: Contexts) -> None:
    found = refusal(contexts, with_subject(**{"@context": V2}))
    assert found == {(PROOF_VERIFICATION_ERROR, "/credentialSubject/@context")}


def test_an_embedded_credential_states_its_own_contexts(contexts: Contexts) -> None:
    presentation = {"@context": V2, "type": "VerifiablePresentation", "verifiableCredential": [badge()]}
    assert "Digital credentials" in n_quads(contexts, presentation)


def test_contexts_that_contradict_each_other_are_refused(contexts: Contexts) -> None:
    document = badge(**{"@context": [V2, "https://www.w3.org/2018/credentials/v1"]})
    assert refusal(contexts, document) == {(PARSING_ERROR, "/@context")}


def test_no_connection_is_opened_whatever_the_context() -> None:
    # In a process of its own: an audit hook can't be taken off again.
    program = """
import sys
from pathlib import Path
from app.adapters.contexts import load_contexts
from app.core.json_ld import canonicalize
from app.core.problems import Refused

def hook(event, args):
    if event.startswith(("socket.", "urllib.")):
        sys.exit(event)

contexts = load_contexts(Path("contexts"))
sys.addaudithook(hook)
V2 = "https://www.w3.org/ns/credentials/v2"
for context in (V2, [V2, "https://127.0.0.1:1/"], "http://127.0.0.1:1/", {"@import": "http://127.0.0.1:1/"}, "x.json"):
    try:
        canonicalize(contexts, {"@context": context, "type": "VerifiableCredential", "name": "x"})
    except Refused:
        print("refused")
"""
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.split()) == (0, ["refused"] * 4)


# ── work (J10, J11) ──


def test_a_list_of_equal_things_is_stopped(contexts: Contexts) -> None:
    document = badge()
    outcome = {"type": ["ResultDescription"], "allowedValue": ["Pass"] * 5_000}
    document["credentialSubject"]["achievement"]["resultDescription"] = [outcome]
    started = time.process_time()
    found = refusal(contexts, document)
    assert (found, time.process_time() - started < 1) == ({(PROOF_TRANSFORMATION_ERROR, "")}, True)


def test_many_values_in_one_place_take_time_by_their_number(contexts: Contexts) -> None:
    document = badge()
    document["credentialSubject"]["achievement"]["tag"] = [str(number) for number in range(15_000)]
    started = time.process_time()
    canonicalize(contexts, document)
    assert time.process_time() - started < 1


def test_a_document_of_too_many_values_is_refused(contexts: Contexts) -> None:
    document = badge()
    document["credentialSubject"]["achievement"]["tag"] = [str(number) for number in range(30_000)]
    assert refusal(contexts, document) == {(MALFORMED_VALUE_ERROR, "")}


@pytest.mark.parametrize("depth", [33, 500, 5_000])
def test_a_document_that_nests_too_deep_is_refused(contexts: Contexts, depth: int) -> None:
    evidence: JsonObject = {"type": "Evidence"}
    for _ in range(depth):
        evidence = {"type": "Evidence", "evidence": evidence}
    assert refusal(contexts, badge(evidence=evidence)) == {(MALFORMED_VALUE_ERROR, "")}


def test_contexts_listed_without_end_are_stopped(contexts: Contexts) -> None:
    found = refusal(contexts, badge(**{"@context": [V2, OPEN_BADGES] * 5_000}))
    assert found == {(PROOF_TRANSFORMATION_ERROR, "")}


# ── characters (J13) ──


def test_control_characters_are_escaped_as_rdfc_1_0_wants_them(contexts: Contexts) -> None:
    written = n_quads(contexts, badge(name='\b\t\n\x0b\f\r"\\\x00\x1f\x7f\x80\U0001f600'))
    assert '"\\b\\t\\n\\u000B\\f\\r\\"\\\\\\u0000\\u001F\\u007F\x80\U0001f600" .\n' in written


def test_half_of_a_surrogate_pair_is_refused(contexts: Contexts) -> None:
    assert refusal(contexts, badge(name="\ud800")) == {(PARSING_ERROR, "")}


# ── saying it in another way (J14) ──


@pytest.mark.parametrize("key", ["@nest", "@reverse", "@included", "@type", "@id", "@set", "@list", "@import", "@none"])
def test_a_keyword_is_refused(contexts: Contexts, key: str) -> None:
    assert refusal(contexts, badge(**{key: {}})) == {(MALFORMED_VALUE_ERROR, f"/{key}")}


@pytest.mark.parametrize("key", ["https://www.w3.org/2018/credentials#issuer", "cred:issuer", "urn:x"])
def test_a_second_issuer_under_an_iri_is_refused(contexts: Contexts, key: str) -> None:
    found = refusal(contexts, badge(**{key: {"id": "did:example:evil"}}))
    assert {problem_type for problem_type, _ in found} == {MALFORMED_VALUE_ERROR}


def test_a_type_given_by_its_iri_is_refused(contexts: Contexts) -> None:
    document = badge(type=["VerifiableCredential", OB_VOCAB + "Achievement"])
    assert (MALFORMED_VALUE_ERROR, "/type/1") in refusal(contexts, document)


def test_both_names_of_an_open_badge_together_are_refused(contexts: Contexts) -> None:
    document = badge(type=["VerifiableCredential", "AchievementCredential", "OpenBadgeCredential"])
    assert {problem_type for problem_type, _ in refusal(contexts, document)} == {DATA_LOSS_DETECTION_ERROR}


def test_either_name_of_an_open_badge_says_the_same(contexts: Contexts) -> None:
    other = badge(type=["VerifiableCredential", "OpenBadgeCredential"])
    assert canonicalize(contexts, badge()) == canonicalize(contexts, other)


# ── what vanishes (J15 and beyond) ──


@pytest.mark.parametrize("nothing", [None, [], [None], [[]]])
def test_a_value_that_says_nothing_is_refused(contexts: Contexts, nothing: object) -> None:
    found = refusal(contexts, badge(credentialSubject=nothing))
    assert {problem_type for problem_type, _ in found} == {DATA_LOSS_DETECTION_ERROR}


def test_an_array_in_an_array_is_refused(contexts: Contexts) -> None:
    assert (DATA_LOSS_DETECTION_ERROR, "/type/0") in refusal(contexts, badge(type=[["VerifiableCredential"]]))


def test_a_value_repeated_in_one_place_is_refused(contexts: Contexts) -> None:
    document = badge()
    document["credentialSubject"]["achievement"]["tag"] = ["a", "b", "a"]
    assert {problem_type for problem_type, _ in refusal(contexts, document)} == {DATA_LOSS_DETECTION_ERROR}


def test_an_empty_object_is_kept(contexts: Contexts) -> None:
    document = badge(evidence=[{"type": "Evidence"}, {}])
    assert n_quads(contexts, document).count("credentials#evidence> _:") == 2


def test_a_bare_name_in_a_presentation_is_refused(contexts: Contexts) -> None:
    presentation = {"@context": V2, "type": "VerifiablePresentation", "verifiableCredential": ["urn:x"]}
    assert {problem_type for problem_type, _ in refusal(contexts, presentation)} == {DATA_LOSS_DETECTION_ERROR}


def test_a_document_that_says_nothing_is_refused(contexts: Contexts) -> None:
    assert {kind for kind, _ in refusal(contexts, {"@context": V2, "id": "urn:x"})} == {DATA_LOSS_DETECTION_ERROR}


def test_a_number_with_more_digits_than_json_ld_keeps_is_refused(contexts: Contexts) -> None:
    found = refusal(contexts, with_subject(creditsEarned=0.1 + 0.2))
    assert found == {(DATA_LOSS_DETECTION_ERROR, "/credentialSubject/creditsEarned")}


NOT_KEPT = [float("nan"), float("inf"), 2**53, -(10**400)]


@pytest.mark.parametrize("number", NOT_KEPT, ids=["NaN", "Infinity", "2^53", "400 digits"])
def test_a_number_that_json_does_not_keep_is_refused(contexts: Contexts, number: float) -> None:
    assert {kind for kind, _ in refusal(contexts, with_subject(creditsEarned=number))} == {RANGE_ERROR}


@pytest.mark.parametrize("number", NOT_KEPT, ids=["NaN", "Infinity", "2^53", "400 digits"])
def test_a_number_that_json_does_not_keep_is_refused_in_a_json_literal(contexts: Contexts, number: float) -> None:
    schema = {"id": "https://s.example/1", "type": "JsonSchema", "jsonSchema": {"maximum": number}}
    found = refusal(contexts, badge(credentialSchema=schema))
    assert found == {(RANGE_ERROR, "/credentialSchema/jsonSchema/maximum")}


@pytest.mark.parametrize(("number", "written"), [(2, "2"), (2.0, "2"), (2.5, "2.5E0"), (1.5e-7, "1.5E-7")])
def test_a_number_is_written_as_json_ld_writes_it(contexts: Contexts, number: float, written: str) -> None:
    found = n_quads(contexts, with_subject(creditsEarned=number))
    assert f'"{written}"^^<https://www.w3.org/2001/XMLSchema#float>' in found


# ── language, direction, JSON ──


def test_the_direction_of_a_text_is_signed(contexts: Contexts) -> None:
    name = {"@value": "شهادة", "@language": "ar", "@direction": "rtl"}
    assert '"شهادة"^^<https://www.w3.org/ns/i18n#ar_rtl>' in n_quads(contexts, badge(name=name))


@pytest.mark.parametrize("language", ["", "a b", "en_GB", "toolongtag", "en\n"])
def test_a_language_that_is_no_language_tag_is_refused(contexts: Contexts, language: str) -> None:
    assert refusal(contexts, badge(name={"@value": "x", "@language": language}))


@pytest.mark.parametrize("extra", [{"@type": "urn:x"}, {"@index": "1"}, {"name": "y"}, {"@language": None}])
def test_a_text_with_anything_but_language_and_direction_is_refused(
    contexts: Contexts, extra: dict[str, object]
) -> None:
    assert refusal(contexts, badge(name={"@value": "x", **extra}))


def test_a_json_literal_keeps_nulls_and_empty_arrays(contexts: Contexts) -> None:
    schema = {
        "id": "https://s.example/1",
        "type": "JsonSchema",
        "jsonSchema": {"$id": "x:y", "required": [], "d": None},
    }
    assert '{\\"$id\\":\\"x:y\\",\\"d\\":null,\\"required\\":[]}' in n_quads(contexts, badge(credentialSchema=schema))


def test_a_context_that_takes_every_word_is_no_way_around(contexts: Contexts) -> None:
    document = badge(**{"@context": [V2, "https://www.w3.org/ns/credentials/examples/v2"], "a b": "x"})
    document["credentialSubject"] = {"id": "urn:a", "degree": "PhD"}
    document["type"] = "VerifiableCredential"
    document["issuer"] = "urn:i"
    found = refusal(contexts_of_the_vectors(), document)
    assert {kind for kind, _ in found} == {DATA_LOSS_DETECTION_ERROR}


# ── purity ──


def test_the_document_is_left_as_it_was(contexts: Contexts) -> None:
    document = badge()
    before = copy.deepcopy(document)
    canonicalize(contexts, document)
    assert document == before


def test_nothing_that_is_remembered_grows_with_the_documents(contexts: Contexts) -> None:
    canonicalize(contexts, badge())
    sizes = [len(vars(contexts.resolver)[name]) for name in ("_resolved", "per_op_cache", "shared_cache")]
    for number in range(50):
        canonicalize(contexts, badge(id=f"urn:x:{number}", evidence=[{"type": "Evidence", "name": str(number)}]))
    assert [len(vars(contexts.resolver)[name]) for name in ("_resolved", "per_op_cache", "shared_cache")] == sizes


def test_contexts_are_worked_out_once(contexts: Contexts, monkeypatch: pytest.MonkeyPatch) -> None:
    canonicalize(contexts, badge())
    monkeypatch.setattr("app.core.json_ld.expansion.MAX_TERM_DEFINITIONS", 0)
    assert canonicalize(contexts, badge(name="another"))


def test_sha_384_is_used_inside_where_asked(contexts: Contexts) -> None:
    document = badge(evidence=[{"type": "Evidence", "name": str(number)} for number in range(6)])
    assert canonicalize(contexts, document) != canonicalize(contexts, document, hash_algorithm="sha384")


def test_a_map_of_texts_without_a_text_is_refused(contexts: Contexts) -> None:
    ours = "https://w3id.org/testamur/contexts/micro-credential-v1"
    open_badges = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
    evidence = {"type": ["Achievement", "EuMicroCredential"], "name": "a", "title": {}}
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2", open_badges, ours],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "credentialSubject": {"type": ["AchievementSubject"], "achievement": evidence},
    }
    with pytest.raises(Refused, match="no text in any language"):
        canonicalize(contexts, document)
