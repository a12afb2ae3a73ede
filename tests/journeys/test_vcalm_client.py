"""A client of VCALM's issuers and verifiers, as public conformance suites are: what it sends and may expect."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from app.adapters.contexts import load_contexts
from app.core.credential.award_request import MINIMAL_EXAMPLE
from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from tests.conftest import ROOT
from tests.presenting import HOLDER, presentation, presented
from tests.service import Running, running
from tests.typed import typed

V2 = "https://www.w3.org/ns/credentials/v2"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
INSTITUTION = """
name = "Conformance College"
legal_identifier = "NTRBE-0123456789"
country = "BE"
time_zone = "Europe/Brussels"
languages = ["en"]
contact = "vc@example.org"
key = "{key}"

[signing]
credentials = "any"
mechanism = "{mechanism}"
status = ["revocation", "suspension"]
"""


class Client:
    """What it knows of the service: where it is, who issues, and a token."""

    def __init__(self, service: Running, environment: Mapping[str, str]) -> None:
        self.http = service.client
        self.url = service.url
        self.token = service.token()
        given = service.credentials()
        self.secret = (given["CLIENT_ID"], given["CLIENT_SECRET"])
        self.environment = environment
        listed = service.client.get("/openapi.json").json()["paths"]["/credentials/issue"]["post"]
        example = listed["requestBody"]["content"]["application/json"]["examples"]["full"]["value"]
        self.issuer = example["credential"]["issuer"]["id"]

    def command(self, *arguments: str) -> str:
        """`testamur …`, beside the service that runs."""
        done = typed(*arguments, environment=self.environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def send(self, method: str, path: str, body: object = None, accept: str = "application/json") -> httpx.Response:
        return self.http.request(
            method, path, json=body, headers={"Authorization": f"Bearer {self.token}", "Accept": accept}
        )

    def credential(self, **members: Any) -> JsonObject:
        """The least that is one; a member that is `...` is left out."""
        whole = {
            "@context": [V2],
            "type": ["VerifiableCredential"],
            "issuer": self.issuer,
            "credentialSubject": {"id": "did:example:subject"},
            **members,
        }
        return {name: value for name, value in whole.items() if value is not ...}

    def issue(self, credential: JsonObject, **more: Any) -> httpx.Response:
        return self.send("POST", "/credentials/issue", {"credential": credential, **more})

    def issued(self, **members: Any) -> JsonObject:
        answer = self.issue(self.credential(**members))
        assert answer.status_code == 201, answer.text
        signed: JsonObject = answer.json()["verifiableCredential"]
        return signed

    def verify(self, credential: object, **options: Any) -> httpx.Response:
        return self.http.post(
            "/credentials/verify",
            json={"verifiableCredential": credential, "options": {"checks": ["proof"], **options}},
        )

    def verify_presentation(self, document: object, **options: Any) -> httpx.Response:
        body = {"verifiablePresentation": document, "options": {"checks": [], **options}}
        return self.http.post("/presentations/verify", json=body)

    def set_status(self, name: str, purpose: str, status: bool, **entry: str) -> httpx.Response:
        body = {
            "credentialId": name,
            "credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": purpose, **entry},
            "status": status,
        }
        return self.send("POST", "/credentials/status", body)


def institution(folder: Path, *, key: str = "Ed25519", mechanism: str = "eddsa-rdfc-2022") -> dict[str, str]:
    """The settings of a service with one institution, which may have anything signed."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "institution.toml"
    file.write_text(INSTITUTION.format(key=key, mechanism=mechanism))
    return {
        "INSTITUTION_FILE": str(file),
        "KEY_PASSPHRASE": "long enough for the keys of a test",
        "STRICT_HTTP": "true",
        "VERIFY_PER_MINUTE": "100000",
        "WRITE_PER_MINUTE": "100000",
    }


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("vcalm")
    database = f"sqlite:///{folder / 'service.sqlite3'}"
    settings = institution(folder)
    with running(database_url=database, folder=folder, settings=settings) as service:
        environment = {**settings, "DATABASE_URL": database, "KEYS_DIR": str(service.keys_dir)}
        yield Client(service, environment)


@pytest.fixture(scope="module")
def pinned() -> Contexts:
    return load_contexts(ROOT / "contexts")


def refused(answer: httpx.Response) -> None:
    assert answer.status_code == 400, answer.text
    assert "json" in answer.headers["content-type"]


# ── HTTP ──


