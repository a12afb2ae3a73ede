"""The first institution: made once, with keys for each purpose, on both databases."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.adapters.database import Database
from app.adapters.keys.maker import FileKeyMaker
from app.adapters.keys.ring import open_key_ring
from app.core.multiformats import KeyKind
from app.core.problems import KEY_ERROR, SETTING_ERROR, Refused
from app.issuer.institution_file import DEMONSTRATION, InstitutionProfile
from app.issuer.set_up import SetUp, did_web, first_institution
from app.ports import KeyPurpose, SigningPolicy

NOW = datetime(2026, 11, 24, tzinfo=UTC)
PASSPHRASE = b"correct horse battery staple"
REAL = replace(DEMONSTRATION, name="Example University", slug="example", demo=False)
LOCAL, PUBLIC = "http://127.0.0.1:8000", "https://credentials.example.edu:8443"


async def made(
    database: Database,
    keys_dir: Path,
    *,
    profile: InstitutionProfile = DEMONSTRATION,
    public_url: str = LOCAL,
    passphrase: bytes | None = None,
) -> SetUp:
    return await first_institution(
        database.directory,
        FileKeyMaker(keys_dir, passphrase),
        lambda: profile,
        public_url=public_url,
        scopes=frozenset({"write:/awards"}),
        now=NOW,
    )


def files(folder: Path) -> list[tuple[str, bytes]]:
    return sorted((path.name, path.read_bytes()) for path in folder.glob("*"))


@pytest.fixture
def keys_dir(tmp_path: Path) -> Path:
    return tmp_path / "keys"


async def test_on_plain_http_the_institution_has_a_did_key(database: Database, keys_dir: Path) -> None:
    institution = (await made(database, keys_dir)).institution
    assert institution.did == f"did:key:{institution.keys[0].public_key_multibase}"


async def test_the_one_key_of_a_did_key_signs_credentials_and_lists(database: Database, keys_dir: Path) -> None:
    keys = (await made(database, keys_dir)).institution.keys
    assert [key.purposes for key in keys] == [{KeyPurpose.CREDENTIAL, KeyPurpose.STATUS_LIST}]


async def test_on_https_the_institution_has_a_did_web(database: Database, keys_dir: Path) -> None:
    institution = (await made(database, keys_dir, public_url=PUBLIC)).institution
    assert institution.did == "did:web:credentials.example.edu%3A8443:issuers:demo"


async def test_on_https_too_it_may_be_a_bare_key_of_the_kind_that_it_asks_for(
    database: Database, keys_dir: Path
) -> None:
    profile = replace(DEMONSTRATION, did="key", key=KeyKind.P256, signing=SigningPolicy(mechanism="ecdsa-sd-2023"))
    institution = (await made(database, keys_dir, public_url=PUBLIC, profile=profile)).institution
    (key,) = institution.keys
    assert institution.did == f"did:key:{key.public_key_multibase}"
    assert key.public_key.kind is KeyKind.P256


async def test_what_one_key_can_not_sign_a_bare_key_is_not_made_for(database: Database, keys_dir: Path) -> None:
    profile = replace(DEMONSTRATION, key=KeyKind.ED25519, signing=SigningPolicy(mechanism="ecdsa-sd-2023"))
    with pytest.raises(Refused, match="one key"):
        await made(database, keys_dir, profile=profile)


async def test_a_did_web_is_asked_for_on_https_alone(database: Database, keys_dir: Path) -> None:
    with pytest.raises(Refused, match="https"):
        await made(database, keys_dir, profile=replace(DEMONSTRATION, did="web"))


async def test_what_it_composes_itself_has_a_key_too(database: Database, keys_dir: Path) -> None:
    profile = replace(DEMONSTRATION, signing=SigningPolicy(mechanism="ecdsa-sd-2023"), key=KeyKind.ED25519)
    keys = (await made(database, keys_dir, public_url=PUBLIC, profile=profile)).institution.keys
    kinds = [key.public_key.kind for key in keys if KeyPurpose.CREDENTIAL in key.purposes]
    assert kinds == [KeyKind.ED25519, KeyKind.P256]


async def test_a_did_web_has_a_key_for_each_purpose(database: Database, keys_dir: Path) -> None:
    keys = (await made(database, keys_dir, public_url=PUBLIC)).institution.keys
    assert [key.purposes for key in keys] == [{KeyPurpose.CREDENTIAL}, {KeyPurpose.STATUS_LIST}]


async def test_the_directory_finds_what_was_made(database: Database, keys_dir: Path) -> None:
    result = await made(database, keys_dir)
    assert await database.directory.institution("demo") == result.institution


async def test_the_client_file_holds_the_secret_of_the_client_in_the_directory(
    database: Database, keys_dir: Path
) -> None:
    file = (await made(database, keys_dir)).client_file
    assert file is not None
    client_id, secret = (line.partition("=")[2] for line in file.read_text().splitlines())
    client = await database.directory.client(client_id)
    assert client is not None
    assert client.secret_sha256 == hashlib.sha256(secret.encode()).digest()


async def test_the_keys_that_were_made_open(database: Database, keys_dir: Path) -> None:
    institution = (await made(database, keys_dir, profile=REAL, passphrase=PASSPHRASE, public_url=PUBLIC)).institution
    find = database.directory.institution_by_did
    ring = open_key_ring([institution], keys_dir=keys_dir, passphrase=PASSPHRASE, find_institution=find)
    assert (await ring.by_method(institution.keys[1].verification_method)).purposes == {KeyPurpose.STATUS_LIST}


async def test_a_second_set_up_makes_nothing_anew(database: Database, keys_dir: Path) -> None:
    first = await made(database, keys_dir)
    before = files(keys_dir)
    assert await made(database, keys_dir, profile=REAL) == SetUp(first.institution, None)
    assert files(keys_dir) == before


async def test_two_set_ups_at_once_make_one_institution(database: Database, keys_dir: Path) -> None:
    first, second = await asyncio.gather(made(database, keys_dir), made(database, keys_dir))
    assert first.institution == second.institution
    assert [bool(first.client_file), bool(second.client_file)].count(True) == 1


async def test_a_real_institution_without_a_passphrase_is_refused(database: Database, keys_dir: Path) -> None:
    with pytest.raises(Refused) as caught:
        await made(database, keys_dir, profile=REAL)
    assert caught.value.problems[0].type == KEY_ERROR


async def test_a_refused_set_up_makes_no_key(database: Database, keys_dir: Path) -> None:
    with pytest.raises(Refused):
        await made(database, keys_dir, profile=REAL)
    assert files(keys_dir) == []


async def test_another_public_url_is_refused_later(database: Database, keys_dir: Path) -> None:
    await made(database, keys_dir)
    with pytest.raises(Refused) as caught:
        await made(database, keys_dir, public_url=PUBLIC)
    assert (caught.value.problems[0].type, caught.value.problems[0].at) == (SETTING_ERROR, "/PUBLIC_URL")


async def test_an_ip_address_makes_no_did_web(database: Database, keys_dir: Path) -> None:
    with pytest.raises(Refused):
        await made(database, keys_dir, public_url="https://127.0.0.1")
    assert files(keys_dir) == []


def test_a_did_web_of_the_default_port_has_none() -> None:
    assert did_web("https://example.edu", "demo") == "did:web:example.edu:issuers:demo"
