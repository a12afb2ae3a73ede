"""Contexts added to a signed credential, exchanged, repeated, moved or taken away, so that no statement changes."""

import itertools
from collections.abc import Iterator

import pytest

from app.core.credential import award_request, open_badge
from app.core.credential.micro_credential import Organisation
from app.core.json_ld import Contexts
from app.core.json_ld.context_use import CUSTOMARY
from app.core.problems import PROOF_VERIFICATION_ERROR, JsonObject
from app.verifier.report import Check, Failed, Verdict, VerificationReport
from tests.verifying import KEY, NOW, World, badge, sign

OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
ISSUER = Organisation(id=KEY.did, name="University of Examples", country="AT")
OWN_CONTEXT = "https://uni.example/contexts/micro-credential-v1"


def plain_badge(contexts: Contexts) -> JsonObject:
    return sign(contexts, badge(issuer={"id": KEY.did, "type": ["Profile"]}), verification_method=KEY.did_method)


def micro_credential(contexts: Contexts, *, context_url: str = open_badge.CONTEXT) -> JsonObject:
    claimed = award_request.read(
        award_request.MINIMAL_EXAMPLE, contexts=contexts, issuer=ISSUER, time_zone="Europe/Vienna", now=NOW
    )
    unsigned = open_badge.write(claimed, contexts=contexts, context_url=context_url)
    return sign(
        contexts, unsigned | {"id": "urn:uuid:0c07c1ce-57cb-41af-bef2-1b932b986873"}, verification_method=KEY.did_method
    )


def appended(listed: list[str], pinned: frozenset[str]) -> Iterator[list[str]]:
    yield from ([*listed[:place], url, *listed[place:]] for place in range(len(listed) + 1) for url in sorted(pinned))


def exchanged(listed: list[str], pinned: frozenset[str]) -> Iterator[list[str]]:
    for place in range(len(listed)):
        yield from ([*listed[:place], url, *listed[place + 1 :]] for url in sorted(pinned - {listed[place]}))


def repeated(listed: list[str], _pinned: frozenset[str]) -> Iterator[list[str]]:
    yield from ([*listed, url] for url in listed)


def moved(listed: list[str], _pinned: frozenset[str]) -> Iterator[list[str]]:
    yield from (list(order) for order in itertools.permutations(listed) if list(order) != listed)


def dropped(listed: list[str], _pinned: frozenset[str]) -> Iterator[list[str]]:
    yield from (listed[:place] + listed[place + 1 :] for place in range(len(listed)))


CLASSES = (appended, exchanged, repeated, moved, dropped)
each_class = pytest.mark.parametrize("change", CLASSES, ids=lambda change: change.__name__)


async def reported(contexts: Contexts, document: JsonObject, listed: list[str]) -> VerificationReport:
    return await World(contexts).report_on(document | {"@context": listed})


def proof_of(report: VerificationReport) -> object:
    return next(finding.outcome for finding in report.findings if finding.check is Check.PROOF)


@pytest.mark.parametrize("make", [plain_badge, micro_credential])
async def test_the_credentials_of_these_tests_are_valid(contexts: Contexts, make: object) -> None:
    document = make(contexts)  # type: ignore[operator]
    assert (await reported(contexts, document, document["@context"])).verdict is Verdict.VALID


@each_class
async def test_a_micro_credential_lists_exactly_what_it_was_signed_with(contexts: Contexts, change: object) -> None:
    document = micro_credential(contexts)
    lists = list(change(document["@context"], contexts.context_urls))  # type: ignore[operator]
    assert lists
    for listed in lists:
        report = await reported(contexts, document, listed)
        assert (report.verdict, type(proof_of(report))) == (Verdict.INVALID, Failed), listed


async def test_so_does_one_whose_context_its_own_deployment_serves(contexts: Contexts) -> None:
    document = micro_credential(contexts, context_url=OWN_CONTEXT)
    listed = document["@context"]
    assert (await reported(contexts, document, listed)).verdict is Verdict.VALID
    for other in ([*listed, open_badge.CONTEXT], [*listed[:-1], open_badge.CONTEXT], [*listed, *CUSTOMARY]):
        assert (await reported(contexts, document, other)).verdict is Verdict.INVALID


@each_class
async def test_a_badge_of_another_issuer_lists_nothing_that_it_does_not_need(
    contexts: Contexts, change: object
) -> None:
    document = plain_badge(contexts)
    for listed in change(document["@context"], contexts.context_urls - CUSTOMARY):  # type: ignore[operator]
        assert (await reported(contexts, document, listed)).verdict is Verdict.INVALID, listed


@pytest.mark.parametrize("url", sorted(CUSTOMARY))
async def test_what_libraries_list_without_need_is_held_against_nobody(contexts: Contexts, url: str) -> None:
    document = plain_badge(contexts)
    assert (await reported(contexts, document, [*document["@context"], url])).verdict is Verdict.VALID


async def test_the_refusal_says_which_context_is_not_allowed(contexts: Contexts) -> None:
    document = plain_badge(contexts)
    report = await reported(contexts, document, [*document["@context"], open_badge.CONTEXT])
    outcome = proof_of(report)
    assert isinstance(outcome, Failed)
    assert [(problem.type, problem.at) for problem in outcome.problems] == [
        (PROOF_VERIFICATION_ERROR, "/@context/2"),
        (PROOF_VERIFICATION_ERROR, "/@context"),
    ]
    assert "context not allowed" in outcome.problems[0].detail
