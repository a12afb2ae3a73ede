"""Settings: every wrong variable is named, with the remedy."""

from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import strict_json
from app.core.problems import SETTING_ERROR, Refused
from app.settings import BOUNDS, MailServer, Settings, from_environment

NAMES = [each.name.upper() for each in fields(Settings)]


def refusal(**environ: str) -> Refused:
    with pytest.raises(Refused) as caught:
        from_environment(environ)
    return caught.value


def test_an_empty_environment_gives_a_service_for_this_machine_alone() -> None:
    settings = from_environment({})
    assert (settings.host, settings.public_url) == ("127.0.0.1", "http://127.0.0.1:8000")


def test_the_public_url_follows_the_port() -> None:
    assert from_environment({"PORT": "8123"}).public_url == "http://127.0.0.1:8123"


def test_the_public_url_of_an_ipv6_host_has_brackets() -> None:
    assert from_environment({"HOST": "::1"}).public_url == "http://[::1]:8000"


def test_an_empty_variable_is_one_that_is_not_set() -> None:
    assert from_environment({"PORT": ""}).port == 8000


def test_the_public_url_loses_its_last_slash() -> None:
    assert from_environment({"PUBLIC_URL": "https://Example.edu/"}).public_url == "https://example.edu"


def test_a_host_that_others_reach_needs_a_public_url() -> None:
    assert refusal(HOST="0.0.0.0").problems[0].at == "/PUBLIC_URL"


@pytest.mark.parametrize(
    "url",
    [
        "example.edu",
        "ftp://example.edu",
        "https://user@example.edu",
        "https://example.edu/path",
        "https://example.edu?",
        "https://example.edu#x",
        "https://example.edu:99999",
        "https://[::1",
        "https://exa mple.edu",
        "http://example.edu",
    ],
)
def test_a_public_url_that_cannot_be_one_is_refused(url: str) -> None:
    assert refusal(PUBLIC_URL=url).problems[0].at == "/PUBLIC_URL"


def test_every_wrong_variable_is_named_at_once() -> None:
    problems = refusal(PORT="many", STRICT_HTTP="perhaps", STATUS_PUBLISH_SECONDS="61").problems
    assert {problem.at for problem in problems} == {"/PORT", "/STRICT_HTTP", "/STATUS_PUBLISH_SECONDS"}


@pytest.mark.parametrize("text", ["0", "65536", "-1", "1e3", "٣", "9" * 5000])
def test_a_port_out_of_range_is_refused(text: str) -> None:
    assert refusal(PORT=text).problems[0].type == SETTING_ERROR


@pytest.mark.parametrize("text", ["nan", "inf", "-1", "0"])
def test_a_time_out_that_never_ends_is_refused(text: str) -> None:
    assert refusal(FETCH_TIMEOUT_SECONDS=text).problems[0].at == "/FETCH_TIMEOUT_SECONDS"


def kinds() -> dict[str, object]:
    return get_type_hints(Settings)


def test_every_number_has_a_smallest_and_a_largest_value() -> None:
    numbers = {name for name, kind in kinds().items() if kind in (int, float, int | None, float | None)}
    assert BOUNDS.keys() == numbers


@pytest.mark.parametrize("name", BOUNDS)
def test_a_number_beyond_its_bounds_is_refused_with_them(name: str) -> None:
    low, high = BOUNDS[name]
    for text in (f"{low - 1:.15g}", f"{high + 1:.15g}"):
        (problem,) = refusal(**{name.upper(): text}).problems
        assert (problem.at, f"from {low:.15g} to {high:.15g}" in problem.detail) == (f"/{name.upper()}", True)


@pytest.mark.parametrize("name", BOUNDS)
def test_a_default_is_within_its_bounds(name: str) -> None:
    low, high = BOUNDS[name]
    default = getattr(Settings(), name)
    assert default is None or low <= default <= high


def test_there_are_no_metrics_unless_they_are_asked_for() -> None:
    assert from_environment({}).metrics_port is None


def test_metrics_stay_on_this_machine_unless_they_are_sent_elsewhere() -> None:
    environ = {"METRICS_PORT": "9464", "PUBLIC_URL": "https://a.example", "HOST": "0.0.0.0"}
    assert from_environment(environ).metrics_host == "127.0.0.1"


def test_a_format_of_the_log_that_is_none_is_refused() -> None:
    assert refusal(LOG_FORMAT="xml").problems[0].at == "/LOG_FORMAT"


def test_trusted_proxies_are_networks() -> None:
    assert from_environment({"TRUSTED_PROXIES": "10.0.0.0/8, ::1"}).trusted_proxies == ("10.0.0.0/8", "::1")


def test_a_proxy_by_name_is_refused() -> None:
    assert "'proxy'" in refusal(TRUSTED_PROXIES="proxy").problems[0].detail


def test_the_passphrase_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_text("correct horse battery staple\n")
    settings = from_environment({"KEY_PASSPHRASE_FILE": str(tmp_path / "passphrase")})
    assert settings.passphrase == b"correct horse battery staple"


