"""institution.toml: everything that is missing or wrong is named at once."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.contexts import load_contexts
from app.core.problems import MISSING_ELEMENT, Refused
from app.issuer.institution_file import DEMONSTRATION, InstitutionProfile, read_institution
from tests.conftest import ROOT

CONTEXTS = load_contexts(ROOT / "contexts")
EXAMPLE = (Path(__file__).resolve().parents[3] / "docs" / "institution.example.toml").read_text("utf-8")


def refusal(toml: str | bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        read_institution(toml.encode() if isinstance(toml, str) else toml, CONTEXTS)
    return caught.value


def changed(line: str, to: str) -> str:
    assert line in EXAMPLE
    return EXAMPLE.replace(line, to)


def at(toml: str) -> list[str]:
    return [problem.at for problem in refusal(toml).problems]


def test_the_documented_example_is_read() -> None:
    assert read_institution(EXAMPLE.encode(), CONTEXTS).slug == "university-of-vilkaviskis"


def test_the_address_is_read_from_its_table() -> None:
    assert read_institution(EXAMPLE.encode(), CONTEXTS).postal_code == "LT-70147"


def test_the_name_of_the_demonstration_says_that_it_is_one() -> None:
    assert DEMONSTRATION.name.endswith("(demo)")


def test_everything_that_an_empty_file_lacks_is_named() -> None:
    problems = refusal("").problems
    assert {problem.at for problem in problems if problem.type == MISSING_ELEMENT} == {
        "/name",
        "/legal_identifier",
        "/country",
        "/time_zone",
        "/languages",
        "/contact",
    }


@pytest.mark.parametrize(
    ("line", "to", "where"),
    [
        ('country = "LT"', 'country = "Lithuania"', "/country"),
        ('time_zone = "Europe/Vilnius"', 'time_zone = "Europe/Vilno"', "/time_zone"),
        ('time_zone = "Europe/Vilnius"', 'time_zone = "../../etc/passwd"', "/time_zone"),
        ('languages = ["lt", "en"]', 'languages = "lt"', "/languages"),
        ('languages = ["lt", "en"]', 'languages = ["Lithuanian"]', "/languages"),
        ('contact = "registry@example.edu"', 'contact = "registry"', "/contact"),
        ('url = "https://www.example.edu"', 'url = "http://www.example.edu"', "/url"),
        ('url = "https://www.example.edu"', 'url = "https://a@b.example"', "/url"),
        ('accent = "#1d4e89"', 'accent = "blue"', "/accent"),
        ('accent = "#1d4e89"', 'accent = "#ffffff"', "/accent"),
        ('accent = "#1d4e89"', 'accent = "#7f7f7f"', "/accent"),
        ('country = "LT"', 'country = "XX"', "/country"),
        ('country = "LT"', 'country = "EU"', "/country"),
        ('languages = ["lt", "en"]', 'languages = ["xx-yy-zz-bogus"]', "/languages"),
        ('languages = ["lt", "en"]', 'languages = ["xx"]', "/languages"),
        ('languages = ["lt", "en"]', 'languages = ["lt-LT-LV"]', "/languages"),
        ('legal_identifier = "NTRLT-111950396"', 'legal_identifier = "111950396"', "/legal_identifier"),
        ('postal_code = "LT-70147"', "postal_code = 70147", "/address/postal_code"),
        ('postal_code = "LT-70147"', 'post_code = "LT-70147"', "/address/post_code"),
    ],
)
def test_a_wrong_value_is_named_where_it_stands(line: str, to: str, where: str) -> None:
    assert at(changed(line, to)) == [where]


@pytest.mark.parametrize(
    "tag", ["lt", "pt-BR", "sr-Latn-RS", "de-1996", "sgs", "es-419", "en-GB-oxendict", "de-DE-x-amt"]
)
def test_a_language_tag_is_read_as_bcp_47_has_it(tag: str) -> None:
    assert read_institution(changed('["lt", "en"]', f'["{tag}"]').encode(), CONTEXTS).languages == (tag,)


def test_a_misspelt_member_is_told_the_nearest() -> None:
    problem = refusal(changed('time_zone = "', 'timezone = "Europe/Vilnius"\ntime_zone = "')).problems[0]
    assert problem.remedy == "Did you mean time_zone?"


def test_a_name_without_latin_letters_needs_a_slug() -> None:
    assert at(changed('name = "University of Vilkaviškis"', 'name = "Πανεπιστήμιο"')) == ["/slug"]


def test_a_name_that_is_not_composed_is_shown_composed() -> None:
    problem = refusal(changed("Vilkaviškis", "Vilkavis\u030ckis")).problems[0]
    assert "Vilkaviškis" in problem.detail


def test_a_name_with_a_direction_override_is_refused() -> None:
    assert at(changed("University", "Univer\u202esity")) == ["/name"]


def test_an_address_that_is_a_text_is_refused() -> None:
    assert at('address = "Vilnius"') == ["/address"]


@given(
    st.binary()
    | st.text().map(str.encode)
    | st.sampled_from(range(len(EXAMPLE))).map(lambda cut: EXAMPLE[:cut].encode())
)
def test_any_bytes_are_an_institution_or_refused(content: bytes) -> None:
    with suppress(Refused):
        assert isinstance(read_institution(content, CONTEXTS), InstitutionProfile)


@given(
    st.dictionaries(
        st.sampled_from(["name", "slug", "country", "address", "languages", "url", "time_zone", "contact"]),
        st.sampled_from(
            ['"x"', "1", "[]", "{}", "[1]", '["x"]', '""', "1979-05-27", '"\\u0000"', '"https://[::1"', "nan"]
        ),
    )
)
def test_any_kind_of_value_is_an_institution_or_refused(members: dict[str, str]) -> None:
    toml = "\n".join(f"{name} = {value}" for name, value in members.items())
    with suppress(Refused):
        assert isinstance(read_institution(toml.encode(), CONTEXTS), InstitutionProfile)
