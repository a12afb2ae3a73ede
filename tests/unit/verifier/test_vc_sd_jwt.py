"""An SD-JWT of VC-JOSE-COSE through the verifier: it says what is shown, and lacks nothing that it lives by."""

from collections.abc import Collection
from random import Random
from typing import Any

import pytest

from app.core.credential import enveloped
from app.core.json_ld import Contexts
from app.core.problems import PROOF_VERIFICATION_ERROR, UNSUPPORTED_MECHANISM, JsonObject, Refused
from app.core.proof.concealing import conceal
from app.core.proof.disclosures import ClaimPath
from app.verifier.report import Check, Failed, NotApplicable, Passed, Undetermined, Verdict, VerificationReport
from tests.tokens import ALGORITHMS, TokenKey, document_of, key_of, token
from tests.verifying import NOW, UNIVERSITY, UNIVERSITY_DOCUMENT, World, badge, university

KEY = key_of("ES256")
DECLARED = "application/vc+sd-jwt"
WITHIN: ClaimPath = ("credentialSubject", "achievement")


def signed(
    *disclosable: ClaimPath, key: TokenKey = KEY, header: JsonObject | None = None, **members: Any
) -> tuple[str, list[str]]:
    """The university's badge as a token, and each disclosure of it."""
    claims = badge(iss=UNIVERSITY, iat=int(NOW.timestamp()) - 60) | members
    concealed = conceal(claims, disclosable=disclosable, salts=iter([bytes([n]) * 16 for n in range(9)]), decoys=0)
    own = {"alg": key.algorithm, "typ": "vc+sd-jwt", "kid": f"{UNIVERSITY}#key-1"}
    return token(own | (header or {}), concealed.payload, key), [each.text for each in concealed.disclosures]


def shown(issued: str, disclosures: Collection[str]) -> bytes:
    return "".join(f"{part}~" for part in (issued, *disclosures)).encode()


async def report_on(
    contexts: Contexts, content: bytes, media_type: str = DECLARED, *, key: TokenKey = KEY
) -> VerificationReport:
    world = university(contexts, **{UNIVERSITY_DOCUMENT: document_of(key)})
    return await world.verifier().verify(content, media_type, now=NOW)


def types(report: VerificationReport, check: Check) -> list[str]:
    match report.outcome(check):
        case Failed(problems) | Undetermined(problems):
            return [each.type for each in problems]
        case _:
            return []


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_one_that_shows_all_is_good(contexts: Contexts, algorithm: str) -> None:
    key = key_of(algorithm)
    report = await report_on(contexts, shown(*signed(WITHIN, ("name",), key=key)), key=key)
    assert report.verdict is Verdict.VALID
    assert report.verified is not None
    assert report.verified.document == badge()
    assert isinstance(report.outcome(Check.OPEN_BADGE), Passed)


async def test_one_that_withholds_within_is_good_and_no_whole_badge(contexts: Contexts) -> None:
    issued, _ = signed(WITHIN)
    report = await report_on(contexts, shown(issued, ()))
    assert (report.verdict, isinstance(report.outcome(Check.OPEN_BADGE), NotApplicable)) == (Verdict.VALID, True)
    assert report.verified is not None
    assert "achievement" not in report.verified.document["credentialSubject"]


@pytest.mark.parametrize("name", ["validUntil", "credentialStatus", "name"])
async def test_what_is_withheld_at_its_top_could_be_its_end(contexts: Contexts, name: str) -> None:
    issued, _ = signed((name,), **{name: badge().get(name, "2026-11-01T00:00:00Z")})
    report = await report_on(contexts, shown(issued, ()))
    assert (report.verdict, types(report, Check.PROOF)) == (Verdict.INDETERMINATE, [UNSUPPORTED_MECHANISM])


async def test_a_status_of_which_a_part_can_be_withheld_cannot_be_told(contexts: Contexts) -> None:
    status = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}
    report = await report_on(contexts, shown(*signed(("credentialStatus", "statusPurpose"), credentialStatus=status)))
    assert types(report, Check.PROOF) == [UNSUPPORTED_MECHANISM]


async def test_what_was_not_signed_is_not_shown(contexts: Contexts) -> None:
    issued, _ = signed()
    _, others = signed(WITHIN)
    report = await report_on(contexts, shown(issued, others))
    assert report.verdict is Verdict.INVALID


@pytest.mark.parametrize("typ", ["vc+jwt", "JWT", "dc+sd-jwt", "sd-jwt", None])
async def test_one_of_another_type_is_none(contexts: Contexts, typ: str | None) -> None:
    report = await report_on(contexts, shown(*signed(WITHIN, header={"typ": typ})))
    assert report.verdict is Verdict.INVALID


async def test_a_token_that_is_called_one_is_none(contexts: Contexts) -> None:
    issued, _ = signed()
    report = await report_on(contexts, issued.encode(), "application/vc+jwt")
    assert report.verdict is Verdict.INVALID


async def test_a_certificate_shows_nothing_of_its_issuer(contexts: Contexts) -> None:
    report = await report_on(contexts, shown(*signed(WITHIN, header={"x5c": ["MIIB"]})))
    assert report.verdict is Verdict.INVALID


async def test_by_another_key_it_is_none(contexts: Contexts) -> None:
    content = shown(*signed(WITHIN))
    report = await report_on(contexts, content, key=key_of("ES256", "somebody else's key"))
    assert types(report, Check.PROOF) == [PROOF_VERIFICATION_ERROR]


async def test_it_is_read_in_an_envelope_and_as_a_text(contexts: Contexts) -> None:
    content = shown(*signed(WITHIN))
    report = await report_on(contexts, content, "text/plain")
    assert report.verdict is Verdict.VALID
    envelope = enveloped.write(content.decode(), enveloped.CREDENTIAL, media_type=DECLARED)
    world: World = university(contexts, **{UNIVERSITY_DOCUMENT: document_of(KEY)})
    assert (await world.report_on(envelope)).verdict is Verdict.VALID


async def test_with_a_bit_flipped_it_is_good_nowhere(contexts: Contexts) -> None:
    content = shown(*signed(WITHIN, ("name",)))
    random = Random("vc+sd-jwt")
    for _ in range(60):
        place = random.randrange(len(content))
        changed = content[:place] + bytes([content[place] ^ 1 << random.randrange(8)]) + content[place + 1 :]
        try:
            report = await report_on(contexts, changed)
        except Refused:
            continue
        assert report.verdict is not Verdict.VALID
