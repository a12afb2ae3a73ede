"""A list from before Bitstring Status List, signed as it was then: it says as much as one of today."""

from dataclasses import replace

import pytest

from app.core.json_ld import Contexts
from app.core.status.bitstring_status_list import encode
from app.verifier.report import Verdict
from tests.verifying import STATUS_LIST, UNIVERSITY, badge, sign, sign_as_in_2020, status_entry, university


@pytest.mark.parametrize(("index", "verdict"), [(94_567, Verdict.REVOKED), (94_568, Verdict.VALID)])
async def test_a_status_list_of_2021_tells_whether_a_credential_stands(
    contexts: Contexts, index: int, verdict: Verdict
) -> None:
    context = "https://w3id.org/vc/status-list/2021/v1"
    entry = status_entry() | {"type": "StatusList2021Entry"}
    credential = badge(credentialStatus=entry)
    signed = sign(contexts, credential | {"@context": [*credential["@context"], context]})
    encoded = encode(131_072, [index]).removeprefix("u")
    listed = {
        "@context": ["https://www.w3.org/2018/credentials/v1", context],
        "id": STATUS_LIST,
        "type": ["VerifiableCredential", "StatusList2021Credential"],
        "issuer": UNIVERSITY,
        "issuanceDate": "2026-11-24T11:00:00Z",
        "credentialSubject": {
            "id": f"{STATUS_LIST}#list",
            "type": "StatusList2021",
            "statusPurpose": "revocation",
            "encodedList": encoded,
        },
    }
    outside = university(contexts)
    signed_list = sign_as_in_2020(contexts, listed, verification_method=f"{UNIVERSITY}#key-1")
    answers = {**outside.answers, STATUS_LIST: signed_list}
    report = await replace(outside, answers=answers).report_on(signed)
    assert report.verdict is verdict
