"""The authorities that may vouch for an issuer's key: certificates in a file that the operator names."""

from pathlib import Path

from app.core.problems import SETTING_ERROR, Problem, Refused
from app.core.proof import certificates


def load_authorities(path: Path | None) -> tuple[bytes, ...]:
    """Those in the file that CREDENTIAL_AUTHORITIES_FILE names; none where it names none. Raises Refused."""
    if path is None:
        return ()
    try:
        return certificates.read_authorities(path.read_bytes())
    except OSError as error:
        raise _refused(f"names {path}, which can't be read ({error.strerror}).") from None
    except Refused as refused:
        remedy = "It holds certificates of authorities, in PEM: -----BEGIN CERTIFICATE-----"
        raise _refused(f"names {path}: {refused.problems[0].detail}.", remedy) from None


def _refused(detail: str, remedy: str = "") -> Refused:
    name = "CREDENTIAL_AUTHORITIES_FILE"
    return Refused(Problem(SETTING_ERROR, at=f"/{name}", detail=f"{name} {detail}", remedy=remedy))
