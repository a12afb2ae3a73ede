"""What an operator may set: one frozen value, units in the names, no default for a secret."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_type_hints
from urllib.parse import SplitResult, unquote, urlsplit

from app.core.problems import SETTING_ERROR, Problem, Refused

ROOT = Path(__file__).resolve().parent.parent
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in. `tls`: from the first byte (smtps), not by STARTTLS."""

    host: str
    port: int
    tls: bool
    user: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Each field is read from the environment variable of its name in capitals; docs/settings.md describes each."""

    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    database_url: str = f"sqlite:///{ROOT / 'testamur.sqlite3'}"
    keys_dir: Path = ROOT / "keys"
    act_journal_file: Path | None = None
    key_passphrase: str | None = field(default=None, repr=False)
    key_passphrase_file: Path | None = None
    contexts_dir: Path = ROOT / "contexts"
    institution_file: Path | None = None
    known_issuers_file: Path | None = None
    credential_authorities_file: Path | None = None
    fonts_dir: Path | None = None
    trusted_proxies: tuple[str, ...] = ()
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = None
    log_format: Literal["json", "text"] = "json"
    strict_http: bool = False

    max_credential_bytes: int = 1_048_576
    max_form_bytes: int = 1_310_720
    max_batch_rows: int = 500
    header_timeout_seconds: float = 10.0
    body_timeout_seconds: float = 10.0
    request_timeout_seconds: float = 30.0
    keep_alive_seconds: int = 5
    max_connections: int = 512
    max_connections_per_client: int = 64
    verify_per_minute: int = 120
    claim_per_minute: int = 60
    token_per_minute: int = 60
    sign_in_per_minute: int = 20
    write_per_minute: int = 6_000

    fetch_timeout_seconds: float = 3.0
    max_fetch_bytes: int = 1_048_576
    max_status_ttl_seconds: int = 3_600
    compute_workers: int = 2
    compute_queue: int = 64
    compute_timeout_seconds: float = 5.0

    access_token_seconds: int = 900
    sign_in_tries: int = 10
    session_idle_minutes: int = 60
    session_hours: int = 12
    challenge_seconds: int = 300
    claim_expires_days: int = 90
    intent_lease_seconds: int = 30
    max_clock_skew_seconds: int = 300
    status_publish_seconds: int = 0
    status_ttl_seconds: int = 60
    status_valid_days: int = 30

    smtp_url: str = ""
    smtp_password: str | None = field(default=None, repr=False)
    smtp_password_file: Path | None = None
    smtp_ca_file: Path | None = None
    smtp_timeout_seconds: float = 30.0
    mail_from: str = ""
    mail_retry_seconds: float = 60.0
    mail_templates_dir: Path | None = None

    @property
    def mail_server(self) -> MailServer | None:
        """None where nobody is written to."""
        return read_mail_server(self.smtp_url) if self.smtp_url else None

    @property
    def passphrase(self) -> bytes | None:
        return self.key_passphrase.encode(errors="surrogateescape") if self.key_passphrase else None

    @property
    def public_url_is_default(self) -> bool:
        """Whether it follows from HOST and PORT alone."""
        return self.public_url == _default_public_url(self)

    @property
    def act_journal(self) -> Path:
        return self.act_journal_file or self.keys_dir.parent / "testamur-acts.journal"

    @property
    def host_is_loopback(self) -> bool:
        return is_loopback(self.host)


# Each number is from the first of these to the second.
BOUNDS: Mapping[str, tuple[float, float]] = {
    "port": (1, 65_535),
    "metrics_port": (1, 65_535),
    "max_credential_bytes": (1_024, 1_048_576),
    "max_form_bytes": (1_024, 16_777_216),
    "max_batch_rows": (1, 500),
    "header_timeout_seconds": (1, 300),
    "body_timeout_seconds": (1, 300),
    "request_timeout_seconds": (1, 300),
    "keep_alive_seconds": (1, 300),
    "max_connections": (1, 65_535),
    "max_connections_per_client": (1, 65_535),
    "verify_per_minute": (1, 1_000_000),
    "claim_per_minute": (1, 1_000_000),
    "token_per_minute": (1, 1_000_000),
    "sign_in_per_minute": (1, 1_000_000),
    "write_per_minute": (1, 1_000_000),
    "fetch_timeout_seconds": (0.1, 60),
    "max_fetch_bytes": (1_024, 1_048_576),
    "max_status_ttl_seconds": (1, 86_400),
    "compute_workers": (1, 64),
    "compute_queue": (1, 10_000),
    "compute_timeout_seconds": (1, 60),
    "access_token_seconds": (60, 3_600),
    "sign_in_tries": (1, 1_000),
    "session_idle_minutes": (1, 1_440),
    "session_hours": (1, 168),
    "challenge_seconds": (10, 3_600),
    "claim_expires_days": (1, 3_650),
    "intent_lease_seconds": (1, 3_600),
    "max_clock_skew_seconds": (1, 86_400),
    "status_publish_seconds": (0, 60),
    "status_ttl_seconds": (0, 86_400),
    "status_valid_days": (1, 366),
    "smtp_timeout_seconds": (0.1, 240),
    "mail_retry_seconds": (0.1, 3_600),
}


def from_environment(environ: Mapping[str, str]) -> Settings:
    """The settings in `environ`. Raises Refused (SETTING_ERROR) with every variable that is wrong, and its remedy."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    kinds = get_type_hints(Settings)
    for name in (each.name for each in fields(Settings)):
        text = environ.get(name.upper(), "").strip()
        if text:
            try:
                values[name] = _READERS[kinds[name]](text)
            except ValueError as error:
                problems.append(_problem(name, f"is {text!r}: {error}.", ""))
    problems.extend(_out_of_bounds(values))
    for secret in ("key_passphrase", "smtp_password"):
        _read_secret(secret, values, problems)
    settings = Settings(**values)
    problems.extend(_wrong_addresses(settings))
    problems.extend(_wrong_mail(settings))
    if problems:
        raise Refused(*problems)
    return Settings(**{**values, "public_url": _public_url(settings)})


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _problem(name: str, what: str, remedy: str) -> Problem:
    return Problem(SETTING_ERROR, at=f"/{name.upper()}", detail=f"{name.upper()} {what}", remedy=remedy)


