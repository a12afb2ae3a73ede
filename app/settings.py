"""What an operator may set: one frozen value, units in the names, no default for a secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path


ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Each field is read from the environment variable of its name in capitals; docs/settings.md describes each."""

    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    database_url: str = f"sqlite:///{ROOT / 'testamur.sqlite3'}"
    keys_dir: Path = ROOT / "keys"
    key_passphrase: str | None = field(default=None, repr=False)
    key_passphrase_file: Path | None = None
    contexts_dir: Path = ROOT / "contexts"
    known_issuers_file: Path | None = None
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
    compute_workers: int = 2
    compute_queue: int = 64
    compute_timeout_seconds: float = 5.0

    access_token_seconds: int = 900
    claim_expires_days: int = 90
    intent_lease_seconds: int = 30
    status_publish_seconds: int = 0
    status_ttl_seconds: int = 60
    status_valid_days: int = 30
