"""How many connections one client address may hold at a time; a trusted proxy speaks for many, and is not counted."""

import ipaddress
from collections import Counter
from collections.abc import Sequence

from app.http.rate_limit import client_key


class ClientConnections:
    """Counts what is open, by client as `rate_limit` tells them apart: an IPv4 address, or an IPv6 /64."""

    def __init__(self, *, most: int, trusted_proxies: Sequence[str]) -> None:
        self._most = most
        self._trusted_proxies = tuple(ipaddress.ip_network(each) for each in trusted_proxies)
        self._open: Counter[str] = Counter()

    def admit(self, host: str) -> str | None:
        """The client that a connection from `host` counts for, until `left`; None where it counts for nobody.

        Raises TooManyConnections where it would be one too many.
        """
        client = client_key({"client": (host, 0)})
        if client == "unknown" or self._is_trusted(host):
            return None
        if self._open[client] >= self._most:
            raise TooManyConnections
        self._open[client] += 1
        return client

    def left(self, client: str) -> None:
        self._open[client] -= 1
        if self._open[client] <= 0:
            del self._open[client]

    def _is_trusted(self, host: str) -> bool:
        address = ipaddress.ip_address(host)
        mapped = getattr(address, "ipv4_mapped", None) or address
        return any(mapped in network for network in self._trusted_proxies)


class TooManyConnections(Exception):  # noqa: N818 - the state, not the mistake
    """This client holds as many as one may."""