def _out_of_bounds(values: Mapping[str, Any]) -> list[Problem]:
    problems = []
    for name, value in values.items():
        if name in BOUNDS and not BOUNDS[name][0] <= value <= BOUNDS[name][1]:
            low, high = BOUNDS[name]
            problems.append(_problem(name, f"is {value:.15g}; it may be from {low:.15g} to {high:.15g}.", ""))
    return problems


def _read_secret(name: str, values: dict[str, Any], problems: list[Problem]) -> None:
    """A secret stands in a variable, or in the file that another names."""
    file = f"{name}_file"
    path = values.get(file)
    if path is None:
        return
    if name in values:
        problems.append(_problem(name, f"is set, and {file.upper()} too.", "Set one of them."))
        return
    try:
        text = path.read_text("utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        problems.append(_problem(file, f"names {path}, which can't be read ({why}).", ""))
        return
    if not text:
        problems.append(_problem(file, f"names {path}, which is empty.", ""))
    values[name] = text


def read_mail_server(url: str) -> MailServer:
    """`smtp://user@host:587` or `smtps://user@host:465`. Raises ValueError, which says what is wrong in it."""
    parts = urlsplit(url)
    port = parts.port
    if parts.scheme not in ("smtp", "smtps"):
        raise ValueError("it begins with smtp:// or smtps://")
    if parts.password is not None:
        raise ValueError("the password has no place in it, but in SMTP_PASSWORD_FILE")
    host = parts.hostname or ""
    if not host.isascii() or not host or set(host) & set(" \t\\%<>\"'`{}|^") or port == 0:
        raise ValueError("it names no host")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("it has host and port, and nothing after them")
    tls = parts.scheme == "smtps"
    user = unquote(parts.username, errors="strict") if parts.username else None
    return MailServer(host, port or (465 if tls else 587), tls, user)


def _wrong_mail(settings: Settings) -> list[Problem]:
    """A mail server that is half described would keep learners waiting, and nobody would know."""
    if not settings.smtp_url:
        given = ("smtp_password", "smtp_ca_file", "mail_from", "mail_templates_dir")
        return [
            _problem(name, "is set, and SMTP_URL is not.", "Set SMTP_URL too, or neither.")
            for name in given
            if getattr(settings, name)
        ]
    try:
        server = read_mail_server(settings.smtp_url)
    except ValueError as error:
        # The address itself is not shown: a password may stand in it.
        remedy = "Such as smtp://user@mail.example.edu:587."
        return [_problem("smtp_url", f"is no address of a mail server: {error}.", remedy)]
    problems = []
    if not settings.mail_from:
        remedy = "Set it to the address that the mail server takes mail from, such as credentials@example.edu."
        problems.append(_problem("mail_from", "is not set, and SMTP_URL is.", remedy))
    elif not _ADDRESS.fullmatch(settings.mail_from):
        problems.append(_problem("mail_from", f"is {settings.mail_from!r}, which is no e-mail address.", ""))
    if server.user and not settings.smtp_password:
        remedy = "Set SMTP_PASSWORD_FILE to a file that holds it."
        problems.append(_problem("smtp_url", "names a user, and there is no password for it.", remedy))
    if settings.smtp_password and not server.user:
        problems.append(_problem("smtp_url", "names no user for the password.", "Write smtp://user@host."))
    return problems


def _wrong_addresses(settings: Settings) -> list[Problem]:
    if not settings.public_url:
        if settings.host_is_loopback:
            return []
        remedy = "Set it to the address that others reach this service by, such as https://credentials.example.edu."
        return [_problem("public_url", f"is not set, and HOST ({settings.host}) is not this machine alone.", remedy)]
    return _wrong_public_url(settings.public_url)


def _wrong_public_url(public_url: str) -> list[Problem]:
    remedy = "It is scheme and host (and port), such as https://credentials.example.edu."
    try:
        parts = urlsplit(public_url)
        port = parts.port
    except ValueError:
        return [_problem("public_url", f"is {public_url!r}, which is no URL.", remedy)]
    if parts.scheme not in ("http", "https") or not _is_plain_host(parts) or port == 0:
        return [_problem("public_url", f"is {public_url!r}, which is no address of a service.", remedy)]
    if parts.path not in ("", "/") or parts.query or parts.fragment or "?" in public_url or "#" in public_url:
        return [_problem("public_url", f"is {public_url!r}: it may have no path.", remedy)]
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        why = "is on plain http: client secrets and claim links would cross the network in the clear."
        return [_problem("public_url", why, "Put TLS in front, and write https://… here.")]
    return []


def _is_plain_host(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    return host.isascii() and bool(host) and "@" not in parts.netloc and not set(host) & set(" \t\\%<>\"'`{}|^")


def _public_url(settings: Settings) -> str:
    if settings.public_url:
        parts = urlsplit(settings.public_url)
        return f"{parts.scheme}://{parts.netloc.lower()}"
    return _default_public_url(settings)


def _default_public_url(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def _boolean(text: str) -> bool:
    match text.lower():
        case "true" | "yes" | "on" | "1":
            return True
        case "false" | "no" | "off" | "0":
            return False
    raise ValueError("it is either true or false")


def _integer(text: str) -> int:
    if not (text.isascii() and text.lstrip("-").isdigit() and len(text) < 16):
        raise ValueError("it is a whole number")
    return int(text)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError("it is a number") from None
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError("it is a finite number")
    return number


def _path(text: str) -> Path:
    if "\0" in text:
        raise ValueError("it has a NUL in it")
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        raise ValueError("it names somebody's home directory, which is not known") from None


def _networks(text: str) -> tuple[str, ...]:
    items = tuple(item.strip() for item in text.split(",") if item.strip())
    for item in items:
        try:
            ipaddress.ip_network(item)
        except ValueError:
            raise ValueError(f"{item!r} is no address or network, such as 10.0.0.0/8") from None
    return items


def _log_format(text: str) -> str:
    if text not in ("json", "text"):
        raise ValueError("it is json or text")
    return text


_READERS: Mapping[Any, Callable[[str], object]] = {
    str: str,
    str | None: str,
    int: _integer,
    int | None: _integer,
    Literal["json", "text"]: _log_format,
    float: _number,
    bool: _boolean,
    Path: _path,
    Path | None: _path,
    tuple[str, ...]: _networks,
}