@pytest.mark.parametrize("accept", ["application/json", "application/ld+json"])
def test_answers_have_the_type_that_is_asked_for(client: Client, accept: str) -> None:
    issued = client.send("POST", "/credentials/issue", {"credential": client.credential()}, accept=accept)
    opened = client.send("POST", "/status-lists", {"statusPurpose": "revocation"}, accept=accept)
    published = client.http.get(opened.json()["id"], headers={"Accept": accept})
    assert [answer.headers["content-type"] for answer in (issued, opened, published)] == [accept] * 3


@pytest.mark.parametrize("more", [{}, {"options": {}}, {"options": {"checks": ["proof"]}}])
def test_options_may_be_absent_or_empty_or_name_checks(client: Client, more: JsonObject) -> None:
    assert client.issue(client.credential(), **more).status_code == 201


def test_an_unknown_option_is_refused(client: Client) -> None:
    answer = client.issue(client.credential(), options={"credentialStatus": {}})
    refused(answer)
    assert answer.json()["type"] == "https://www.w3.org/TR/vcalm#UNKNOWN_OPTION_PROVIDED"


@pytest.mark.parametrize("member", ["id", "issuer"])
def test_null_is_a_value_and_no_value_of_these(client: Client, member: str) -> None:
    refused(client.issue(client.credential(**{member: None})))


def test_the_same_body_without_an_id_is_another_credential(client: Client) -> None:
    first, second = client.issued(), client.issued()
    assert first["id"] != second["id"]
    assert first["id"].startswith("urn:uuid:")


def test_without_a_token_nothing_is_signed(client: Client) -> None:
    answer = client.http.post("/credentials/issue", json={"credential": client.credential()})
    assert answer.status_code == 401


# ── issuing ──


def test_what_is_issued_is_verified(client: Client) -> None:
    signed = client.issued()
    answer = client.verify(signed, returnResults=True)
    assert (answer.status_code, answer.json()["verified"]) == (200, True)
    assert [entry["value"] for entry in answer.json()["results"]["credentialStatus"]] == [0, 0]


def test_a_single_proof_is_an_object_and_issuer_and_subject_come_back_as_sent(client: Client) -> None:
    sent = client.credential(issuer={"id": client.issuer, "name": "College"}, credentialSubject=[{"id": "urn:a:b"}])
    signed = client.issue(sent).json()["verifiableCredential"]
    assert isinstance(signed["proof"], dict)
    assert {name: signed[name] for name in sent} == sent


def test_a_status_entry_is_added_unasked(client: Client) -> None:
    entries = client.issued()["credentialStatus"]
    assert [entry["statusPurpose"] for entry in entries] == ["revocation", "suspension"]
    for entry in entries:
        listed = client.http.get(entry["statusListCredential"]).json()
        assert isinstance(listed["issuer"], str)
        assert isinstance(listed["type"], list)


@pytest.mark.parametrize(
    "members",
    [
        {"validFrom": "2020-01-01T00:00:00Z"},
        {"validUntil": "2020-01-01T00:00:00Z"},
        {"id": "urn:uuid:7a2b3c4d-0000-4000-8000-000000000001"},
        {"issuer": ...},
        {"credentialSubject": [{"id": "did:example:a"}, {"id": "did:example:b"}]},
        {"name": "Degree", "description": {"@value": "Of arts", "@language": "en", "@direction": "ltr"}},
        {"name": [{"@value": "Degree", "@language": "en"}, {"@value": "شهادة", "@direction": "rtl"}]},
        {"@context": [V2, EXAMPLES]},
        {"type": ["https://example.org/#ADegree", "VerifiableCredential", "https://example.org/#AThing"]},
        {"@context": [V2, EXAMPLES], "type": ["VerifiableCredential", "ADegree"], "degree": {"type": "Bachelor"}},
        {"@context": [V2, EXAMPLES], "credentialStatus": {"type": "ExampleStatus"}},
        {"@context": [V2, EXAMPLES], "credentialSchema": {"id": "https://example.org/s", "type": "ExampleSchema"}},
        {"@context": [V2, EXAMPLES], "termsOfUse": [{"type": "ExamplePolicy", "id": "urn:a:b"}]},
        {"@context": [V2, EXAMPLES], "evidence": [{"type": ["ExampleEvidence"]}]},
        {"@context": [V2, EXAMPLES], "refreshService": {"type": "ExampleRefresh", "id": "https://example.org/r"}},
    ],
    ids=lambda members: ",".join(members),
)
def test_what_conforms_is_signed_and_verified(client: Client, members: JsonObject) -> None:
    if members == {"issuer": ...}:
        members = {"issuer": {"id": client.issuer, "name": {"@value": "College", "@language": "en"}}}
    signed = client.issued(**members)
    assert client.verify(signed).json()["verified"] is True