def test_a_passphrase_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    assert refusal(KEY_PASSPHRASE_FILE=str(tmp_path / "none")).problems[0].at == "/KEY_PASSPHRASE_FILE"


def test_an_empty_passphrase_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_text("\n")
    assert refusal(KEY_PASSPHRASE_FILE=str(tmp_path / "passphrase")).problems[0].at == "/KEY_PASSPHRASE_FILE"


def test_two_passphrases_are_refused(tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_text("one")
    problem = refusal(KEY_PASSPHRASE="two", KEY_PASSPHRASE_FILE=str(tmp_path / "passphrase")).problems[0]
    assert problem.at == "/KEY_PASSPHRASE"


def test_settings_do_not_show_the_passphrase() -> None:
    assert "canary" not in repr(from_environment({"KEY_PASSPHRASE": "canary"}))


def test_a_refusal_does_not_show_the_passphrase(tmp_path: Path) -> None:
    assert "canary" not in str(refusal(KEY_PASSPHRASE="canary", KEY_PASSPHRASE_FILE=str(tmp_path)))


def test_the_home_of_nobody_is_no_folder() -> None:
    assert refusal(KEYS_DIR="~nobody-of-that-name/keys").problems[0].at == "/KEYS_DIR"


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=60).filter(lambda text: "\0" not in text)))
def test_any_environment_is_settings_or_a_refusal(environ: dict[str, str]) -> None:
    with suppress(Refused):
        assert isinstance(from_environment(environ), Settings)


@pytest.mark.parametrize("name", ["MAX_CREDENTIAL_BYTES", "MAX_FETCH_BYTES"])
def test_no_more_may_be_promised_than_the_parser_reads(name: str) -> None:
    from_environment({name: str(strict_json.MAX_BYTES)})
    with pytest.raises(Refused, match=name):
        from_environment({name: str(strict_json.MAX_BYTES + 1)})


# ── mail ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

MAIL = {"SMTP_URL": "smtp://testamur@mail.example.edu", "SMTP_PASSWORD": "canary", "MAIL_FROM": "post@example.edu"}


def test_without_a_mail_server_there_is_none() -> None:
    assert from_environment({}).mail_server is None


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://testamur@mail.example.edu", MailServer("mail.example.edu", 587, tls=False, user="testamur")),
        ("smtps://a%40b@mail.example.edu", MailServer("mail.example.edu", 465, tls=True, user="a@b")),
        ("smtp://testamur@[::1]:2525/", MailServer("::1", 2525, tls=False, user="testamur")),
    ],
)
def test_a_mail_server_has_a_host_a_port_and_a_user(url: str, server: MailServer) -> None:
    assert from_environment({**MAIL, "SMTP_URL": url}).mail_server == server


@pytest.mark.parametrize(
    ("environ", "at"),
    [
        ({"SMTP_URL": "smtp://mail.example.edu"}, "/MAIL_FROM"),
        ({"MAIL_FROM": "post@example.edu"}, "/MAIL_FROM"),
        ({"SMTP_PASSWORD": "canary"}, "/SMTP_PASSWORD"),
        ({"MAIL_TEMPLATES_DIR": "letters"}, "/MAIL_TEMPLATES_DIR"),
        ({"SMTP_CA_FILE": "ca.pem"}, "/SMTP_CA_FILE"),
        ({**MAIL, "SMTP_PASSWORD": ""}, "/SMTP_URL"),
        ({**MAIL, "SMTP_URL": "smtp://mail.example.edu"}, "/SMTP_URL"),
        ({**MAIL, "MAIL_FROM": "post"}, "/MAIL_FROM"),
        ({**MAIL, "MAIL_FROM": "post@example.edu\r\nBcc: x@example.org"}, "/MAIL_FROM"),
        ({**MAIL, "SMTP_TIMEOUT_SECONDS": "241"}, "/SMTP_TIMEOUT_SECONDS"),
    ],
)
def test_mail_that_is_half_set_is_refused(environ: dict[str, str], at: str) -> None:
    assert [problem.at for problem in refusal(**environ).problems] == [at]


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.edu",
        "https://mail.example.edu",
        "smtp://",
        "smtp://user:canary@mail.example.edu",
        "smtp://mail.example.edu/path",
        "smtp://mail.example.edu:0",
        "smtp://mail.example.edu:x",
        "smtp://ma il.example.edu",
        "smtp://%ff@mail.example.edu",
        "smtp://[::1",
    ],
)
def test_a_mail_server_that_can_not_be_one_is_refused(url: str) -> None:
    refused = refusal(**{**MAIL, "SMTP_URL": url})
    assert refused.problems[0].at == "/SMTP_URL"
    assert "canary" not in str(refused)


def test_the_password_of_the_mail_server_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("secret\n")
    environ = {**MAIL, "SMTP_PASSWORD": "", "SMTP_PASSWORD_FILE": str(tmp_path / "password")}
    assert from_environment(environ).smtp_password == "secret"


def test_settings_do_not_show_the_password_of_the_mail_server() -> None:
    assert "canary" not in repr(from_environment(MAIL))
