"""What others composed, signed by every mechanism, over a real database: what is handed over verifies."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.adapters.cpu_pool import InlineCompute
from app.adapters.database import Database
from app.core import strict_json
from app.core.json_ld import Contexts
from app.core.multiformats import KeyKind
from app.core.problems import (
    GONE,
    IDEMPOTENCY_IN_FLIGHT,
    IDEMPOTENCY_KEY_REUSED,
    NOT_FOUND,
    STATE_CONFLICT,
    JsonObject,
    Refused,
)
from app.core.proof.ecdsa_sd.derive import derive
from app.issuer.brought_status import read_change
from app.issuer.institution_file import DEMONSTRATION
from app.issuer.mechanisms import BROUGHT, BY_DEFAULT, MECHANISMS
from app.ports import Client, MaySign, SigningPolicy
from app.verifier.report import Verdict, VerificationReport
from app.verifier.verifier import Verifier
from tests.issuing import PUBLIC_URL, Died, MortalCompute, Office
from tests.verifying import NOW, World

ANY = SigningPolicy(may_sign=MaySign.ANY, status=("revocation", "suspension"))
CLIENT = Client(id="demo-1", institution="demo", secret_sha256=bytes(32), scopes=frozenset())
LATER = NOW + timedelta(hours=1)
# An institution that is its key (did:key) has one that signs lists too.
CASES = [(name, kind) for name in BROUGHT for kind in BY_DEFAULT if kind in MECHANISMS[name].key_kinds]


async def opened(
    database: Database,
    contexts: Contexts,
    folder: Path,
    *,
    kind: KeyKind = KeyKind.ED25519,
    policy: SigningPolicy = ANY,
    did: str | None = None,
    public_url: str = PUBLIC_URL,
) -> Office:
    profile = replace(DEMONSTRATION, signing=policy, key=kind, did=did)
    return await Office.opened(database, contexts, folder / "keys", profile=profile, public_url=public_url)


@pytest.fixture
async def office(database: Database, contexts: Contexts, tmp_path: Path) -> Office:
    return await opened(database, contexts, tmp_path)


def body(office: Office, *, options: JsonObject | None = None, **members: Any) -> bytes:
    credential = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": office.institution.did,
        "credentialSubject": {"id": "did:example:subject"},
        **members,
    }
    return json.dumps({"credential": credential, "options": options or {}}).encode()


async def issued(office: Office, client: Client = CLIENT, **given: Any) -> JsonObject:
    return strict_json.read_object(await issued_bytes(office, client, **given))


async def issued_bytes(office: Office, client: Client = CLIENT, **given: Any) -> bytes:
    content = body(office, **given)
    return await office.brought().issue(content, institution=office.institution, client=client, now=NOW)


async def report_on(office: Office, credential: JsonObject) -> VerificationReport:
    publisher = office.publisher()
    world = World(office.contexts)
    verifier = Verifier(
        fetch=world,
        publications=publisher,
        known_issuers=world,
        compute=InlineCompute(office.contexts),
        fetch_timeout_seconds=3.0,
    )
    return await verifier.verify(json.dumps(credential).encode(), "application/vc", now=LATER)


def change(name: str, purpose: str, *, status: bool) -> bytes:
    entry = {"type": "BitstringStatusListEntry", "statusPurpose": purpose}
    return json.dumps({"credentialId": name, "credentialStatus": entry, "status": status}).encode()


async def set_status(office: Office, name: str, purpose: str, *, status: bool = True) -> None:
    await office.brought().change_status(
        read_change(change(name, purpose, status=status)), institution=office.institution, client=CLIENT, now=LATER
    )


@pytest.mark.parametrize(("mechanism", "kind"), CASES)
async def test_every_mechanism_signs_what_others_composed(
    database: Database, contexts: Contexts, tmp_path: Path, mechanism: str, kind: KeyKind
) -> None:
    office = await opened(database, contexts, tmp_path, kind=kind, policy=replace(ANY, mechanism=mechanism))
    signed = await issued(office)
    shown = derive(contexts, signed, ("/credentialSubject",)) if mechanism == "ecdsa-sd-2023" else signed
    report = await report_on(office, shown)
    assert report.verdict is Verdict.VALID
    revoked = report.received.document["id"]
    await set_status(office, revoked, "revocation")
    assert (await report_on(office, shown)).verdict is Verdict.REVOKED


@pytest.mark.parametrize("kind", [KeyKind.ED25519, KeyKind.P256, KeyKind.P384])
async def test_on_https_too_an_institution_may_be_a_did_key_whose_lists_count(
    database: Database, contexts: Contexts, tmp_path: Path, kind: KeyKind
) -> None:
    office = await opened(database, contexts, tmp_path, kind=kind, did="key", public_url="https://credentials.example")
    signed = await issued(office)
    assert signed["issuer"].startswith("did:key:z")
    assert all(entry["statusListCredential"].startswith("https://") for entry in signed["credentialStatus"])
    assert (await report_on(office, signed)).verdict is Verdict.VALID
    await set_status(office, signed["id"], "revocation")
    assert (await report_on(office, signed)).verdict is Verdict.REVOKED


async def test_of_parts_the_status_is_always_one(database: Database, contexts: Contexts, tmp_path: Path) -> None:
    policy = replace(ANY, mechanism="ecdsa-sd-2023")
    office = await opened(database, contexts, tmp_path, kind=KeyKind.P256, policy=policy)
    signed = await issued(office, options={"mandatoryPointers": ["/issuer"]}, name="Degree")
    part = derive(contexts, signed, ("/credentialSubject",))
    assert "credentialStatus" in part
    assert "name" not in part
    assert (await report_on(office, part)).verdict is Verdict.VALID


async def test_a_client_may_have_a_mechanism_of_its_own(office: Office) -> None:
    signed = await issued(office, replace(CLIENT, mechanism="eddsa-jcs-2022"))
    assert signed["proof"]["cryptosuite"] == "eddsa-jcs-2022"
    token = await issued(office, replace(CLIENT, mechanism="vc+jwt"))
    assert token["type"] == "EnvelopedVerifiableCredential"
    assert (await report_on(office, token)).verdict is Verdict.VALID


async def test_a_mechanism_that_no_key_is_for_signs_nothing(office: Office) -> None:
    with pytest.raises(Refused) as refused:
        await issued(office, replace(CLIENT, mechanism="ecdsa-sd-2023"))
    assert refused.value.problems[0].type == STATE_CONFLICT


async def test_without_lists_there_is_no_entry_and_nothing_to_revoke(
    database: Database, contexts: Contexts, tmp_path: Path
) -> None:
    office = await opened(database, contexts, tmp_path, policy=replace(ANY, status=()))
    signed = await issued(office)
    assert "credentialStatus" not in signed
    with pytest.raises(Refused) as refused:
        await set_status(office, signed["id"], "revocation")
    assert refused.value.problems[0].type == STATE_CONFLICT


async def test_what_it_says_of_its_status_itself_stays(office: Office) -> None:
    own = {"type": "BitstringStatusListEntry", "id": "https://a.example/1#2", "statusPurpose": "refresh"}
    own |= {"statusListIndex": "2", "statusListCredential": "https://a.example/1"}
    entries = (await issued(office, credentialStatus=own))["credentialStatus"]
    assert entries[0] == own
    assert [entry["statusPurpose"] for entry in entries] == ["refresh", "revocation", "suspension"]


async def test_what_is_refused_reserves_nothing(office: Office, database: Database) -> None:
    with pytest.raises(Refused):
        await issued(office, nobodyKnowsIt="x")
    async with database.brought._transactions.reading() as session:
        connection = await session.connection()
        assert (await connection.exec_driver_sql("SELECT count(*) FROM brought_credential")).scalar() == 0


async def test_what_a_process_that_died_had_begun_is_voided(office: Office, contexts: Contexts) -> None:
    dying = office.brought(compute=MortalCompute(contexts, "to_sign"))
    with pytest.raises(Died):
        await dying.issue(body(office, id="urn:a:b"), institution=office.institution, client=CLIENT, now=NOW)
    assert await office.brought().recover(now=NOW) == 0
    assert await office.brought().recover(now=LATER) == 1
    with pytest.raises(Refused) as refused:
        await office.brought().find("urn:a:b", institution=office.institution)
    assert refused.value.problems[0].type == NOT_FOUND


async def test_what_does_not_verify_is_not_released_and_not_kept(office: Office, contexts: Contexts) -> None:
    dying = office.brought(compute=MortalCompute(contexts, "checked"))
    with pytest.raises(Died):
        await dying.issue(body(office, id="urn:a:b"), institution=office.institution, client=CLIENT, now=NOW)
    with pytest.raises(Refused):
        await office.brought().find("urn:a:b", institution=office.institution)


async def under(office: Office, key: str, content: bytes, *, client: Client = CLIENT) -> bytes:
    return await office.brought().issue(
        content, institution=office.institution, client=client, idempotency_key=key, now=LATER
    )


async def test_the_same_key_gives_the_same_bytes_and_takes_no_other_body(office: Office) -> None:
    first = await under(office, "once", body(office))
    assert await under(office, "once", body(office)) == first
    assert await under(office, "another", body(office)) != first
    assert strict_json.read_object(await issued_bytes(office))["id"] != strict_json.read_object(first)["id"]
    for other in (body(office, name="Degree"), body(office, nobodyKnowsIt="x"), b"{}"):
        with pytest.raises(Refused) as refused:
            await under(office, "once", other)
        assert refused.value.problems[0].type == IDEMPOTENCY_KEY_REUSED


async def test_a_replay_is_owed_its_answer_though_nothing_can_be_signed_any_more(office: Office) -> None:
    first = await under(office, "once", body(office))
    keyless = replace(CLIENT, mechanism="ecdsa-sd-2023")
    with pytest.raises(Refused):
        await under(office, "another", body(office), client=keyless)
    assert await under(office, "once", body(office), client=keyless) == first


async def test_who_asks_again_after_a_process_died_is_answered(office: Office, contexts: Contexts) -> None:
    dying = office.brought(compute=MortalCompute(contexts, "to_sign"))
    content = body(office, id="urn:a:b")
    with pytest.raises(Died):
        await dying.issue(content, institution=office.institution, client=CLIENT, idempotency_key="once", now=NOW)
    with pytest.raises(Refused) as refused:
        await under(office, "once", content)
    assert refused.value.problems[0].type == IDEMPOTENCY_IN_FLIGHT
    assert await office.brought().recover(now=LATER) == 1
    answer = await under(office, "once", content)
    assert await under(office, "once", content) == answer
    assert await office.brought().find("urn:a:b", institution=office.institution) == answer


async def test_what_was_erased_is_not_answered_again(office: Office) -> None:
    name = strict_json.read_object(await under(office, "once", body(office)))["id"]
    await office.brought().erase(name, institution=office.institution, client=CLIENT, now=LATER)
    with pytest.raises(Refused) as refused:
        await under(office, "once", body(office))
    assert refused.value.problems[0].type == GONE


async def test_another_institution_has_nothing_of_it(office: Office) -> None:
    name = (await issued(office))["id"]
    other = replace(office.institution, name="other")
    for work in (
        office.brought().find(name, institution=other),
        office.brought().erase(name, institution=other, client=CLIENT, now=NOW),
        office.brought().change_status(
            read_change(change(name, "revocation", status=True)), institution=other, client=CLIENT, now=NOW
        ),
        office.brought().change_status(
            read_change(change(name, "revocation", status=False)), institution=other, client=CLIENT, now=NOW
        ),
    ):
        with pytest.raises(Refused) as refused:
            await work
        assert refused.value.problems[0].type == NOT_FOUND


async def test_what_was_erased_is_gone_and_can_still_be_revoked(office: Office) -> None:
    signed = await issued(office)
    await office.brought().erase(signed["id"], institution=office.institution, client=CLIENT, now=NOW)
    with pytest.raises(Refused) as refused:
        await office.brought().find(signed["id"], institution=office.institution)
    assert refused.value.problems[0].type == GONE
    assert (await report_on(office, signed)).verdict is Verdict.VALID
    await set_status(office, signed["id"], "revocation")
    assert (await report_on(office, signed)).verdict is Verdict.REVOKED


async def test_a_suspension_is_told_and_lifted(office: Office) -> None:
    signed = await issued(office)
    await set_status(office, signed["id"], "suspension")
    assert (await report_on(office, signed)).verdict is Verdict.SUSPENDED
    await set_status(office, signed["id"], "suspension", status=False)
    assert (await report_on(office, signed)).verdict is Verdict.VALID


async def test_what_a_key_signed_before_it_was_revoked_is_known(office: Office) -> None:
    signed = await issued(office)
    method = signed["proof"]["verificationMethod"]
    assert await office.database.recorded_proofs.count(method, before=LATER) == (1, 0)
