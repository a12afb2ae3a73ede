"""One award by several mechanisms: as many credentials that say the same, whole or not at all, ended together."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.adapters.cpu_pool import InlineCompute
from app.adapters.database import Database
from app.adapters.fetch import Offline
from app.adapters.keys.maker import FileKeyMaker
from app.adapters.known_issuers import OwnAndListedIssuers
from app.core import strict_json
from app.core.credential import award_request, open_badge
from app.core.json_ld import Contexts
from app.core.multiformats import KeyKind
from app.core.problems import (
    MALFORMED_VALUE_ERROR,
    MISSING_ELEMENT,
    PROOF_GENERATION_ERROR,
    Refused,
)
from app.core.proof import sd_jwt
from app.core.status.bitstring_status_list import expand
from app.exchange.claim import Claims
from app.issuer import institutions, keys
from app.issuer.institution_file import DEMONSTRATION, read_table
from app.issuer.life import Act
from app.issuer.mechanisms import DC_SD_JWT, MECHANISMS, OPEN_BADGE_JWT, VC_JWT, checked
from app.issuer.plan import mechanisms_of
from app.issuer.publish import controlled_identifier
from app.issuer.set_up import made_institution
from app.ports import Institution, RegisteredAward, Unavailable
from app.verifier.report import VerificationReport
from app.verifier.verifier import Verifier
from tests.databases import take_away
from tests.issuing import Died, MortalCompute, Office, request
from tests.verifying import NOW

HTTPS = "https://dunmore.example"
LEARNER = {"fullName": "Zoë Marković", "id": "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"}
ALL = tuple(MECHANISMS)


@pytest.fixture
async def office(database: Database, contexts: Contexts, tmp_path: Path) -> Office:
    """On did:web, with a key of Ed25519 and one of P-256 in use."""
    office = await Office.opened(database, contexts, tmp_path / "keys", public_url=HTTPS)
    maker = FileKeyMaker(office.keys_dir, None)
    added = await keys.add(database.directory, maker, office.institution, kind=KeyKind.P256, now=NOW)
    return replace(office, institution=added.institution)


def asking_for(office: Office, *mechanisms: str) -> Institution:
    return replace(office.institution, mechanisms=mechanisms)


async def awarded(office: Office, institution: Institution, **members: object) -> RegisteredAward:
    body = request(**{"learner": LEARNER, "achievement": award_request.EXAMPLE["achievement"], **members})
    asked: dict[str, Any] = {"institution": institution, "actor": "a test", "idempotency_key": None, "now": NOW}
    receipt = await office.issuer().award(body, **asked)
    award = await office.issuer().find(receipt.id, institution=institution)
    assert award.primary is not None
    assert receipt.credential == award.primary.open()
    return award


def signed(award: RegisteredAward) -> dict[str, bytes]:
    return {each.mechanism: each.signed.open() for each in award.credentials if each.signed}


async def test_an_award_has_a_credential_for_each_mechanism_and_each_verifies(
    office: Office, contexts: Contexts
) -> None:
    award = await awarded(office, asking_for(office, *ALL))
    assert list(signed(award)) == list(ALL)
    for name, credential in signed(award).items():
        checked(contexts, name, credential, controlled_identifier(office.institution), now=NOW)


async def test_each_has_an_id_and_an_entry_of_its_own_and_they_say_the_same(office: Office) -> None:
    award = await awarded(office, asking_for(office, "eddsa-rdfc-2022", "ecdsa-rdfc-2019"))
    one, other = (strict_json.read_object(each) for each in signed(award).values())
    assert len({each.id for each in award.credentials}) == 2
    assert [one["id"], other["id"]] == [each.id for each in award.credentials]
    assert len({each.status_list_index for each in award.credentials}) == 2
    assert open_badge.read(one) == open_badge.read(other)


async def test_whoever_asks_for_nothing_gets_what_the_newest_key_signs(office: Office) -> None:
    assert mechanisms_of(office.institution) == ("eddsa-rdfc-2022",)
    newer = replace(
        office.institution,
        keys=tuple(
            replace(key, created=NOW.replace(year=2027)) if key.public_key_multibase.startswith("zDn") else key
            for key in office.institution.keys
        ),
    )
    assert mechanisms_of(newer) == ("ecdsa-rdfc-2019",)


async def test_it_is_found_by_the_id_of_each_of_its_credentials_and_by_no_other(office: Office) -> None:
    institution = asking_for(office, "eddsa-rdfc-2022", VC_JWT)
    award = await awarded(office, institution)
    for each in award.credentials:
        assert await office.issuer().of_credential(each.id, institution=institution) == award
        other = replace(institution, name="other")
        assert await office.issuer().of_credential(each.id, institution=other) is None
    for name in (award.id, award.credentials[0].id + "\x00"):
        assert await office.issuer().of_credential(name, institution=institution) is None


async def test_of_an_award_that_is_not_whole_nothing_is_found(office: Office, contexts: Contexts) -> None:
    institution = asking_for(office, "eddsa-rdfc-2022", VC_JWT)
    ids = iter(f"00000000-0000-0000-0000-00000000000{number}" for number in range(9))
    dying = office.issuer(compute=MortalCompute(contexts, "to_sign", times=2), new_id=lambda: next(ids))
    asked: dict[str, Any] = {"institution": institution, "actor": "a test", "idempotency_key": None, "now": NOW}
    with pytest.raises(Died):
        await dying.award(request(learner=LEARNER), **asked)
    begun = await office.database.register.find("00000000-0000-0000-0000-000000000000", institution=institution.name)
    assert begun is not None
    assert [each.state for each in begun.credentials] == ["issued", "intended"]
    for each in begun.credentials:
        assert await office.issuer().of_credential(each.id, institution=institution) is None


async def test_revoking_sets_the_bits_of_all(office: Office) -> None:
    institution = asking_for(office, "eddsa-rdfc-2022", VC_JWT, DC_SD_JWT)
    award = await awarded(office, institution)
    await office.issuer().act(award.id, Act.REVOKE, institution=institution, actor="a test", reason=None, now=NOW)
    published = await office.publisher().published_list(award.credentials[0].status_list_id, now=NOW)
    assert published is not None
    bits = expand(strict_json.read_object(published.content)["credentialSubject"]["encodedList"])
    for index in (each.status_list_index for each in award.credentials):
        assert bits[index // 8] & 0x80 >> index % 8


async def test_a_correction_corrects_all(office: Office) -> None:
    institution = asking_for(office, "eddsa-rdfc-2022", VC_JWT)
    award = await awarded(office, institution)
    corrected = await office.issuer().supersede(
        award.id,
        b'{"reason": "misspelt", "learner": {"fullName": "Another Name"}}',
        institution=institution,
        actor="a test",
        idempotency_key=None,
        now=NOW,
    )
    new = await office.issuer().find(corrected.id, institution=institution)
    assert list(signed(new)) == ["eddsa-rdfc-2022", VC_JWT]
    old = await office.issuer().find(award.id, institution=institution)
    assert ({each.state for each in old.credentials}, signed(old)) == ({"superseded"}, {})


@pytest.mark.parametrize("step", ["to_sign", "checked"])
async def test_what_a_process_left_half_done_another_finishes(office: Office, contexts: Contexts, step: str) -> None:
    institution = asking_for(office, "eddsa-rdfc-2022", VC_JWT)
    dying = office.issuer(compute=MortalCompute(contexts, step, 2))
    asked: dict[str, Any] = {"institution": institution, "actor": "a test", "idempotency_key": "k"}
    with pytest.raises(Died):
        await dying.award(request(), now=NOW, **asked)
    page = await office.issuer().list(institution=institution, cursor=None, limit=9)
    assert [each.state for each in page.awards[0].credentials] == ["issued", "intended"]
    assert page.awards[0].state == "intended"
    later = NOW.replace(hour=13)
    receipt = await office.issuer().award(request(), now=later, **asked)
    award = await office.issuer().find(receipt.id, institution=institution)
    assert (award.state, list(signed(award))) == ("issued", ["eddsa-rdfc-2022", VC_JWT])
    assert receipt.credential == signed(award)["eddsa-rdfc-2022"]


async def test_what_cannot_be_finished_is_voided_whole(office: Office, contexts: Contexts) -> None:
    institution = asking_for(office, "eddsa-rdfc-2022", VC_JWT)
    dying = office.issuer(compute=MortalCompute(contexts, "to_sign", 2))
    with pytest.raises(Died):
        await dying.award(request(), institution=institution, actor="a test", idempotency_key="k", now=NOW)
    issuer = office.issuer(signers=office.without_its_keys())
    await issuer.recover(now=NOW.replace(hour=13))
    (award,) = (await office.issuer().list(institution=institution, cursor=None, limit=9)).awards
    assert (award.state, {each.state for each in award.credentials}, signed(award)) == ("voided", {"voided"}, {})
    rows = await office.database.status_lists.rows(award.credentials[0].status_list_id)
    assert rows is not None
    assert sorted(rows.set_indexes) == sorted(each.status_list_index for each in award.credentials)


# ── what is refused, before anything is reserved ─────────────────────────────────────────────────────────────────────


async def problem(office: Office, institution: Institution, **members: object) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        await awarded(office, institution, **members)
    assert (await office.issuer().list(institution=institution, cursor=None, limit=9)).awards == ()
    (found,) = refused.value.problems
    return found.type, found.at


async def test_a_badge_in_a_token_needs_a_learner_with_an_identifier(office: Office) -> None:
    institution = asking_for(office, "eddsa-rdfc-2022", OPEN_BADGE_JWT)
    assert await problem(office, institution, learner={"fullName": "Zoë"}) == (MISSING_ELEMENT, "/learner/id")


async def test_without_a_key_that_is_for_it_no_mechanism_signs(database: Database, office: Office) -> None:
    without = replace(office.institution, keys=office.institution.keys[:2], mechanisms=("ecdsa-rdfc-2019",))
    with pytest.raises(Refused, match="no key in use") as refused:
        await awarded(office, without)
    assert refused.value.problems[0].type == PROOF_GENERATION_ERROR
    assert "testamur keys add demo --algorithm ES256" in refused.value.problems[0].remedy


async def test_an_achievement_without_a_level_is_no_learning_credential(office: Office) -> None:
    institution = asking_for(office, "eddsa-rdfc-2022", DC_SD_JWT)
    achievement = award_request.MINIMAL_EXAMPLE["achievement"]
    assert (await problem(office, institution, achievement=achievement))[0] == MISSING_ELEMENT


# ── handing over ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_claim_link_offers_each_in_its_own_form(office: Office) -> None:
    institution = asking_for(office, "eddsa-rdfc-2022", "ecdsa-sd-2023", DC_SD_JWT)
    award = await awarded(office, institution)
    url = await office.issuer().claim_url(award)
    claims = Claims(register=office.database.register, directory=office.database.directory)
    offer = await claims.take(url.rpartition("/")[2], now=NOW)
    assert [form.media_type for form in offer.forms] == ["application/vc", "application/vc", "application/dc+sd-jwt"]
    assert offer.form(mechanism=None).credential == offer.credential
    assert sd_jwt.read(offer.form(mechanism=DC_SD_JWT).credential).disclosures
    assert [form.filename.partition(".")[2] for form in offer.forms] == [
        "vc.json",
        "ecdsa-sd-2023.vc.json",
        "sd-jwt",
    ]
    with pytest.raises(Refused) as refused:
        offer.form(mechanism=VC_JWT)
    assert refused.value.problems[0].type == MALFORMED_VALUE_ERROR


# ── the institution's setting ────────────────────────────────────────────────────────────────────────────────────────

DESCRIBED = {
    "name": "University of Vilkaviškis",
    "legal_identifier": "NTRLT-111950396",
    "country": "LT",
    "time_zone": "Europe/Vilnius",
    "languages": ["lt"],
    "contact": "registry@example.edu",
}


def test_an_institution_names_its_mechanisms(contexts: Contexts) -> None:
    named = read_table({**DESCRIBED, "mechanisms": ["eddsa-rdfc-2022", VC_JWT]}, contexts)
    assert named.mechanisms == ("eddsa-rdfc-2022", VC_JWT)


@pytest.mark.parametrize(
    ("mechanisms", "at"),
    [
        (["rsa-2018"], "/mechanisms/0"),
        (["eddsa-rdfc-2022", "eddsa-rdfc-2022"], "/mechanisms/1"),
        ([VC_JWT], "/mechanisms/0"),
        (["ecdsa-sd-2023", "eddsa-rdfc-2022"], "/mechanisms/0"),
        ([], "/mechanisms"),
        ("eddsa-rdfc-2022", "/mechanisms"),
        ([1], "/mechanisms"),
    ],
)
def test_what_is_no_list_of_mechanisms_is_refused(contexts: Contexts, mechanisms: object, at: str) -> None:
    with pytest.raises(Refused) as refused:
        read_table({**DESCRIBED, "mechanisms": mechanisms}, contexts)
    assert [each.at for each in refused.value.problems] == [at]


def test_an_institution_is_made_with_a_key_of_each_kind_that_its_mechanisms_need(tmp_path: Path) -> None:
    maker = FileKeyMaker(tmp_path, None)
    wanted = replace(DEMONSTRATION, mechanisms=("eddsa-rdfc-2022", VC_JWT, "ecdsa-sd-2023"))
    made = made_institution(maker, wanted, public_url=HTTPS, now=NOW)
    assert [key.verification_method.partition("#")[2] for key in made.keys] == [
        "credential-1",
        "credential-2",
        "status-list-1",
    ]
    with pytest.raises(Refused, match="its DID is one key"):
        made_institution(maker, wanted, public_url="http://127.0.0.1:8000", now=NOW)


async def test_a_mechanism_without_a_key_is_not_set(database: Database, office: Office, contexts: Contexts) -> None:
    real = replace(office.institution, demo=False, keys=office.institution.keys[:2])
    table = {**DESCRIBED, "slug": real.name, "mechanisms": ["ecdsa-jcs-2019"]}
    with pytest.raises(Refused, match="no key in use"):
        await institutions.change(database.directory, real, table, contexts)


# ── keys of several kinds ────────────────────────────────────────────────────────────────────────────────────────────


async def test_each_kind_in_use_is_rotated_for_its_like(office: Office) -> None:
    changed = await keys.rotate(
        office.database.directory,
        FileKeyMaker(office.keys_dir, None),
        office.institution,
        purposes=frozenset(keys.INSTITUTION_PURPOSES[:1]),
        now=NOW.replace(hour=13),
    )
    kinds = [key.public_key_multibase[:3] for key in changed.made]
    assert (sorted(kinds), len(changed.retired)) == (["z6M", "zDn"], 2)


async def test_a_revoked_key_is_replaced_though_another_of_another_kind_is_in_use(office: Office) -> None:
    (p256,) = (key for key in office.institution.keys if key.public_key_multibase.startswith("zDn"))
    changed = await keys.revoke(
        office.database.directory,
        FileKeyMaker(office.keys_dir, None),
        office.institution,
        p256.verification_method,
        since=NOW,
        now=NOW.replace(hour=13),
    )
    assert [key.public_key_multibase[:3] for key in changed.made] == ["zDn"]


# ── learning credentials, as the world finds them ────────────────────────────────────────────────────────────────────


async def test_a_learning_credential_is_good_until_it_is_revoked_and_nobody_else_is_asked(
    office: Office, contexts: Contexts
) -> None:
    institution = asking_for(office, "eddsa-rdfc-2022", DC_SD_JWT)
    award = await awarded(office, institution)
    verifier = Verifier(
        fetch=Offline(),
        publications=office.publisher(),
        known_issuers=OwnAndListedIssuers(office.database.directory, {}),
        compute=InlineCompute(contexts),
        fetch_timeout_seconds=1.0,
    )

    async def report() -> VerificationReport:
        return await verifier.verify(signed(award)[DC_SD_JWT], "application/dc+sd-jwt", now=NOW)

    good = await report()
    assert (good.verdict, good.known_issuer is not None and good.known_issuer.own) == ("valid", True)
    await office.issuer().act(award.id, Act.REVOKE, institution=institution, actor="a test", reason=None, now=NOW)
    assert (await report()).verdict == "revoked"


async def test_the_keys_are_published_where_sd_jwt_vc_looks_for_them(office: Office) -> None:
    metadata = await office.publisher().issuer_metadata(office.institution.name)
    assert metadata is not None
    assert metadata["issuer"] == f"{HTTPS}/issuers/demo"
    assert [key["kid"] for key in metadata["jwks"]["keys"]] == [
        key.verification_method for key in office.institution.keys
    ]
    assert await office.publisher().issuer_metadata("nobody") is None


async def test_a_list_for_tokens_stands_until_its_rows_change(office: Office) -> None:
    institution = asking_for(office, "eddsa-rdfc-2022", DC_SD_JWT)
    award = await awarded(office, institution)
    publisher, list_id = office.publisher(), award.credentials[1].status_list_id
    first = await publisher.token_list(list_id, now=NOW)
    assert first == await publisher.token_list(list_id, now=NOW)
    await office.issuer().act(award.id, Act.REVOKE, institution=institution, actor="a test", reason=None, now=NOW)
    assert first != await publisher.token_list(list_id, now=NOW)
    assert await publisher.token_list("0" * 16, now=NOW) is None


async def test_while_the_register_is_away_the_last_list_serves_until_its_ttl(office: Office) -> None:
    award = await awarded(office, asking_for(office, "eddsa-rdfc-2022", DC_SD_JWT))
    publisher, list_id = office.publisher(), award.credentials[1].status_list_id
    last = await publisher.token_list(list_id, now=NOW)
    await take_away(office.database)
    assert await publisher.token_list(list_id, now=NOW) == last
    with pytest.raises(Unavailable):
        await publisher.token_list(list_id, now=NOW.replace(hour=13))


async def test_an_institution_without_an_address_has_no_list_for_tokens(
    database: Database, contexts: Contexts, tmp_path: Path
) -> None:
    office = await Office.opened(database, contexts, tmp_path / "keys")
    asked: dict[str, Any] = {"institution": office.institution, "actor": "a test", "idempotency_key": None}
    receipt = await office.issuer().award(request(), now=NOW, **asked)
    award = await office.issuer().find(receipt.id, institution=office.institution)
    publisher = office.publisher()
    assert await publisher.token_list(award.credentials[0].status_list_id, now=NOW) is None
    assert await publisher.issuer_metadata(office.institution.name) is None
