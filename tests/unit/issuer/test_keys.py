"""Keys over the years, on both databases: rotated, retired and revoked, and what that means for what they signed."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.adapters.cpu_pool import InlineCompute
from app.adapters.database import Database
from app.adapters.fetch import Offline
from app.adapters.keys.maker import FileKeyMaker
from app.adapters.known_issuers import OwnAndListedIssuers
from app.core.did.document import write
from app.core.json_ld import Contexts
from app.core.multiformats import KeyKind, decode_multikey
from app.core.problems import (
    KEY_ERROR,
    MALFORMED_VALUE_ERROR,
    NOT_FOUND,
    PROOF_GENERATION_ERROR,
    STATE_CONFLICT,
    Refused,
)
from app.core.proof import compact_jws, data_integrity
from app.issuer import keys
from app.issuer.publish import controlled_identifier
from app.ports import Institution, InstitutionKey, KeyPurpose
from app.verifier.report import Check, Passed, Verdict, VerificationReport
from app.verifier.verifier import Verifier
from tests.issuing import Died, MortalCompute, Office, request
from tests.verifying import KEY, NOW

PUBLIC_URL = "https://credentials.example.edu"
CREDENTIAL, LISTS = frozenset({KeyPurpose.CREDENTIAL}), frozenset({KeyPurpose.STATUS_LIST})
LATER = NOW + timedelta(days=1)


@pytest.fixture
async def office(database: Database, contexts: Contexts, tmp_path: Path) -> Office:
    return await Office.opened(database, contexts, tmp_path / "keys", public_url=PUBLIC_URL)


def maker(office: Office) -> FileKeyMaker:
    return FileKeyMaker(office.keys_dir, None)


async def now_is(office: Office) -> Institution:
    found = await office.database.directory.institution(office.institution.name)
    assert found is not None
    return found


async def rotated(
    office: Office, purposes: frozenset[KeyPurpose] = CREDENTIAL, *, kind: KeyKind | None = None
) -> keys.KeysChanged:
    return await keys.rotate(
        office.database.directory, maker(office), await now_is(office), purposes=purposes, now=LATER, kind=kind
    )


async def revoked(office: Office, method: str, *, since: datetime, now: datetime = LATER) -> keys.KeysChanged:
    directory = office.database.directory
    return await keys.revoke(directory, maker(office), await now_is(office), method, since=since, now=now)


async def retired(office: Office, method: str) -> keys.KeysChanged:
    return await keys.retire(office.database.directory, await now_is(office), method, now=LATER)


async def awarded(office: Office, *, now: datetime = NOW) -> bytes:
    receipt = await office.issuer().award(
        request(), institution=await now_is(office), actor="a test", idempotency_key=None, now=now
    )
    return receipt.credential


def method_of(credential: bytes) -> str:
    return str(json.loads(credential)["proof"][0]["verificationMethod"])


async def verified(office: Office, credential: bytes, media_type: str = "application/vc") -> VerificationReport:
    verifier = Verifier(
        fetch=Offline(),
        publications=office.publisher(),
        known_issuers=OwnAndListedIssuers(office.database.directory, {}),
        compute=InlineCompute(office.contexts),
        fetch_timeout_seconds=3,
    )
    return await verifier.verify(credential, media_type, now=LATER)


def problem(caught: pytest.ExceptionInfo[Refused]) -> str:
    return caught.value.problems[0].type


# ── rotated ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_new_key_has_the_next_number(office: Office) -> None:
    (made,) = (await rotated(office)).made
    assert made.verification_method == f"{office.institution.did}#credential-2"


@pytest.mark.parametrize("kind", [KeyKind.P256, KeyKind.P384])
async def test_an_award_and_its_list_are_signed_by_the_suite_of_the_key(office: Office, kind: KeyKind) -> None:
    made = (await rotated(office, CREDENTIAL | LISTS, kind=kind)).made
    assert [decode_multikey(key.public_key_multibase).kind for key in made] == [kind, kind]
    credential = await awarded(office, now=LATER)
    (proof,) = json.loads(credential)["proof"]
    report = await verified(office, credential)
    assert (proof["cryptosuite"], report.verdict) == ("ecdsa-rdfc-2019", Verdict.VALID)
    url = json.loads(credential)["credentialStatus"]["statusListCredential"]
    published = await office.publisher().status_list(url, now=LATER)
    assert published is not None
    (list_proof,) = json.loads(published)["proof"]
    assert (list_proof["cryptosuite"], list_proof["verificationMethod"]) == (
        "ecdsa-rdfc-2019",
        made[1].verification_method,
    )


async def test_what_an_older_kind_of_key_signed_stays_good(office: Office) -> None:
    credential = await awarded(office)
    await rotated(office, CREDENTIAL | LISTS, kind=KeyKind.P384)
    assert (await verified(office, credential)).verdict is Verdict.VALID


async def test_the_next_key_is_of_the_kind_of_the_one_before_unless_another_is_asked_for(office: Office) -> None:
    (first,) = (await rotated(office, kind=KeyKind.P256)).made
    (second,) = (await rotated(office)).made
    (third,) = (await revoked(office, second.verification_method, since=NOW)).made
    (fourth,) = (await rotated(office, kind=KeyKind.ED25519)).made
    found = [decode_multikey(key.public_key_multibase).kind for key in (first, second, third, fourth)]
    assert found == [KeyKind.P256, KeyKind.P256, KeyKind.P256, KeyKind.ED25519]


async def test_a_key_for_credentials_is_published_for_proofs_and_for_tokens(office: Office) -> None:
    did = office.institution.did
    document = write(controlled_identifier(office.institution))
    assert [(each["id"], each["type"]) for each in document["verificationMethod"]] == [
        (f"{did}#credential-1", "Multikey"),
        (f"{did}#credential-1-jwk", "JsonWebKey"),
        (f"{did}#status-list-1", "Multikey"),
    ]
    assert document["verificationMethod"][1]["publicKeyJwk"].keys() == {"alg", "crv", "kid", "kty", "use", "x"}
    assert document["assertionMethod"] == [each["id"] for each in document["verificationMethod"]]
    assert "https://w3id.org/security/jwk/v1" in document["@context"]


async def with_rsa(office: Office) -> keys.KeysChanged:
    return await keys.add(office.database.directory, maker(office), await now_is(office), kind=KeyKind.RSA, now=LATER)


async def test_an_rsa_key_is_published_as_a_json_web_key_alone(office: Office) -> None:
    changed = await with_rsa(office)
    (made,) = changed.made
    (method,) = (
        each
        for each in controlled_identifier(changed.institution).verification_methods
        if each.id.startswith(made.verification_method)
    )
    assert (method.id, method.type, method.public_key()) == (made.verification_method, "JsonWebKey", made.public_key)
    assert (await now_is(office)).keys[-1].public_key == made.public_key


async def test_beside_an_rsa_key_awards_and_lists_are_signed_as_before(office: Office) -> None:
    await with_rsa(office)
    assert method_of(await awarded(office, now=LATER)) == f"{office.institution.did}#credential-1"


async def test_an_rsa_key_alone_awards_nothing_and_it_is_told_which_key_is_missing(office: Office) -> None:
    await with_rsa(office)
    await retired(office, f"{office.institution.did}#credential-1")
    with pytest.raises(Refused) as caught:
        await awarded(office, now=LATER)
    assert problem(caught) == PROOF_GENERATION_ERROR
    assert "testamur keys add demo --algorithm EdDSA" in caught.value.problems[0].remedy


async def test_an_rsa_key_takes_no_other_keys_place(office: Office) -> None:
    with pytest.raises(Refused) as caught:
        await rotated(office, kind=KeyKind.RSA)
    assert (problem(caught), "keys add demo --algorithm RS256" in caught.value.problems[0].remedy) == (
        STATE_CONFLICT,
        True,
    )


async def test_a_badge_in_a_token_by_our_rsa_key_is_valid(office: Office) -> None:
    changed = await with_rsa(office)
    named = replace(changed.institution, mechanisms=("eddsa-rdfc-2022", "ob-jwt", "vc+jwt"))
    await office.database.directory.change_institution(changed.institution, named)
    learner = {"id": "urn:uuid:c5b0a1f0-6f0d-4d7c-9a44-5d3a6d1b7c11", "fullName": "Ada Example"}
    receipt = await office.issuer().award(
        request(learner=learner), institution=await now_is(office), actor="a test", idempotency_key=None, now=LATER
    )
    page = await office.issuer().list(institution=named, cursor=None, limit=1)
    tokens = [each.signed.open() for each in page.awards[0].credentials if each.signed][1:]
    assert receipt.credential is not None
    assert [compact_jws.read(token.decode()).header["alg"] for token in tokens] == ["RS256", "RS256"]
    for token, media_type in zip(tokens, ("application/jwt", "application/vc+jwt"), strict=True):
        assert (await verified(office, token, media_type)).verdict is Verdict.VALID


async def test_the_old_key_is_retired_at_that_moment(office: Office) -> None:
    (old,) = (await rotated(office)).retired
    assert (old.verification_method, old.retired) == (f"{office.institution.did}#credential-1", LATER)


async def test_a_key_for_another_purpose_stays_in_use(office: Office) -> None:
    after = (await rotated(office)).institution
    assert [key.verification_method for key in after.keys if key.in_use and key.purposes == LISTS] == [
        f"{office.institution.did}#status-list-1"
    ]


async def test_what_is_kept_is_what_was_told(office: Office) -> None:
    assert (await rotated(office, CREDENTIAL | LISTS)).institution == await now_is(office)


async def test_two_who_rotate_at_once_are_told_of_each_other(office: Office) -> None:
    before = await now_is(office)
    await rotated(office)
    with pytest.raises(Refused) as caught:
        await keys.rotate(office.database.directory, maker(office), before, purposes=CREDENTIAL, now=LATER)
    assert problem(caught) == STATE_CONFLICT


async def test_a_real_institutions_new_key_is_never_made_without_a_passphrase(office: Office) -> None:
    with pytest.raises(Refused) as caught:
        await keys.rotate(
            office.database.directory,
            maker(office),
            replace(await now_is(office), demo=False),
            purposes=CREDENTIAL,
            now=LATER,
        )
    assert problem(caught) == KEY_ERROR
    assert not (office.keys_dir / "demo-credential-2.pem").exists()


async def test_no_document_grows_beyond_what_verifiers_read(office: Office) -> None:
    institution = await now_is(office)
    many = tuple(
        InstitutionKey(f"{institution.did}#old-{number}", KEY.multibase, CREDENTIAL, "file:old", NOW, retired=NOW)
        for number in range(30)
    )
    await office.database.directory.change_institution(institution, replace(institution, keys=institution.keys + many))
    with pytest.raises(Refused) as caught:
        await rotated(office)
    assert "verifiers read no more" in caught.value.problems[0].detail


async def test_a_key_that_is_a_did_is_never_rotated(database: Database, contexts: Contexts, tmp_path: Path) -> None:
    office = await Office.opened(database, contexts, tmp_path / "keys")
    with pytest.raises(Refused) as caught:
        await rotated(office)
    assert (problem(caught), "PUBLIC_URL on https" in caught.value.problems[0].remedy) == (STATE_CONFLICT, True)


async def test_a_key_that_is_a_did_is_never_revoked(database: Database, contexts: Contexts, tmp_path: Path) -> None:
    office = await Office.opened(database, contexts, tmp_path / "keys")
    with pytest.raises(Refused) as caught:
        await revoked(office, office.institution.keys[0].verification_method, since=NOW)
    assert problem(caught) == STATE_CONFLICT


# ── what was signed before, and what is in flight ────────────────────────────────────────────────────────────────────


async def test_what_a_retired_key_signed_stays_good(office: Office) -> None:
    credential = await awarded(office)
    await rotated(office, CREDENTIAL | LISTS)
    assert (await verified(office, credential)).verdict is Verdict.VALID


async def test_the_next_award_is_signed_with_the_new_key_by_the_ring_that_was_opened_before(office: Office) -> None:
    (made,) = (await rotated(office)).made
    assert method_of(await awarded(office, now=LATER)) == made.verification_method


async def test_an_award_that_was_begun_is_finished_with_its_key(office: Office, contexts: Contexts) -> None:
    dying = office.issuer(compute=MortalCompute(contexts, "to_sign"))
    with pytest.raises(Died):
        await dying.award(request(), institution=office.institution, actor="a test", idempotency_key=None, now=NOW)
    (old,) = (await rotated(office)).retired
    assert await office.issuer().recover(now=LATER) == 1
    page = await office.issuer().list(institution=office.institution, cursor=None, limit=1)
    signed = page.awards[0].credentials[0].signed
    assert signed is not None
    assert method_of(signed.open()) == old.verification_method


async def test_an_award_that_was_begun_with_a_key_that_was_given_up_is_voided(
    office: Office, contexts: Contexts
) -> None:
    dying = office.issuer(compute=MortalCompute(contexts, "to_sign"))
    with pytest.raises(Died):
        await dying.award(request(), institution=office.institution, actor="a test", idempotency_key=None, now=NOW)
    await revoked(office, f"{office.institution.did}#credential-1", since=NOW)
    assert await office.issuer().recover(now=LATER) == 1
    page = await office.issuer().list(institution=office.institution, cursor=None, limit=1)
    assert page.awards[0].state == "voided"


async def test_a_list_is_signed_anew_by_the_newest_key(office: Office) -> None:
    credential = json.loads(await awarded(office))
    url = credential["credentialStatus"]["statusListCredential"]
    await office.publisher().status_list(url, now=NOW)
    (made,) = (await rotated(office, LISTS)).made
    anew = await office.publisher().status_list(url, now=LATER)
    assert anew is not None
    assert method_of(anew) == made.verification_method


# ── retired ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_without_a_key_nothing_is_awarded(office: Office) -> None:
    assert (await retired(office, f"{office.institution.did}#credential-1")).awards is False
    with pytest.raises(Refused) as caught:
        await awarded(office)
    assert problem(caught) == PROOF_GENERATION_ERROR
    assert "testamur keys rotate demo --purpose credential" in caught.value.problems[0].remedy


async def test_the_last_key_for_lists_is_not_retired(office: Office) -> None:
    with pytest.raises(Refused) as caught:
        await retired(office, f"{office.institution.did}#status-list-1")
    assert "testamur keys rotate demo --purpose status-list" in caught.value.problems[0].remedy


async def test_what_is_retired_is_not_retired_again(office: Office) -> None:
    await rotated(office)
    with pytest.raises(Refused) as caught:
        await retired(office, f"{office.institution.did}#credential-1")
    assert problem(caught) == STATE_CONFLICT


async def test_a_key_that_there_is_not_is_not_retired(office: Office) -> None:
    with pytest.raises(Refused) as caught:
        await retired(office, f"{office.institution.did}#credential-9")
    assert problem(caught) == NOT_FOUND


# ── revoked ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_key_in_use_that_is_given_up_is_replaced_at_once(office: Office) -> None:
    changed = await revoked(office, f"{office.institution.did}#credential-1", since=NOW)
    assert [key.verification_method for key in changed.made] == [f"{office.institution.did}#credential-2"]


async def test_a_retired_key_that_is_given_up_needs_no_other(office: Office) -> None:
    await rotated(office)
    assert (await revoked(office, f"{office.institution.did}#credential-1", since=NOW)).made == ()


async def test_nothing_that_it_signed_counts(office: Office) -> None:
    credential = await awarded(office)
    await revoked(office, method_of(credential), since=NOW - timedelta(days=1))
    assert (await verified(office, credential)).verdict is Verdict.INVALID


async def test_what_was_recorded_at_that_very_moment_does_not_count(office: Office) -> None:
    credential = await awarded(office, now=NOW)
    await revoked(office, method_of(credential), since=NOW)
    assert (await verified(office, credential)).verdict is Verdict.INVALID


async def test_what_was_recorded_before_stays_good(office: Office) -> None:
    credential = await awarded(office, now=NOW)
    await revoked(office, method_of(credential), since=NOW + timedelta(seconds=1))
    report = await verified(office, credential)
    outcome = report.outcome(Check.CONTROLLER)
    assert report.verdict is Verdict.VALID
    assert isinstance(outcome, Passed)
    assert dict(outcome.seen) | {"key": ""} == {
        "key": "",
        "host": "credentials.example.edu",
        "revoked": "2026-11-24T12:00:01Z",
        "recorded": "2026-11-24T12:00:00Z",
    }


async def test_what_a_thief_dates_back_does_not_count(office: Office) -> None:
    """`created` and `validFrom` are what the thief likes; only what the register recorded is not."""
    credential = json.loads(await awarded(office, now=NOW))
    (proof,) = credential.pop("proof")
    forged = {**credential, "id": "urn:uuid:5a0c6a9e-9f8f-4a41-9f39-0c3a3c1de0a0", "validFrom": "2026-01-01T00:00:00Z"}
    options = {name: value for name, value in proof.items() if name != "proofValue"} | {
        "created": "2026-01-01T00:00:00Z"
    }
    signer = await office.keys.by_method(proof["verificationMethod"])
    data = data_integrity.sign_input(office.contexts, forged, options)
    signature = await signer.sign(data, purpose=KeyPurpose.CREDENTIAL)
    forged_bytes = json.dumps(data_integrity.attach_proof(forged, options, signature)).encode()
    assert (await verified(office, forged_bytes)).verdict is Verdict.VALID
    await revoked(office, proof["verificationMethod"], since=NOW + timedelta(seconds=1))
    assert (await verified(office, forged_bytes)).verdict is Verdict.INVALID


async def test_a_copy_that_was_written_otherwise_is_the_same_statement(office: Office) -> None:
    credential = await awarded(office, now=NOW)
    await revoked(office, method_of(credential), since=NOW + timedelta(seconds=1))
    rewritten = json.dumps(dict(reversed(json.loads(credential).items())), indent=4).encode()
    assert (await verified(office, rewritten)).verdict is Verdict.VALID


async def test_the_record_excuses_no_change(office: Office) -> None:
    credential = await awarded(office, now=NOW)
    await revoked(office, method_of(credential), since=NOW + timedelta(seconds=1))
    changed = json.loads(credential) | {"awardedDate": "2026-05-05T00:00:00Z"}
    assert (await verified(office, json.dumps(changed).encode())).verdict is Verdict.INVALID


async def test_a_list_by_a_key_that_was_given_up_is_made_anew(office: Office) -> None:
    credential = await awarded(office)
    await verified(office, credential)
    await revoked(office, f"{office.institution.did}#status-list-1", since=NOW)
    assert (await verified(office, credential)).verdict is Verdict.VALID


async def test_the_document_tells_since_when(office: Office) -> None:
    since = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    changed = await revoked(office, f"{office.institution.did}#credential-1", since=since)
    document = controlled_identifier(changed.institution)
    assert [method.revoked for method in document.verification_methods] == [since, since, None, None, None]


async def test_a_day_to_come_is_refused(office: Office) -> None:
    with pytest.raises(Refused) as caught:
        await revoked(office, f"{office.institution.did}#credential-1", since=LATER + timedelta(seconds=1))
    assert problem(caught) == MALFORMED_VALUE_ERROR


async def test_the_day_is_moved_only_back(office: Office) -> None:
    method = f"{office.institution.did}#credential-1"
    await revoked(office, method, since=NOW)
    with pytest.raises(Refused) as caught:
        await revoked(office, method, since=NOW)
    assert problem(caught) == STATE_CONFLICT
    earlier = await revoked(office, method, since=NOW - timedelta(days=3))
    assert (earlier.revoked and earlier.revoked.revoked, earlier.made) == (NOW - timedelta(days=3), ())


async def test_it_is_told_how_many_are_concerned(office: Office) -> None:
    for now in (NOW, NOW, NOW + timedelta(hours=2)):
        await awarded(office, now=now)
    counted = office.database.recorded_proofs.count(
        f"{office.institution.did}#credential-1", before=NOW + timedelta(hours=1)
    )
    assert await counted == (2, 1)
