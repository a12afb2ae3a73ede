"""What an operator may set: one frozen value, units in the names, no default for a secret."""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import SplitResult, urlsplit

from app.core.problems import SETTING_ERROR, Problem, Refused

ROOT = Path(__file__).resolve().parent.parent


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
    fonts_dir: Path | None = None
    trusted_proxies: tuple[str, ...] = ()
    strict_http: bool = False

    max_credential_bytes: int = 1_048_576
    max_form_bytes: int = 1_310_720
    header_timeout_seconds: float = 10.0
    body_timeout_seconds: float = 10.0
    request_timeout_seconds: float = 30.0
    keep_alive_seconds: int = 5
    max_connections: int = 512
    verify_per_minute: int = 120
    claim_per_minute: int = 60
    token_per_minute: int = 60
    write_per_minute: int = 6_000

    fetch_timeout_seconds: float = 3.0
    max_fetch_bytes: int = 1_048_576
    max_status_ttl_seconds: int = 3_600
    compute_workers: int = 2
    compute_queue: int = 64
    compute_timeout_seconds: float = 5.0

    access_token_seconds: int = 900
    claim_expires_days: int = 90
    intent_lease_seconds: int = 30
    max_clock_skew_seconds: int = 300
    status_publish_seconds: int = 0
    status_ttl_seconds: int = 60
    status_valid_days: int = 30

    @property
    def passphrase(self) -> bytes | None:
        return self.key_passphrase.encode(errors="surrogateescape") if self.key_passphrase else None

    @property
    def act_journal(self) -> Path:
        return self.act_journal_file or self.keys_dir.parent / "testamur-acts.journal"

    @property
    def host_is_loopback(self) -> bool:
        return is_loopback(self.host)


# Every number is above zero, and at most the second of these where it stands here.
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "port": (1, 65_535),
    "access_token_seconds": (60, 3_600),
    "status_publish_seconds": (0, 60),
    "status_ttl_seconds": (0, 86_400),
    "max_status_ttl_seconds": (1, 86_400),
    "max_credential_bytes": (1_024, 1_048_576),
    "max_form_bytes": (1_024, 16_777_216),
    "max_fetch_bytes": (1_024, 1_048_576),
    "fetch_timeout_seconds": (0.1, 60),
    "compute_workers": (1, 64),
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
    _read_passphrase(values, problems)
    settings = Settings(**values)
    problems.extend(_wrong_addresses(settings))
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
        low, high = _BOUNDS.get(name, (1, float("inf")))
        if isinstance(value, int | float) and not isinstance(value, bool) and not low <= value <= high:
            allowed = f"from {low:g}" + (f" to {high:g}" if high != float("inf") else " on")
            problems.append(_problem(name, f"is {value:g}; it may be {allowed}.", ""))
    return problems


def _read_passphrase(values: dict[str, Any], problems: list[Problem]) -> None:
    path = values.get("key_passphrase_file")
    if path is None:
        return
    if "key_passphrase" in values:
        problems.append(_problem("key_passphrase", "is set, and KEY_PASSPHRASE_FILE too.", "Set one of them."))
        return
    try:
        text = path.read_text("utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        problems.append(_problem("key_passphrase_file", f"names {path}, which can't be read ({why}).", ""))
        return
    if not text:
        problems.append(_problem("key_passphrase_file", f"names {path}, which is empty.", ""))
    values["key_passphrase"] = text


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
    return Path(text).expanduser().absolute()


def _networks(text: str) -> tuple[str, ...]:
    items = tuple(item.strip() for item in text.split(",") if item.strip())
    for item in items:
        try:
            ipaddress.ip_network(item)
        except ValueError:
            raise ValueError(f"{item!r} is no address or network, such as 10.0.0.0/8") from None
    return items


_READERS: Mapping[Any, Callable[[str], object]] = {
    str: str,
    str | None: str,
    int: _integer,
    float: _number,
    bool: _boolean,
    Path: _path,
    Path | None: _path,
    tuple[str, ...]: _networks,
}
