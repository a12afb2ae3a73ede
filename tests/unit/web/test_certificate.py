"""The certificate in print: what the paper says, in every language and at any length, each letter drawn or told."""

import asyncio
import time
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from app.adapters import typesetting
from app.core.containers import pdf
from app.core.credential import award_request, vocabularies
from app.core.credential.micro_credential import LanguageMap, MicroCredential
from app.core.json_ld import Contexts
from app.core.personal import Personal
from app.core.problems import NO_TYPE, JsonObject, Refused
from app.web.certificates import Certificate
from app.web.headings import tidy
from app.web.languages import ENGLISH, LANGUAGES, Language
from app.web.runs import runs, undrawable
from app.web.words import Library
from tests import certificates
from tests.unit.web import reports

GLYPHS = typesetting.glyphs(None)


async def printed(
    contexts: Contexts,
    *,
    language: str = "en",
    credential: MicroCredential | None = None,
    state: str = "issued",
    signed: bytes = b'{"signed":1}',
) -> Certificate:
    offer = reports.offer(contexts, state=state)
    offer = replace(offer, forms=(reports.form(offer.micro_credential, signed),))
    awarded = offer if credential is None else replace(offer, micro_credential=credential)
    made = reports.certificates(contexts, reports.CopiesInMemory())
    return await made.make(awarded, language=Language(language), now=reports.NOW)


def with_achievement(contexts: Contexts, **members: Any) -> MicroCredential:
    body: JsonObject = {**award_request.EXAMPLE, "achievement": {**award_request.EXAMPLE["achievement"], **members}}
    return reports.micro_credential(contexts, body)


def named(contexts: Contexts, name: str) -> MicroCredential:
    credential = reports.micro_credential(contexts)
    return replace(credential, learner=replace(credential.learner, full_name=Personal(name)))


def pages(certificate: Certificate) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(certificate.content)).pages]


async def test_the_first_page_says_who_achieved_what_from_whom_and_when(contexts: Contexts) -> None:
    first = pages(await printed(contexts))[0]
    assert first.startswith(
        "University of the Northern Coast Micro-credential Data Literacy for Public Administration "
        "awarded to Zoë Marković-Núñez Learning outcomes"
    )
    assert "3 ECTS" in first
    assert "Helsinki, Finland, 30 June 2026" in first
    assert "open this file at verify.northerncoast.example/verify." in first


async def test_the_pages_that_follow_have_every_row_of_the_paper(contexts: Contexts) -> None:
    credential = reports.micro_credential(contexts)
    rest = " ".join(pages(await printed(contexts))[1:])
    for said in ("First cycle", "Programme review 2025", "17 February 1994", "at least E is required", "DL-PA-26"):
        assert said in rest
    assert credential.achievement.entry_requirement is not None
    assert credential.achievement.entry_requirement.best("en")[1] in rest


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_can_be_set_in_every_language_under_the_commissions_headings(
    contexts: Contexts, language: str
) -> None:
    label = vocabularies.field_labels(contexts)["learningOutcomes"][language]
    text = certificates.text((await printed(contexts, language=language)).content)
    assert tidy(label, language=language).replace(" ", "") in text.replace(" ", "").replace("\u200b", "")


async def test_forty_outcomes_leave_the_first_page_one_page(contexts: Contexts) -> None:
    outcomes = [{"title": {"en": f"Outcome {number}: weighs figures against each other"}} for number in range(1, 41)]
    first, *rest = pages(await printed(contexts, credential=with_achievement(contexts, learningOutcome=outcomes)))
    assert "… and further outcomes, on the pages that follow." in first
    assert "Helsinki, Finland, 30 June 2026" in first
    assert all(f"Outcome {number}:" in " ".join(rest) for number in range(1, 41))


