"""The institutions of a deployment after the first: one more, and what one says of itself now."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from app.core.json_ld import Contexts
from app.core.problems import KEY_ERROR, SETTING_ERROR, STATE_CONFLICT, Problem, Refused
from app.issuer import signing_table
from app.issuer.institution_file import InstitutionProfile, read_table
from app.issuer.plan import key_for
from app.issuer.set_up import KeyMaker, SetUp, made_institution, organisation
from app.ports import Client, Directory, Institution


async def add(
    directory: Directory,
    keys: KeyMaker,
    profile: InstitutionProfile,
    *,
    public_url: str,
    scopes: frozenset[str],
    now: datetime,
) -> SetUp:
    """Another institution with keys and a client of its own. The first stays who runs the service. Raises Refused."""
    if all(institution.demo for institution in await directory.institutions()):
        detail = "This is a demonstration, and its own keys are not encrypted: no real institution can join it."
        remedy = "Set the real one up with a DATABASE_URL and KEYS_DIR of its own: testamur setup --institution …"
        raise Refused(Problem(KEY_ERROR, detail=detail, remedy=remedy))
    if await directory.institution(profile.slug) is not None:
        detail = f"There is an institution {profile.slug} already."
        raise Refused(Problem(STATE_CONFLICT, at="/slug", detail=detail, remedy='Give this one another: slug = "…"'))
    keys.demand_protection()
    institution = made_institution(keys, profile, public_url=public_url, now=now)
    credentials = keys.make_client(institution.name)
    client = Client(
        id=credentials.id,
        institution=institution.name,
        secret_sha256=sha256(credentials.secret.encode()).digest(),
        scopes=scopes,
    )
    await directory.add_further_institution(institution, client)
    return SetUp(institution, credentials.path)


async def change(
    directory: Directory, institution: Institution, table: Mapping[str, Any], contexts: Contexts
) -> Institution:
    """The institution as `table` describes it, in the members of its file; slug and DID stay. Raises Refused."""
    if institution.demo:
        detail = f"{institution.profile.name} is a demonstration, and stays what it is."
        raise Refused(Problem(SETTING_ERROR, detail=detail, remedy="Set a real one up: testamur setup --institution …"))
    if table.get("slug", institution.name) != institution.name:
        detail = f"{institution.name} stands in its DID and in everything that it signed: the slug stays."
        raise Refused(Problem(STATE_CONFLICT, at="/slug", detail=detail))
    profile = read_table({**table, "slug": institution.name}, contexts)
    if profile.did not in (None, institution.did.split(":")[1]):
        detail = f"{institution.did} stands in everything that {institution.name} signed: it stays."
        raise Refused(Problem(STATE_CONFLICT, at="/did", detail=detail))
    after = replace(
        institution,
        profile=organisation(profile, institution.did),
        time_zone=profile.time_zone,
        languages=profile.languages,
        contact=profile.contact,
        accent=profile.accent,
        signing=profile.signing,
        mechanisms=profile.mechanisms,
    )
    for mechanism in (*after.mechanisms, *([after.signing.mechanism] if after.signing.mechanism else [])):
        key_for(after, mechanism)
    if after != institution:
        await directory.change_institution(institution, after)
    return after


def describe(institution: Institution) -> dict[str, Any]:
    """What the institution says of itself, in the members of its file: `read_table` reads it back."""
    profile = institution.profile
    address = {
        "street_address": profile.street_address,
        "postal_code": profile.postal_code,
        "locality": profile.locality,
    }
    members = {
        "name": profile.name,
        "slug": institution.name,
        "legal_identifier": profile.legal_identifier,
        "country": profile.country,
        "region": profile.region,
        "time_zone": institution.time_zone,
        "languages": list(institution.languages),
        "contact": institution.contact,
        "url": profile.url,
        "accent": institution.accent,
        "mechanisms": list(institution.mechanisms) or None,
        "address": {name: value for name, value in address.items() if value} or None,
        "signing": signing_table.write(institution.signing) or None,
    }
    return {name: value for name, value in members.items() if value is not None}
