"""The one way out: a GET over https to a public address, within limits. The only module that knows httpcore.

1. The URL is read: https, a host's name, an allowed port, and nothing that hides another host.
2. The name is resolved once, and refused if any of its addresses is not public.
3. That very address is dialled, with the name in SNI and Host: no second lookup, so nothing to rebind.
4. The answer is 200, uncoded, and within the byte limit while it streams; a redirect is an answer like any other.
5. One deadline stands over all of it: it ends a drip as it ends a silence.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, Final, TypeAlias

import httpcore

from app.core.problems import NOT_ASKED, Problem, Refused
from app.ports import Counts, Fetched, NotCounted

Network: TypeAlias = IPv4Network | IPv6Network
Resolve: TypeAlias = Callable[[str, int], Awaitable[tuple[str, ...]]]

# https://www.iana.org/assignments/iana-ipv4-special-registry: none of these is a public host.
_NOT_PUBLIC_4: Final = tuple(
    IPv4Network(each)
    for each in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared address space
        "127.0.0.0/8",
        "169.254.0.0/16",  # link local: where clouds keep their secrets
        "172.16.0.0/12",
        "192.0.0.0/24",  # IETF protocol assignments
        "192.0.2.0/24",
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",
    )
)
# https://www.iana.org/assignments/ipv6-unicast-address-assignments: global unicast is 2000::/3 alone. NAT64,
# IPv4-mapped, unique-local, link-local and multicast addresses lie outside; what leads elsewhere from inside is named.
_GLOBAL_UNICAST_6: Final = IPv6Network("2000::/3")
_NOT_PUBLIC_6: Final = tuple(
    IPv6Network(each)
    for each in (
        "2001::/23",  # IETF protocol assignments: Teredo, ORCHID, benchmarking
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)

_MAX_URL: Final = 2_048
_MAX_ADDRESSES: Final = 16
_URL: Final = re.compile(
    r"https://(?P<host>[A-Za-z0-9.-]{1,253})(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?"
    r"(?:\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?)",
    re.ASCII,
)
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
# https://url.spec.whatwg.org/#ends-in-a-number-checker: 127.1, 0x7f.1 and 2130706433 are addresses, not names.
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)


class SystemResolver:
    """The machine's own resolver, on threads of its own: a slow name server holds up nothing else."""

    def __init__(self, *, threads: int = 16) -> None:
        self._executor = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="resolve")

    async def __call__(self, host: str, port: int) -> tuple[str, ...]:
        def look_up() -> tuple[str, ...]:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
            return tuple(dict.fromkeys(str(address[0]) for *_, address in found))

        return await asyncio.get_running_loop().run_in_executor(self._executor, look_up)


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be reached beside public addresses on port 443: `main` keeps the defaults, a test opens loopback."""

    ports: frozenset[int] = frozenset({443})
    networks: tuple[Network, ...] = ()

    def allows(self, address: str) -> bool:
        """Whether an address (as a resolver gives it) may be dialled."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        if any(parsed in network for network in self.networks):
            return True
        if parsed.version == 4:
            return not any(parsed in network for network in _NOT_PUBLIC_4)
        return parsed in _GLOBAL_UNICAST_6 and not any(parsed in network for network in _NOT_PUBLIC_6)


class FetchOutcome(StrEnum):
    """How asking another host went. `remembered`: it was not asked, because what it had answered is still kept."""

    ANSWERED = "answered"
    REMEMBERED = "remembered"
    NOT_ASKED = "not_asked"
    NO_ADDRESS = "no_address"
    TOO_SLOW = "too_slow"
    NOT_TAKEN = "not_taken"
    BROKE_OFF = "broke_off"