@pytest.mark.parametrize("outcome", ["word " * 3_000, "W" * 9_000])
async def test_an_outcome_longer_than_a_page_flows(contexts: Contexts, outcome: str) -> None:
    credential = with_achievement(contexts, learningOutcome=[{"title": {"en": outcome.strip()}}])
    rest = "".join(pages(await printed(contexts, credential=credential))[1:])
    joined = rest.replace(" ", "").replace("\u200b", "")
    assert joined.count("word" if "word" in outcome else "W") >= (3_000 if "word" in outcome else 9_000)


@pytest.mark.parametrize("name", ["Ń" * 300, "Anna-" * 60 + "Lena", "Maria " * 50 + "Zoë"])
async def test_a_very_long_name_is_whole(contexts: Contexts, name: str) -> None:
    first = pages(await printed(contexts, credential=named(contexts, name)))[0]
    assert name.replace(" ", "") in first.replace(" ", "").replace("\u200b", "")


async def test_greek_and_cyrillic_names_are_letters(contexts: Contexts) -> None:
    for name in ("Ζωή Μάρκοβιτς", "Зоя Маркова-Ђорђевић"):
        assert name in pages(await printed(contexts, credential=named(contexts, name)))[0]


@pytest.mark.parametrize("name", ["王小明", "محمد الأمين", "דוד כהן"])
async def test_a_name_that_there_is_no_type_for_is_refused(contexts: Contexts, name: str) -> None:
    with pytest.raises(Refused) as refused:
        await printed(contexts, credential=named(contexts, name))
    assert refused.value.problems[0].type == NO_TYPE


async def test_elsewhere_such_a_letter_is_told_by_its_number_and_the_page_says_so(contexts: Contexts) -> None:
    information = {"en": "Taught with 王小明."}
    text = certificates.text(
        (await printed(contexts, credential=with_achievement(contexts, furtherInformation=information))).content
    )
    assert "U+738B" in text
    assert "stands for a letter that this print has no type for" in text


async def test_where_every_letter_is_there_the_page_says_nothing_of_it(contexts: Contexts) -> None:
    assert "no type for" not in certificates.text((await printed(contexts)).content)


@pytest.mark.parametrize(("state", "word"), [("revoked", "Revoked"), ("suspended", "Suspended")])
async def test_what_no_longer_stands_bears_the_word_on_every_page(contexts: Contexts, state: str, word: str) -> None:
    assert all(word in page for page in pages(await printed(contexts, state=state)))


async def test_an_ended_one_bears_the_word(contexts: Contexts) -> None:
    credential = replace(reports.micro_credential(contexts), valid_until=reports.NOW)
    assert "Expired" in pages(await printed(contexts, credential=credential))[0]


async def test_the_signed_bytes_are_in_it_whatever_they_are(contexts: Contexts) -> None:
    signed = '{"name":"#panic() \\u0000 ë \\" 王 \u2028"}'.encode()
    assert pdf.extract((await printed(contexts, signed=signed)).content) == signed


async def test_markup_in_a_title_is_text(contexts: Contexts) -> None:
    title = {"en": '*Data* #read("x") $x$ <b> _y_'}
    credential = with_achievement(contexts, title=title)
    assert title["en"] in pages(await printed(contexts, credential=credential))[0]


@pytest.mark.parametrize("tag", ["x-klingon", "zh-Hant-TW", "de-1996", "q", "a" * 8])
async def test_a_language_that_we_do_not_know_sets_as_any(contexts: Contexts, tag: str) -> None:
    credential = reports.micro_credential(contexts)
    title = replace(credential.achievement.title, entries=((tag, "Foreign"), *credential.achievement.title.entries))
    only = replace(title, entries=((tag, "Foreign"),))
    credential = replace(credential, achievement=replace(credential.achievement, title=only))
    assert "Foreign" in pages(await printed(contexts, credential=credential))[0]


