"""Parts of a document: their statements are among those of the whole, the nameless told apart by where they stand."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.core.credential import award_request, open_badge
from app.core.credential.micro_credential import Organisation
from app.core.json_ld import Contexts, canonicalize
from app.core.json_ld.parts import Labelled, NamedDocument, labelled, labelled_document, named, statements_of
from app.core.problems import DATA_LOSS_DETECTION_ERROR, MALFORMED_VALUE_ERROR, JsonObject, Refused
from app.core.proof.ecdsa_sd.selection import select
from tests.conftest import ROOT
from tests.verifying import NOW, badge, sign

VC = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"


def canonical(name: str) -> str:
    return name


def whole(contexts: Contexts, document: JsonObject) -> tuple[NamedDocument, Labelled]:
    of = named(contexts, document)
    return of, labelled(statements_of(contexts, of, of.document), canonical)


def lines_at(contexts: Contexts, document: JsonObject, *pointers: str) -> list[str]:
    of, statements = whole(contexts, document)
    part = statements_of(contexts, of, select(of.document, pointers))
    return [statements.lines[index] for index in statements.indexes_of(part)]


def micro_credential(contexts: Contexts, *, context_url: str | None = None) -> JsonObject:
    claimed = award_request.read(
        award_request.EXAMPLE,
        contexts=contexts,
        issuer=Organisation(id="did:web:uni.example", name="University of Examples", country="AT"),
        time_zone="Europe/Vienna",
        now=NOW,
    )
    if context_url is None:
        return open_badge.write(claimed, contexts=contexts)
    return open_badge.write(
        claimed, contexts=contexts, context_url=context_url, schema_url="https://a.example/schemas/micro-credential-v1"
    )


def graded_badge() -> JsonObject:
    """With a scale that is an ordered list, and a signed endorsement inside."""
    document = badge()
    document["credentialSubject"]["achievement"]["resultDescription"] = [
        {
            "id": "urn:uuid:6f3c2c0e-0c53-4a2e-9c55-0f5d2d6b0a11",
            "type": ["ResultDescription"],
            "name": "Grade",
            "resultType": "LetterGrade",
            "allowedValue": ["F", "D", "C", "B", "A"],
        }
    ]
    return document


def documents(contexts: Contexts) -> list[JsonObject]:
    golden = sorted((ROOT / "tests" / "golden").rglob("*.json"))
    signed = [json.loads(path.read_bytes()) for path in golden]
    found = [document for document in signed if isinstance(document, dict) and "credentialSubject" in document]
    return [*found, graded_badge(), badge(), micro_credential(contexts), sign(contexts, graded_badge())]


def test_the_whole_makes_the_statements_that_it_makes_without_names(contexts: Contexts) -> None:
    for document in documents(contexts):
        _, found = whole(contexts, document)
        assert "".join(found.lines).encode() == canonicalize(contexts, document, aliases=contexts.aliases(document))


def test_so_it_does_where_no_part_is_taken(contexts: Contexts) -> None:
    for document in documents(contexts):
        found = labelled_document(contexts, document, canonical, aliases=contexts.aliases(document))
        assert "".join(found.lines).encode() == canonicalize(contexts, document, aliases=contexts.aliases(document))


def test_every_statement_of_every_part_is_one_of_the_whole(contexts: Contexts) -> None:
    refused = {pointer for document in documents(contexts) for pointer in _not_parts(contexts, document)}
    assert {pointer.split("/")[-2] for pointer in refused} == {"allowedValue"}


def _not_parts(contexts: Contexts, document: JsonObject) -> Iterator[str]:
    of, statements = whole(contexts, document)
    for pointer in _pointers(of.document, ""):
        part = statements_of(contexts, of, select(of.document, [pointer]))
        try:
            statements.indexes_of(part)
        except Refused:
            yield pointer


def _pointers(value: Any, at: str) -> list[str]:
    match value:
        case dict():
            inner = [
                found
                for name, member in value.items()
                if name != "@context"
                for found in _pointers(member, f"{at}/{name.replace('~', '~0').replace('/', '~1')}")
            ]
        case list():
            inner = [found for place, item in enumerate(value) for found in _pointers(item, f"{at}/{place}")]
        case _:
            inner = []
    return [at, *inner]


def test_all_the_parts_together_are_the_whole(contexts: Contexts) -> None:
    for document in documents(contexts):
        of, statements = whole(contexts, document)
        members = [f"/{name}" for name in of.document if name != "@context"]
        part = statements_of(contexts, of, select(of.document, members))
        assert statements.indexes_of(part) == tuple(range(len(statements.lines)))


def test_two_nameless_objects_that_share_a_statement_are_told_apart(contexts: Contexts) -> None:
    document = badge()
    document["credentialSubject"]["identifier"] = [
        {"type": "IdentityObject", "hashed": False, "identityHash": "1", "identityType": "name"},
        {"type": "IdentityObject", "hashed": False, "identityHash": "2", "identityType": "name"},
    ]
    lines = lines_at(contexts, document, "/credentialSubject/identifier/1/identityType")
    (type_of_it,) = (line for line in lines if "IdentityObject" in line)
    (name,) = (line for line in whole(contexts, document)[1].lines if '"2"' in line)
    assert type_of_it.split()[0] == name.split()[0]


def test_one_text_of_a_map_of_languages_is_a_part(contexts: Contexts) -> None:
    document = micro_credential(contexts)
    title = document["credentialSubject"]["achievement"]["title"]
    assert isinstance(title, dict)
    assert len(lines_at(contexts, document, f"/credentialSubject/achievement/title/{min(title)}")) > 1


def test_a_list_is_shown_whole(contexts: Contexts) -> None:
    scale = "/credentialSubject/achievement/resultDescription/0/allowedValue"
    assert sum("rdf-syntax-ns#first" in line for line in lines_at(contexts, graded_badge(), scale)) == 5
    with pytest.raises(Refused, match="a piece of what stands under") as refused:
        lines_at(contexts, graded_badge(), f"{scale}/0")
    assert refused.value.problems[0].type == DATA_LOSS_DETECTION_ERROR


def test_a_text_is_shown_with_its_language(contexts: Contexts) -> None:
    document = badge(name={"@value": "Données", "@language": "fr"})
    assert any('"Données"@fr' in line for line in lines_at(contexts, document, "/name"))
    with pytest.raises(Refused, match="a piece of what stands under"):
        lines_at(contexts, document, "/name/@value")


def test_a_context_that_is_known_by_its_digest_is_read_in_a_part_too(contexts: Contexts) -> None:
    document = micro_credential(contexts, context_url="https://a.example/contexts/micro-credential-v1")
    assert contexts.aliases(document)
    assert lines_at(contexts, document, "/credentialSubject/achievement/title")


def test_what_json_ld_would_lose_is_refused(contexts: Contexts) -> None:
    with pytest.raises(Refused) as refused:
        named(contexts, badge(nonsense=None))
    assert refused.value.problems[0].at == "/nonsense"


def test_a_name_like_ours_in_a_document_is_its_own(contexts: Contexts) -> None:
    of = named(contexts, badge())
    document = badge(id=f"{of.names}0")
    found = whole(contexts, document)[1]
    assert "".join(found.lines).encode() == canonicalize(contexts, document)


def test_what_is_no_node_is_not_given_a_name(contexts: Contexts) -> None:
    """A term of several contexts may hold texts by language in one, and an object in the other."""
    document = {"@context": [VC, OPEN_BADGES], "type": ["VerifiableCredential"], "title": {"a": {"b": "c"}}}
    with pytest.raises(Refused) as refused:
        whole(contexts, document)
    assert refused.value.problems[0].type in {DATA_LOSS_DETECTION_ERROR, MALFORMED_VALUE_ERROR}