@pytest.mark.parametrize(
    "members",
    [
        {"@context": ...},
        {"@context": [EXAMPLES, V2]},
        {"@context": [V2, "https://unknown.example/context"]},
        {"@context": [V2, 1]},
        {"@context": [V2, {"VerifiableCredential": "https://example.org/#other"}]},
        {"type": ...},
        {"type": ["VerifiableCredential", "NobodyKnowsIt"]},
        {"nobodyKnowsIt": "x"},
        {"id": "not a url"},
        {"id": ["urn:a:b"]},
        {"issuer": ["did:example:a"]},
        {"issuer": "did:example:another"},
        {"credentialSubject": {}},
        {"credentialSubject": []},
        {"credentialSubject": [{}]},
        {"credentialSubject": "did:example:subject"},
        {"validFrom": "yesterday"},
        {"validFrom": "2020-01-02T00:00:00Z", "validUntil": "2020-01-01T00:00:00Z"},
        {"name": {"@value": "Degree", "@language": "en", "extra": "x"}},
        {"name": {"@value": 1}},
        {"credentialStatus": {"id": "urn:a:b"}},
        {"credentialSchema": {"type": "JsonSchema"}},
        {"termsOfUse": {"id": "urn:a:b"}},
        {"evidence": ["urn:a:b"]},
        {"refreshService": {"id": "urn:a:b"}},
        {"proof": {"type": "DataIntegrityProof"}},
        {"type": ["VerifiableCredential", "BitstringStatusListCredential"]},
    ],
    ids=lambda members: ",".join(f"{name}={str(value)[:30]}" for name, value in members.items()),
)
def test_what_does_not_conform_is_refused(client: Client, members: JsonObject) -> None:
    refused(client.issue(client.credential(**members)))


def test_the_direction_of_a_text_is_signed(client: Client) -> None:
    signed = client.issued(name={"@value": "x", "@language": "ar", "@direction": "rtl"})
    signed["name"]["@direction"] = "ltr"
    refused(client.verify(signed))


def related(pinned: Contexts, *, of: bytes | None = None) -> str:
    content = pinned.document(V2) if of is None else of
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def test_the_digest_of_a_pinned_resource_is_compared(client: Client, pinned: Contexts) -> None:
    client.issued(relatedResource=[{"id": V2, "digestSRI": related(pinned), "mediaType": "application/ld+json"}])
    raw = base64.urlsafe_b64encode(hashlib.sha256(pinned.document(V2)).digest()).rstrip(b"=").decode()
    client.issued(relatedResource={"id": V2, "digestMultibase": f"u{raw}"})
    for wrong in (
        [{"id": V2, "digestSRI": related(pinned, of=b"another")}],
        [{"id": V2, "digestMultibase": "u" + raw[::-1]}],
        [{"id": V2}],
        [{"digestSRI": related(pinned)}],
        [{"id": V2, "digestSRI": related(pinned)}] * 2,
        ["https://example.org/"],
    ):
        refused(client.issue(client.credential(relatedResource=wrong)))


# ── verifying ──


@pytest.mark.parametrize("proof", [None, {}, [], "x"])
def test_what_is_no_proof_is_refused(client: Client, proof: object) -> None:
    refused(client.verify(client.issued() | {"proof": proof}))


@pytest.mark.parametrize("value", [None, {}, "x", "3jqgQq2"])
def test_what_is_no_proof_value_is_refused(client: Client, value: object) -> None:
    signed = client.issued()
    signed["proof"]["proofValue"] = value
    refused(client.verify(signed))


@pytest.mark.parametrize("context", [[], "x", [EXAMPLES]])
def test_an_envelope_has_the_base_context(client: Client, context: object) -> None:
    envelope = {"@context": context, "type": "EnvelopedVerifiableCredential", "id": "data:application/vc+jwt,a.b.c"}
    refused(client.verify(envelope))


@pytest.mark.parametrize("members", [{}, {"holder": None}, {"holder": {"id": HOLDER.did}}])
@pytest.mark.parametrize("with_credential", [True, False])
def test_a_presentation_may_have_neither_holder_nor_credential(
    client: Client, pinned: Contexts, members: JsonObject, with_credential: bool
) -> None:
    credentials = [client.issued()] if with_credential else []
    answer = client.verify_presentation(presented(pinned, *credentials, **members))
    assert (answer.status_code, answer.json()["verified"]) == (200, True)


