"""The pinned documents: found by URL and by digest, every byte of them checked, none ever fetched."""

import base64
import hashlib
import json
import shutil
from pathlib import Path

import pytest

from app.adapters.contexts import load_contexts
from app.core.json_ld import Contexts, canonicalize
from app.core.problems import JsonObject, Refused

ROOT = Path(__file__).resolve().parents[3]
V2 = "https://www.w3.org/ns/credentials/v2"
ELSEWHERE = "https://another.example/contexts/badges"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
PROFILE_SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_profile_schema.json"

# https://www.w3.org/TR/vc-data-model-2.0/#base-context
PUBLISHED_V2_SHA256 = "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "contexts", tmp_path / "contexts"))


def credential(contexts: Contexts, *, url: str, digest: str) -> JsonObject:
    return {
        "@context": [V2, url],
        "type": ["VerifiableCredential", "AchievementCredential"],
        "issuer": "did:example:issuer",
        "credentialSubject": {"type": "AchievementSubject", "achievement": {"id": "urn:a", "type": "Achievement"}},
        "relatedResource": {"id": url, "digestSRI": digest},
    }


# ── from the folder ──


def test_a_changed_byte_is_refused(folder: Path) -> None:
    changed = folder / "w3c" / "credentials-v2.jsonld"
    changed.write_bytes(changed.read_bytes() + b" ")
    with pytest.raises(Refused, match="digest differs"):
        load_contexts(folder)


def test_a_missing_file_is_refused(folder: Path) -> None:
    (folder / "w3c" / "did-v1.jsonld").unlink()
    with pytest.raises(Refused, match=r"did-v1\.jsonld"):
        load_contexts(folder)


def test_a_file_that_is_not_listed_is_refused(folder: Path) -> None:
    (folder / "w3c" / "other.jsonld").write_text("{}")
    with pytest.raises(Refused, match="not listed"):
        load_contexts(folder)


def test_a_folder_without_an_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="can't be read"):
        load_contexts(tmp_path)


@pytest.mark.parametrize("index", [b"{", b"{}x", b"[1]", b'[{"url":"u"}]', b"\xff"])
def test_an_index_that_is_none_is_refused(folder: Path, index: bytes) -> None:
    (folder / "index.json").write_bytes(index)
    with pytest.raises(Refused):
        load_contexts(folder)


def test_every_fault_is_named_at_once(folder: Path) -> None:
    (folder / "w3c" / "did-v1.jsonld").unlink()
    (folder / "stray").write_text("")
    with pytest.raises(Refused) as refused:
        load_contexts(folder)
    assert len(refused.value.problems) == 2


def test_every_entry_says_where_it_comes_from() -> None:
    index = json.loads((ROOT / "contexts" / "index.json").read_bytes())
    wanted = {"url", "file", "sha256", "kind", "origin", "licence"}
    assert [entry["url"] for entry in index if set(entry) != wanted or not all(entry.values())] == []


def test_the_base_context_is_the_published_one(contexts: Contexts) -> None:
    assert hashlib.sha256(contexts.document(V2)).hexdigest() == PUBLISHED_V2_SHA256


# ── by URL and by digest ──


def test_a_document_that_is_not_pinned_is_refused(contexts: Contexts) -> None:
    with pytest.raises(Refused, match="not among the pinned"):
        contexts.document(ELSEWHERE)


def test_what_was_worked_out_is_remembered(contexts: Contexts) -> None:
    def make(given: Contexts) -> object:
        return [given]

    assert contexts.worked_out(make) is contexts.worked_out(make)


def test_the_digest_is_the_one_of_subresource_integrity(contexts: Contexts) -> None:
    digest = hashlib.sha384(contexts.document(V2)).digest()
    assert contexts.digest_sri(V2) == "sha384-" + base64.b64encode(digest).decode()


def test_a_context_known_by_its_digest_is_read_as_the_pinned_one(contexts: Contexts) -> None:
    document = credential(contexts, url=ELSEWHERE, digest=contexts.digest_sri(OPEN_BADGES))
    pinned = {**document, "@context": [V2, OPEN_BADGES]}
    aliases = contexts.aliases(document)
    assert canonicalize(contexts, document, aliases=aliases) == canonicalize(contexts, pinned)


def test_a_context_under_another_digest_is_not_known(contexts: Contexts) -> None:
    document = credential(contexts, url=ELSEWHERE, digest="sha384-" + base64.b64encode(b"x" * 48).decode())
    assert contexts.aliases(document) == {}


def test_only_a_context_is_known_by_its_digest(contexts: Contexts) -> None:
    document = credential(contexts, url=ELSEWHERE, digest=contexts.digest_sri(PROFILE_SCHEMA))
    assert contexts.aliases(document) == {}


def test_a_pinned_url_is_never_read_as_something_else(contexts: Contexts) -> None:
    document = credential(contexts, url=OPEN_BADGES, digest=contexts.digest_sri(V2))
    assert contexts.aliases(document) == {}


def test_an_alias_counts_only_where_it_is_passed(contexts: Contexts) -> None:
    document = credential(contexts, url=ELSEWHERE, digest=contexts.digest_sri(OPEN_BADGES))
    with pytest.raises(Refused, match="none is ever fetched"):
        canonicalize(contexts, document)


@pytest.mark.parametrize("resource", [None, 7, "x", [], [None], {"id": 7}, {"id": ELSEWHERE, "digestSRI": ["x"]}])
def test_a_related_resource_of_any_shape_ties_nothing(contexts: Contexts, resource: object) -> None:
    assert contexts.aliases({"@context": [V2, ELSEWHERE], "relatedResource": resource}) == {}