async def test_the_copy_for_its_code_is_kept_before_it_is_handed_out(contexts: Contexts) -> None:
    copies = reports.CopiesInMemory()
    made = reports.certificates(contexts, copies)
    certificate = await made.make(reports.offer(contexts), language=ENGLISH, now=reports.NOW)
    (copy,) = copies.kept.values()
    assert certificates.code(certificate.content).startswith(f"https://verify.northerncoast.example/p/{copy.id}#")


@pytest.mark.parametrize(("state", "offered"), [("issued", True), ("revoked", False), ("suspended", False)])
def test_only_one_that_stands_is_offered(contexts: Contexts, state: str, offered: bool) -> None:
    made = reports.certificates(contexts, reports.CopiesInMemory())
    assert made.offers(reports.offer(contexts, state=state), language=ENGLISH) is offered


def test_letters_without_type_are_found_each_once_in_their_order() -> None:
    assert undrawable("Zoë 王小王\n", glyphs=GLYPHS) == ("王", "小")
    assert undrawable("Zoë 王小王", glyphs=GLYPHS | {ord("王"), ord("小")}) == ()


async def test_every_letter_that_there_is_type_for_can_be_set(contexts: Contexts) -> None:
    information = {"en": " ".join(chr(point) for point in sorted(GLYPHS))}
    credential = reports.micro_credential(contexts)
    texts = LanguageMap(tuple(information.items()))
    credential = replace(credential, achievement=replace(credential.achievement, further_information=texts))
    assert "ⱥ" in certificates.text((await printed(contexts, credential=credential)).content)


@pytest.mark.parametrize("title", ["\n", " \t ", "\u2003"])
async def test_a_title_in_which_nothing_is_seen_is_refused(contexts: Contexts, title: str) -> None:
    credential = reports.micro_credential(contexts)
    achievement = replace(credential.achievement, title=LanguageMap((("en", title),)))
    with pytest.raises(Refused) as refused:
        await printed(contexts, credential=replace(credential, achievement=achievement))
    assert refused.value.problems[0].type == NO_TYPE


async def test_a_hundred_long_words_are_set_as_soon_as_a_hundred_sentences(contexts: Contexts) -> None:
    """Letters that are kerned made each of them take forty milliseconds."""

    async def seconds(outcome: str) -> float:
        outcomes = [{"title": {"en": f"{outcome}{number}"}} for number in range(100)]
        credential = with_achievement(contexts, learningOutcome=outcomes)
        before = time.process_time()
        await printed(contexts, credential=credential)
        return time.process_time() - before

    assert await seconds("x" * 900) < 5 * await seconds("word " * 180)


async def test_of_letters_that_there_is_no_type_for_so_many_are_told_and_then_a_sign(contexts: Contexts) -> None:
    outcomes = [{"title": {"en": "素养" * 450 + f" {number}"}} for number in range(100)]
    made = await printed(contexts, credential=with_achievement(contexts, learningOutcome=outcomes))
    text = certificates.text(made.content)
    assert "U+7D20" in text
    assert "… 99" in text
    assert len(made.content) < 500_000


@settings(max_examples=40, deadline=None)
@given(title=st.text(min_size=1, max_size=60), said=st.text(max_size=200))
def test_any_text_is_set_or_refused_by_name(contexts: Contexts, title: str, said: str) -> None:
    credential = reports.micro_credential(contexts)
    texts = LanguageMap((("en", title),))
    achievement = replace(credential.achievement, title=texts, further_information=LanguageMap((("en", said),)))
    with suppress(Refused):
        made = asyncio.run(printed(contexts, credential=replace(credential, achievement=achievement)))
        assert pdf.extract(made.content) == b'{"signed":1}'


def test_markup_of_the_pages_becomes_runs() -> None:
    words = Library.read().of(ENGLISH)
    (before, name, after) = runs(words("claim.check", address="x & <y>"), glyphs=GLYPHS)
    assert (before.text, name.text, after.text) == ("They check it at ", "x & <y>", ".")
