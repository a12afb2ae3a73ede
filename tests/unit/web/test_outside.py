"""Text from outside: escaped, isolated, with nothing unseen in it; links only where they are plainly https."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.outside import link, outside, visible

_TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("<>&\"'\u202e\u200b\u2066\x00"))


def test_markup_is_text() -> None:
    assert outside("<script>alert(1)</script>") == "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>"


@pytest.mark.parametrize(
    "character", list("\u202a\u202e\u2066\u2069\u200e\u200f\u061c\u200b\u2060\ufeff\u00ad\x00\x1b\u2028\u3164")
)
def test_what_cannot_be_seen_is_shown_by_its_number(character: str) -> None:
    assert visible(f"a{character}b") == f'a<span class="unseen">U+{ord(character):04X}</span>b'


def test_a_joiner_between_latin_letters_is_shown() -> None:
    assert "U+200D" in visible("pass\u200dport")


def test_a_joiner_that_belongs_to_the_spelling_of_a_name_is_left() -> None:
    assert visible("می\u200cخواهم") == "می\u200cخواهم"


def test_a_language_that_is_no_language_stays_inside_its_attribute() -> None:
    assert outside("a", lang='"><b>') == '<bdi lang="&#34;&gt;&lt;b&gt;">a</bdi>'


def test_an_https_address_is_a_link() -> None:
    expected = '<a href="https://a.example/x?y=1&amp;z" rel="noopener noreferrer nofollow"><bdi>x</bdi></a>'
    assert link("https://a.example/x?y=1&z", text="x") == expected


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "http://a.example",
        "//a.example",
        "https:a.example",
        "https:///a.example",
        "https://user@a.example",
        "https://a.example\\@evil.example\n",
        "https://a.example:0",
        "https://a.example:99999",
        "https://[::1",
        "https://ä.example",
        " https://a.example",
    ],
)
def test_no_other_address_is_a_link(url: str) -> None:
    assert "href" not in link(url)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(_TEXT)
def test_no_text_makes_an_element_of_its_own(text: str) -> None:
    read = _Tags()
    read.feed(str(outside(text)))
    assert read.tags <= {"bdi", "span"}


@given(_TEXT)
def test_no_bidi_control_is_left_in_any_text(text: str) -> None:
    assert not set(visible(text)) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


@given(_TEXT)
def test_any_text_may_be_a_link_or_not_and_nothing_else_happens(text: str) -> None:
    assert link(text).endswith(("</bdi>", "</a>"))
    assert link("https://" + text).endswith(("</bdi>", "</a>"))


def test_a_text_of_nothing_that_is_seen_is_told_by_its_beginning() -> None:
    shown = visible("\u202e" * 300_000)
    assert shown.count("U+202E") == 201
    assert shown.endswith("…")
