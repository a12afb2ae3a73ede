"""The ring of keys: whole, or the service does not start; and nothing is made in a missing key's place."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.adapters.keys.maker import FileKeyMaker
from app.adapters.keys.ring import KeyRing, open_key_ring
from app.core.credential.micro_credential import Organisation
from app.core.problems import KEY_ERROR, PROOF_GENERATION_ERROR, Refused
from app.ports import Institution, InstitutionKey, KeyPurpose, Unavailable

PASSPHRASE = b"correct horse battery staple"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
METHOD = "did:web:example.edu:issuers:example#credential-1"
SECOND_METHOD = "did:web:example.edu:issuers:example#credential-2"


@pytest.fixture
def institution(quick_passphrases: None, tmp_path: Path) -> Institution:
    maker = FileKeyMaker(tmp_path, PASSPHRASE)
    maker.make_own_keys()
    made = maker.make_key("example")
    key = InstitutionKey(METHOD, made.public_key_multibase, frozenset({KeyPurpose.CREDENTIAL}), made.uri, NOW)
    did = METHOD.partition("#")[0]
    return Institution(
        "example",
        did,
        Organisation(did, "Example"),
        "Europe/Vilnius",
        ("en",),
        "a@example.edu",
        demo=False,
        keys=(key,),
    )


def ring(institution: Institution, keys_dir: Path, *, later: Institution | None = None) -> KeyRing:
    """`later` is what the directory says of the institution after the ring was opened."""

    async def find(did: str) -> Institution | None:
        return (later or institution) if did == institution.did else None

    return open_key_ring([institution], keys_dir=keys_dir, passphrase=PASSPHRASE, find_institution=find)


def problems(institution: Institution, keys_dir: Path) -> tuple[str, ...]:
    with pytest.raises(Refused) as caught:
        ring(institution, keys_dir)
    assert all(problem.type == KEY_ERROR for problem in caught.value.problems)
    return tuple(problem.detail for problem in caught.value.problems)


async def test_a_key_is_found_by_its_verification_method(institution: Institution, tmp_path: Path) -> None:
    assert (await ring(institution, tmp_path).by_method(METHOD)).purposes == {KeyPurpose.CREDENTIAL}


def test_the_services_own_keys_are_found_by_purpose(institution: Institution, tmp_path: Path) -> None:
    assert ring(institution, tmp_path).by_purpose(KeyPurpose.CLAIM_LINK).algorithm == "HS256"


def test_no_institutions_key_is_found_by_purpose(institution: Institution, tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        ring(institution, tmp_path).by_purpose(KeyPurpose.CREDENTIAL)
    assert caught.value.problems[0].type == PROOF_GENERATION_ERROR


async def test_a_retired_key_finishes_what_was_begun_with_it(institution: Institution, tmp_path: Path) -> None:
    old = replace(institution.keys[0], retired=NOW)
    assert (await ring(replace(institution, keys=(old,)), tmp_path).by_method(METHOD)).purposes == old.purposes


def test_a_retired_key_may_be_gone_from_its_folder(institution: Institution, tmp_path: Path) -> None:
    (tmp_path / "example.pem").unlink()
    ring(replace(institution, keys=(replace(institution.keys[0], retired=NOW),)), tmp_path)


async def test_a_revoked_key_signs_no_more(institution: Institution, tmp_path: Path) -> None:
    old = replace(institution.keys[0], revoked=NOW)
    with pytest.raises(Refused) as caught:
        await ring(replace(institution, keys=(old,)), tmp_path).by_method(METHOD)
    assert caught.value.problems[0].type == PROOF_GENERATION_ERROR


async def test_a_key_of_nobody_is_refused(institution: Institution, tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        await ring(institution, tmp_path).by_method("did:web:other.example#credential-1")
    assert caught.value.problems[0].type == PROOF_GENERATION_ERROR


# ── a key that is made while the service runs ────────────────────────────────────────────────────────────────────────


def with_a_second_key(institution: Institution, keys_dir: Path) -> Institution:
    made = FileKeyMaker(keys_dir, PASSPHRASE).make_key("example-2")
    first = institution.keys[0]
    second = replace(
        first,
        verification_method=SECOND_METHOD,
        public_key_multibase=made.public_key_multibase,
        uri=made.uri,
    )
    return replace(institution, keys=(replace(first, retired=NOW), second))


async def test_a_key_that_was_made_later_is_opened_on_its_first_use(institution: Institution, tmp_path: Path) -> None:
    later = with_a_second_key(institution, tmp_path)
    signer = await ring(institution, tmp_path, later=later).by_method(SECOND_METHOD)
    assert signer.verification_method == SECOND_METHOD


async def test_it_is_opened_once(institution: Institution, tmp_path: Path) -> None:
    opened = ring(institution, tmp_path, later=with_a_second_key(institution, tmp_path))
    first = await opened.by_method(SECOND_METHOD)
    (tmp_path / "example-2.pem").unlink()
    assert await opened.by_method(SECOND_METHOD) is first


async def test_a_later_key_that_does_not_open_can_be_tried_again(institution: Institution, tmp_path: Path) -> None:
    later = with_a_second_key(institution, tmp_path)
    opened = ring(institution, tmp_path, later=later)
    (tmp_path / "example-2.pem").chmod(0o640)
    with pytest.raises(Unavailable) as caught:
        await opened.by_method(SECOND_METHOD)
    assert "example-2.pem has mode 0640" in str(caught.value)
    (tmp_path / "example-2.pem").chmod(0o600)
    assert (await opened.by_method(SECOND_METHOD)).verification_method == SECOND_METHOD


async def test_a_process_is_not_ready_whose_institution_signs_with_a_key_that_it_lacks(
    institution: Institution, tmp_path: Path
) -> None:
    later = with_a_second_key(institution, tmp_path)
    opened = ring(institution, tmp_path, later=later)
    (tmp_path / "example-2.pem").unlink()
    with pytest.raises(Unavailable):
        await opened.check([later])


# ── what stops the service ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["example.pem", "access-token.pem", "claim-link.key", "data.key"])
def test_a_missing_file_stops_the_service(institution: Institution, tmp_path: Path, name: str) -> None:
    (tmp_path / name).unlink()
    assert problems(institution, tmp_path) == (f"The key file {name} is missing.",)


def test_a_missing_file_is_not_made_anew(institution: Institution, tmp_path: Path) -> None:
    (tmp_path / "example.pem").unlink()
    problems(institution, tmp_path)
    assert "example.pem" not in os.listdir(tmp_path)


def test_all_that_is_wrong_is_said_at_once(institution: Institution, tmp_path: Path) -> None:
    (tmp_path / "example.pem").unlink()
    (tmp_path / "data.key").chmod(0o644)
    assert len(problems(institution, tmp_path)) == 2


def test_another_institutions_key_in_the_file_stops_the_service(institution: Institution, tmp_path: Path) -> None:
    FileKeyMaker(tmp_path, PASSPHRASE).make_key("another")
    (tmp_path / "another.pem").replace(tmp_path / "example.pem")
    assert "is not the one that example published" in problems(institution, tmp_path)[0]


def test_a_ring_does_not_show_its_secrets(institution: Institution, tmp_path: Path) -> None:
    opened = ring(institution, tmp_path)
    assert repr(opened.data) not in repr(opened)