def test_a_challenge_of_the_clients_own_may_be_asked_twice(client: Client, pinned: Contexts) -> None:
    signed = presented(pinned, proof={"challenge": "uOwnChallenge", "domain": "no url"})
    for _ in range(2):
        assert client.verify_presentation(signed, challenge="uOwnChallenge", domain="no url").status_code == 200
    refused(client.verify_presentation(signed, challenge="another"))
    refused(client.verify_presentation(signed, domain="another"))


def test_a_challenge_of_ours_is_one_that_nobody_guesses(client: Client) -> None:
    first, second = (client.http.post("/challenges").json()["challenge"] for _ in range(2))
    assert first != second
    assert len(first) > 40


@pytest.mark.parametrize("members", [{"holder": "did:example:acme"}, {"@context": [EXAMPLES, V2]}, {"holder": {}}])
def test_a_presentation_that_does_not_conform_is_refused(client: Client, pinned: Contexts, members: JsonObject) -> None:
    refused(client.verify_presentation({**presented(pinned), **members}))
    refused(client.verify_presentation(presentation()))


def test_what_a_holder_says_of_themself_needs_no_proof_of_its_own(client: Client, pinned: Contexts) -> None:
    own = client.credential(issuer=HOLDER.did)
    assert client.verify_presentation(presented(pinned, own)).status_code == 200
    refused(client.verify_presentation(presented(pinned, own, holder=None)))
    refused(client.verify_presentation(presented(pinned, client.credential(issuer="did:example:acme"))))


def test_the_same_key_gives_the_same_answer_and_takes_no_other_body(client: Client) -> None:
    def sent(key: str, **members: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {client.token}", "Idempotency-Key": key}
        return client.http.post(
            "/credentials/issue", json={"credential": client.credential(**members)}, headers=headers
        )

    first, again = sent('"once"'), sent("once")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert sent('"another"').content != first.content
    other = sent('"once"', name="Degree")
    assert (other.status_code, other.json()["type"][-22:]) == (422, "IDEMPOTENCY_KEY_REUSED")
    refused(sent(""))


# ── looked up, its status, erased ──


def test_it_is_found_by_its_id_until_it_is_erased(client: Client) -> None:
    name = f"https://college.example/credentials/{uuid4()}?a=b"
    signed = client.issued(id=name)
    path = f"/credentials/{quote(name, safe='')}"
    found = client.send("GET", path)
    assert (found.status_code, found.json()) == (200, {"verifiableCredential": signed})
    assert client.send("DELETE", path).status_code == 202
    assert client.send("GET", path).status_code == 410
    assert client.send("DELETE", path).status_code == 410
    # It is erased, not revoked.
    assert client.verify(signed, returnResults=True).json()["results"]["credentialStatus"][0]["value"] == 0
    assert client.send("GET", "/credentials/urn:uuid:of-nobody").status_code == 404


def test_one_without_an_id_is_found_by_what_it_was_called(client: Client) -> None:
    name = f"class-7-{uuid4()}"
    answer = client.issue(client.credential(), options={"credentialId": name})
    signed = answer.json()["verifiableCredential"]
    assert "id" not in signed
    assert client.send("GET", f"/credentials/{name}").json() == {"verifiableCredential": signed}


def test_an_award_s_own_credential_is_found_and_left_to_its_award(client: Client) -> None:
    bearer = {"Authorization": f"Bearer {client.token}"}
    awarded = client.http.post("/awards", json=MINIMAL_EXAMPLE, headers=bearer).json()
    name, award = awarded["credential"]["id"], awarded["id"]
    path = f"/credentials/{quote(name, safe='')}"
    assert client.send("GET", path).json() == {"verifiableCredential": awarded["credential"]}
    for refusal, status, act in (
        (client.send("DELETE", path), 409, "erase"),
        (client.set_status(name, "revocation", True), 400, "revoke"),
    ):
        assert (refusal.status_code, f"/awards/{award}/{act}" in refusal.text) == (status, True)
    form, secret = {"grant_type": "client_credentials", "scope": "read:/credentials"}, client.secret
    narrow = client.http.post("/oauth/token", data=form, auth=secret).json()["access_token"]
    assert client.http.get(path, headers={"Authorization": f"Bearer {narrow}"}).status_code == 403
    assert client.http.post(f"/awards/{award}/erase", json={"reason": "asked for"}, headers=bearer).status_code < 300
    assert [client.send(method, path).status_code for method in ("GET", "DELETE")] == [410, 410]


def bit(client: Client, signed: JsonObject, purpose: str) -> int:
    place = ["revocation", "suspension"].index(purpose)
    results = client.verify(signed, returnResults=True).json()["results"]["credentialStatus"]
    value: int = results[place]["value"]
    return value


def test_a_status_is_set_in_the_published_list(client: Client) -> None:
    signed = client.issued()
    assert client.set_status(signed["id"], "suspension", True).status_code == 200
    assert bit(client, signed, "suspension") == 1
    assert client.set_status(signed["id"], "suspension", False).status_code == 200
    assert client.verify(signed).json()["problemDetails"] == []
    assert client.set_status(signed["id"], "revocation", False).status_code == 200
    entry = signed["credentialStatus"][0]
    answer = client.set_status(
        signed["id"],
        "revocation",
        True,
        type="BitstringStatusList",
        statusListIndex=entry["statusListIndex"],
        statusListCredential=entry["statusListCredential"],
    )
    assert answer.status_code == 200
    # Status is a warning: it is still what was signed.
    revoked = client.verify(signed).json()
    assert revoked["verified"] is True
    assert [problem["title"] for problem in revoked["problemDetails"]] == ["REVOKED"]
    refused(client.set_status(signed["id"], "revocation", False))


@pytest.mark.parametrize(
    ("name", "purpose", "entry", "status"),
    [
        ("urn:uuid:of-nobody", "revocation", {}, 404),
        ("", "revocation", {}, 400),
        (None, "refresh", {}, 400),
        (None, "revocation", {"type": "StatusList2021Entry"}, 400),
        (None, "revocation", {"statusListIndex": "1"}, 400),
        (None, "revocation", {"statusListIndex": "1", "statusListCredential": "https://else.example/1"}, 404),
    ],
)
def test_a_status_of_nothing_is_refused(
    client: Client, name: str | None, purpose: str, entry: dict[str, str], status: int
) -> None:
    answer = client.set_status(client.issued()["id"] if name is None else name, purpose, True, **entry)
    assert answer.status_code == status, answer.text


def test_a_list_is_opened_and_published(client: Client) -> None:
    answer = client.send("POST", "/status-lists", {"statusPurpose": "suspension"})
    opened = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, opened["id"])
    assert opened["verifiableCredential"]["id"] == opened["id"]
    assert client.http.get(opened["id"]).json()["credentialSubject"]["statusPurpose"] == "suspension"
    for wrong in ({}, {"statusPurpose": "refresh"}, {"statusPurpose": "revocation", "id": "https://x.example/1"}):
        refused(client.send("POST", "/status-lists", wrong))
    refused(client.send("POST", "/status-lists", {"statusPurpose": "revocation", "options": {"length": 1}}))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/credentials/issue", {"credential": 1}),
        ("/credentials/issue", {}),
        ("/credentials/status", []),
        ("/status-lists", 1),
    ],
)
def test_what_is_no_request_is_refused(client: Client, path: str, body: object) -> None:
    refused(client.send("POST", path, body))