class GuardedFetch:
    """Port `Fetch`. No cookies, no proxies, no redirects, no kept connections: each call is one GET on one socket."""

    def __init__(
        self,
        *,
        max_bytes: int,
        reach: Reach | None = None,
        resolve: Resolve | None = None,
        ssl_context: ssl.SSLContext | None = None,
        counts: Counts | None = None,
    ) -> None:
        self._max_bytes = max_bytes
        self._reach = reach or Reach()
        self._network = _PinnedNetwork(resolve or SystemResolver(), self._reach)
        self._ssl_context = ssl_context or ssl.create_default_context()
        self._counts = counts or NotCounted()

    async def __call__(
        self, url: str, *, accept: str, deadline: float, otherwise: str, at_most_seconds_old: float | None = None
    ) -> Fetched:
        try:
            target = _read_url(url, self._reach.ports)
        except Refused:
            self._counts.add(FetchOutcome.NOT_ASKED)
            raise
        try:
            async with asyncio.timeout_at(deadline):
                fetched = await self._get(target, accept=accept, deadline=deadline)
        except (TimeoutError, httpcore.TimeoutException):
            outcome, why, again = FetchOutcome.TOO_SLOW, "did not answer in time", "Try again later."
        except _NotReached as refused:
            outcome, why, again = FetchOutcome.NOT_TAKEN, str(refused), ""
        except socket.gaierror:
            why, again = "has no address that a name server knows", "Check the name, or try again later."
            outcome = FetchOutcome.NO_ADDRESS
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            outcome, why, again = FetchOutcome.BROKE_OFF, _why(error), "Try again later."
        else:
            self._counts.add(FetchOutcome.ANSWERED)
            return fetched
        self._counts.add(outcome)
        raise Refused(Problem(otherwise, detail=f"{target.host} {why}", remedy=again))

    def keep(self, fetched: Fetched, *, accept: str, ttl_seconds: float | None, until: float | None) -> None:
        """Remembers nothing."""

    async def _get(self, target: "_Target", *, accept: str, deadline: float) -> Fetched:
        headers: dict[bytes | str, bytes | str] = {
            "Host": target.authority,
            "Accept": accept,
            "Accept-Encoding": "identity",
            "User-Agent": "Testamur",
            "Connection": "close",
        }
        remaining = max(0.0, deadline - asyncio.get_running_loop().time())
        pool = httpcore.AsyncConnectionPool(
            ssl_context=self._ssl_context, max_keepalive_connections=0, network_backend=self._network
        )
        async with (
            pool,
            pool.stream(
                "GET",
                httpcore.URL(scheme=b"https", host=target.host, port=target.port, target=target.target),
                headers=headers,
                extensions={"timeout": {"connect": remaining}},
            ) as response,
        ):
            content = await self._read(response)
        media_type = _header(response, b"content-type").partition(";")[0].strip().lower()
        return Fetched(url=target.url, media_type=media_type, content=content)

    async def _read(self, response: httpcore.Response) -> bytes:
        if 300 <= response.status < 400:
            raise _NotReached(f"answered {response.status}, a redirect, and those are not followed")
        if response.status != 200:
            raise _NotReached(f"answered {response.status}, not 200")
        coding = _header(response, b"content-encoding").strip().lower()
        if coding not in {"", "identity"}:
            raise _NotReached("sent its answer compressed, which was not asked for")
        length = _header(response, b"content-length")
        too_large = _NotReached(f"sent more than {self._max_bytes:,} bytes")
        if length.isdigit() and int(length[:20]) > self._max_bytes:
            raise too_large
        content = bytearray()
        async for chunk in response.aiter_stream():
            content += chunk
            if len(content) > self._max_bytes:
                raise too_large
        return bytes(content)


@dataclass(frozen=True, slots=True)
class _Target:
    url: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        return self.host if self.port == 443 else f"{self.host}:{self.port}"


class _NotReached(Exception):  # noqa: N818 - becomes the detail of a Problem
    """Why not, as the end of a sentence that begins with the host."""


class Offline:
    """Port `Fetch` where nobody may be asked: every question stays open."""

    async def __call__(
        self, url: str, *, accept: str, deadline: float, otherwise: str, at_most_seconds_old: float | None = None
    ) -> Fetched:
        raise Refused(Problem(NOT_ASKED, detail=f"{url:.200} was not asked: this check is offline"))

    def keep(self, fetched: Fetched, *, accept: str, ttl_seconds: float | None, until: float | None) -> None:
        """Has nothing to remember."""


def _read_url(url: str, ports: frozenset[int]) -> _Target:
    def refuse(why: str) -> Refused:
        return Refused(Problem(NOT_ASKED, detail=f"{url[:200]!r} {why}"))

    if not url.startswith("https://"):
        raise refuse("is not asked for: only https is")
    read = _URL.fullmatch(url) if len(url) <= _MAX_URL else None
    if read is None:
        raise refuse("is not a plain https URL: a host's name (in ASCII), a path, a query, no user name, no fragment")
    host = read["host"].lower()
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        raise refuse("names an address in numbers; a host's name is needed")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise refuse("does not name a host of the public Internet")
    port = int(read["port"] or 443)
    if port not in ports:
        raise refuse(f"wants port {port}, which is not asked")
    target = read["target"]
    return _Target(url, host, port, target if target.startswith("/") else "/" + target)


class _PinnedNetwork(httpcore.AsyncNetworkBackend):
    """Resolves once, judges every address, and dials those very addresses."""

    def __init__(self, resolve: Resolve, reach: Reach) -> None:
        self._resolve = resolve
        self._reach = reach
        self._dial = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = (await self._resolve(host, port))[:_MAX_ADDRESSES]
        if not addresses:
            raise _NotReached("has no address")
        # One bad address among good ones is how a name is rebound: the whole name is refused.
        if not all(self._reach.allows(address) for address in addresses):
            raise _NotReached("leads to an address that is not public, and is not asked")
        share = (timeout or 0.0) / len(addresses)
        for address in addresses[:-1]:
            try:
                return await self._dial.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._dial.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)


def _header(response: httpcore.Response, name: bytes) -> str:
    """A header's values as one list (RFC 9110 §5.3): two Content-Encoding lines are not one too few."""
    return ", ".join(value.decode("latin-1") for each, value in response.headers if each.lower() == name)


def _why(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"has no certificate that counts: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return "does not speak TLS as we do"
        if isinstance(cause, ConnectionRefusedError):
            return "refuses connections"
        cause = cause.__cause__ or cause.__context__
    match error:
        case httpcore.ConnectError():
            return "can't be reached"
        case httpcore.ProtocolError():
            return "answered something that is not HTTP, or broke off"
        case _:
            return "broke off"
