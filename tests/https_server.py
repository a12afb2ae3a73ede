"""An HTTPS server on loopback with an authority of its own, which answers as well or as badly as a test asks."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.adapters.fetch import GuardedFetch, Reach

LOOPBACK = IPv4Network("127.0.0.0/8")

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


def answering(
    content: bytes = b"{}",
    *,
    status: str = "200 OK",
    media_type: str = "application/json",
    length: int | None = None,
    **headers: str,
) -> Answer:
    """An answer in one piece; `length` is what it says of its length, true or not."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(head(status, media_type, len(content) if length is None else length, **headers) + content)

    return answer


def head(status: str, media_type: str, length: int | None, **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {media_type}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {length}"] if length is not None else []
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def dripping(*, seconds: float) -> Answer:
    """One byte of the body, then another after `seconds`, and so on."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(head("200 OK", "application/json", None))
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(seconds)

    return answer


def endless(writer: asyncio.StreamWriter) -> Awaitable[None]:
    """A body without length that does not end."""

    async def answer() -> None:
        writer.write(head("200 OK", "application/json", None))
        while True:
            writer.write(b" " * 65_536)
            await writer.drain()

    return answer()


async def silent(_writer: asyncio.StreamWriter) -> None:
    """Takes the request and says nothing."""
    await asyncio.sleep(60)


@dataclass
class HttpsServer:
    """Paths and what is answered there. `requests` are the heads that came in."""

    port: int = 0
    authority: ssl.SSLContext = field(default_factory=lambda: ssl.create_default_context())
    paths: dict[str, Answer] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str = "/", *, host: str = "issuer.example") -> str:
        return f"https://{host}:{self.port}{path}"

    def fetch(self, *, addresses: tuple[str, ...] = ("127.0.0.1",), max_bytes: int = 1_048_576) -> GuardedFetch:
        """A fetcher that finds this server under every name, and may reach it."""

        async def resolve(_host: str, _port: int) -> tuple[str, ...]:
            return addresses

        return GuardedFetch(
            max_bytes=max_bytes,
            reach=Reach(ports=frozenset({self.port}), networks=(LOOPBACK,)),
            resolve=resolve,
            ssl_context=self.authority,
        )

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.requests.append(request)
            path = request.split(" ")[1]
            await self.paths.get(path, answering(status="404 Not Found"))(writer)
            await writer.drain()
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()


@asynccontextmanager
async def https_server(
    folder: Path, *, names: tuple[str, ...] = ("issuer.example",), certificate_ended: bool = False
) -> AsyncIterator[HttpsServer]:
    """Runs one, with a certificate for `names`; `folder` is where its files go."""
    authority, certificate = certificates(folder, names, ended=certificate_ended)
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(certificate)
    server = HttpsServer(authority=ssl.create_default_context(cafile=str(authority)))
    handlers: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.add(asyncio.ensure_future(server.handle(reader, writer)))

    listening = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=server_context)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for handler in handlers:
            handler.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)


def certificates(folder: Path, names: tuple[str, ...], *, ended: bool = False) -> tuple[Path, Path]:
    """The files of an authority, and of a server's certificate by it with its key."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of a test")])
    now = datetime.now(UTC)

    def certificate(
        subject: x509.Name, public_key: ec.EllipticCurvePublicKey, ends: datetime = now + timedelta(hours=1)
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(authority_name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(ends)
        )

    root = (
        certificate(authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    ends = now - timedelta(minutes=1) if ended else now + timedelta(hours=1)
    leaf = (
        certificate(x509.Name([]), key.public_key(), ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    authority_file, certificate_file = folder / "authority.pem", folder / "server.pem"
    authority_file.write_bytes(root.public_bytes(pem))
    certificate_file.write_bytes(leaf.public_bytes(pem) + private)
    return authority_file, certificate_file
