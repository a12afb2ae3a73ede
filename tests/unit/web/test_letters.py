"""Letters: what each says, in whose words, and that a template which would fail a learner stops the service first."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.credential.micro_credential import Organisation
from app.core.personal import Personal
from app.core.problems import Refused
from app.ports import DueMessage, Institution, Letter, Message, MessageKind, MessageState, RegisteredAward
from app.web.letters import Letters

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LINK = "https://credentials.example.edu/claim/wzH90SUViU1MWeCdp3SIcDgSgFKdQzZVw8gRZ-YJi4k"
SOUTH = Institution(
    name="south",
    did="did:web:credentials.example.edu:issuers:south",
    profile=Organisation(id="did:web:credentials.example.edu:issuers:south", name="Universität Süd", country="AT"),
    time_zone="Europe/Vienna",
    languages=("de", "lt"),
    contact="registry@example.edu",
    demo=False,
)
GOOD = (
    "Subject: {{ title }}\n\n{{ learner }}, {{ institution }}: {{ link }} iki {{ until }} {{ contact }} {{ verify }}\n"
)


def due(kind: MessageKind = MessageKind.AWARDED, *, title: str = "Data Literacy", learner: str = "Zoë") -> DueMessage:
    award = RegisteredAward(
        id="1",
        institution="south",
        state="issued",
        title=title,
        learner_name=Personal(learner),
        achievement_id="a",
        awarded_date="2026-11-24",
        created=NOW,
        claim_generation=1,
        # In Vienna it is the next day already.
        claim_expires=datetime(2027, 2, 21, 23, 30, tzinfo=UTC),
        credentials=(),
    )
    message = Message(id="0f3a", kind=kind, state=MessageState.PENDING, changed=NOW, attempts=1)
    return DueMessage(message=message, to=Personal("zoe@example.org"), award=award)


def letters(folder: Path | None = None, institution: Institution = SOUTH) -> Letters:
    return Letters.read(folder, [institution], public_url="https://credentials.example.edu")


def written(
    kind: MessageKind = MessageKind.AWARDED, *, institution: Institution = SOUTH, folder: Path | None = None
) -> Letter:
    return letters(folder, institution).compose(due(kind), institution, link=LINK, now=NOW)


def english() -> Institution:
    return replace(SOUTH, languages=("en",))


def put(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


# ── our words ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_letter_says_from_whom_what_it_is_and_who_may_have_the_link() -> None:
    letter = written(institution=english())
    assert letter.subject == "Universität Süd: your micro-credential “Data Literacy”"
    assert letter.text == (
        "Universität Süd has awarded you a micro-credential:\n\n"
        "  Data Literacy\n"
        "  for Zoë\n\n"
        "Take it here:\n\n"
        f"  {LINK}\n\n"
        "Whoever has this link can take it: do not pass it on. The link works until 22 February 2027; the credential"
        " does not end then.\n\n"
        "What you get there is a file, and that is the credential itself: keep it, and send it to whoever asks for it."
        " They check it at https://credentials.example.edu/verify.\n\n"
        "Is something wrong, or is this not for you? Tell Universität Süd: registry@example.edu. You can also answer"
        " this message.\n"
    )


@pytest.mark.parametrize("kind", MessageKind)
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_kind_has_the_link_in_both_its_forms(kind: MessageKind, language: str) -> None:
    letter = written(kind, institution=replace(SOUTH, languages=(language,)))
    assert letter.html is not None
    assert LINK in letter.text
    assert f'<a href="{LINK}"' in letter.html
    assert f'<html lang="{language}">' in letter.html
    assert letter.language == language


def test_a_correction_says_that_it_takes_the_place_of_another() -> None:
    assert (
        "takes the place of the one that you were sent before"
        in written(MessageKind.CORRECTED, institution=english()).text
    )


def test_the_institution_s_first_language_with_words_is_used() -> None:
    assert written().text.startswith("Universität Süd hat Ihnen")
    assert "22. Februar 2027" in written().text
    assert written(institution=replace(SOUTH, languages=("lt", "de"))).language == "de"
    assert written(institution=replace(SOUTH, languages=("lt",))).language == "en"


def test_answers_go_to_the_institution() -> None:
    assert (written().sender_name, written().reply_to) == ("Universität Süd", "registry@example.edu")


@pytest.mark.parametrize("part", ["http://", "src=", "url(", "<img", "<script", "@import"])
def test_a_letter_asks_nothing_of_anyone(part: str) -> None:
    html = written().html
    assert html is not None
    assert part not in html


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_title_and_name_is_text(title: str, learner: str) -> None:
    message = due(title=f"<img src=x>\u202e{title}", learner=f"{{{{ 7*7 }}}}<b>{learner}")
    letter = OURS.compose(message, SOUTH, link=LINK, now=NOW)
    assert letter.html is not None
    assert "<img" not in letter.html
    assert "<b>" not in letter.html
    assert "\u202e" not in letter.html + letter.text + letter.subject
    assert "{{ 7*7 }}" in letter.text
    assert "\n" not in letter.subject


OURS = letters()


def test_a_sample_is_about_nobody() -> None:
    letter = letters(institution=english()).sample("1", Personal("admin@example.edu"), english(), now=NOW)
    assert "This is a test" in letter.subject
    assert "for nobody" in letter.text


# ── an institution's own words ───────────────────────────────────────────────────────────────────────────────────────


def test_own_words_take_the_place_of_ours(tmp_path: Path) -> None:
    institution = replace(SOUTH, languages=("lt", "de"))
    folder = put(tmp_path, {"south/lt/awarded.txt": GOOD, "south/lt/awarded.html": "<p>{{ title }} {{ link }}"})
    letter = written(institution=institution, folder=folder)
    assert (letter.subject, letter.language) == ("Data Literacy", "lt")
    assert letter.text == (
        f"Zoë, Universität Süd: {LINK} iki 2027 m. vasario 22 d. registry@example.edu"
        " https://credentials.example.edu/verify\n"
    )
    assert letter.html == f"<p><bdi>Data Literacy</bdi> {LINK}"
    assert written(MessageKind.LINK, institution=institution, folder=folder).language == "de"


def test_own_words_without_html_are_plain_text(tmp_path: Path) -> None:
    assert written(folder=put(tmp_path, {"south/de/awarded.txt": GOOD})).html is None


def test_a_first_language_in_our_words_comes_before_a_second_in_their_own(tmp_path: Path) -> None:
    assert written(folder=put(tmp_path, {"south/lt/awarded.txt": GOOD})).language == "de"


def test_what_is_hidden_is_not_looked_at(tmp_path: Path) -> None:
    letters(put(tmp_path, {".git/config": "x", "south/.DS_Store": "x"}))


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("south/de/awarded.txt", "Subject: x\n\n{{ lnk }}", "'lnk' is undefined"),
        ("south/de/awarded.txt", "Subject: x\n\n{{ link", "in line 3"),
        ("south/de/awarded.txt", "Subject: x\n\nno link", "no {{ link }}"),
        ("south/de/awarded.txt", "{{ link }}", "its first line is not"),
        ("south/de/awarded.txt", "Subject:\n\n{{ link }}", "its first line is not"),
        ("south/de/awarded.txt", "", "its first line is not"),
        ("south/de/awarded.txt", "Subject: x\n\n{{ link }}{{ 1 // 0 }}", "by zero"),
        ("south/de/awarded.txt", "Subject: x\n\n{{ link.__class__.__mro__ }}", "unsafe"),
        ("south/de/awarded.txt", "Subject: x\n\n{% include '../../x' %}", "../../x"),
        ("south/de/awarded.txt", b"Subject: \xff\n\n{{ link }}", "not UTF-8"),
        ("south/de/awarded.html", "{{ link }}", "needs a .txt"),
        ("south/de/award.txt", GOOD, "awarded, corrected, link"),
        ("south/de/awarded.md", GOOD, "ends in .txt or .html"),
        ("south/fr/awarded.txt", GOOD, "languages are de, lt"),
        ("north/de/awarded.txt", GOOD, "no institution “north”, but south"),
        ("awarded.txt", GOOD, "institution/language/kind.txt"),
    ],
)
def test_a_template_that_would_fail_a_learner_stops_the_service(
    tmp_path: Path, name: str, content: str | bytes, why: str
) -> None:
    with pytest.raises(Refused) as refused:
        letters(put(tmp_path, {name: content}))
    (problem,) = refused.value.problems
    assert problem.at == "/MAIL_TEMPLATES_DIR"
    assert name in problem.detail
    assert why in problem.detail


def test_every_template_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    folder = put(tmp_path, {"south/de/awarded.txt": "x", "south/de/link.txt": "y", "south/lt/link.txt": GOOD})
    with pytest.raises(Refused) as refused:
        letters(folder)
    assert len(refused.value.problems) == 2


def test_a_folder_that_is_not_there_stops_the_service(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no folder"):
        letters(tmp_path / "none")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(alphabet="Subject: {}%link|.-\n[]'()0ß", max_size=40))
def test_any_template_is_letters_or_a_refusal(tmp_path: Path, text: str) -> None:
    folder = put(tmp_path, {"south/de/awarded.txt": f"Subject: {text}{{{{ link }}}}", "south/de/awarded.html": text})
    with suppress(Refused):
        assert LINK in letters(folder).compose(due(), SOUTH, link=LINK, now=NOW).text