def test_no_date_is_needed_and_one_that_is_past_is_told(client: Client) -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")
    answer = client.verify(client.issued(validUntil=yesterday)).json()
    assert answer["verified"] is True
    assert [problem["title"] for problem in answer["problemDetails"]] == ["EXPIRED"]


# ── its institution's settings ──


def test_a_client_may_have_a_mechanism_of_its_own(client: Client) -> None:
    made = json.loads(client.command("client", "add", "conformance-college", "--mechanism", "vc+jwt", "--json"))
    secret = dict(line.split("=", 1) for line in Path(made["file"]).read_text().splitlines())
    form, login = {"grant_type": "client_credentials"}, (secret["CLIENT_ID"], secret["CLIENT_SECRET"])
    token = client.http.post("/oauth/token", data=form, auth=login).json()["access_token"]
    answer = client.http.post(
        "/credentials/issue",
        json={"credential": client.credential()},
        headers={"Authorization": f"Bearer {token}"},
    )
    signed = answer.json()["verifiableCredential"]
    assert signed["type"] == "EnvelopedVerifiableCredential"
    assert client.verify(signed).json()["verified"] is True
    refused(client.verify({name: value for name, value in signed.items() if name != "type"}))


def test_what_may_be_signed_and_how_often_is_changed_while_the_service_runs(client: Client) -> None:
    change = ("institution", "set", "conformance-college")
    client.command(*change, "signing.credentials=open-badges", "signing.per_minute=1")
    answer = client.issue(client.credential())
    refused(answer)
    assert answer.json()["type"].endswith("#NOT_TO_BE_SIGNED")
    too_many = client.issue(client.credential())
    assert (too_many.status_code, too_many.headers["retry-after"]) == (429, "60")
    client.command(*change, "signing.credentials=any", "signing.per_minute=")
