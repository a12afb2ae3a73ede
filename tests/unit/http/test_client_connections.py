"""How connections are counted: by address, an IPv6 network as one, a trusted proxy not at all."""

import pytest

from app.http.client_connections import ClientConnections, TooManyConnections


def one_each(*trusted_proxies: str) -> ClientConnections:
    return ClientConnections(most=1, trusted_proxies=trusted_proxies)


@pytest.mark.parametrize(
    ("first", "second"),
    [("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::2"), ("192.0.2.1", "::ffff:192.0.2.1")],
)
def test_these_are_one_client(first: str, second: str) -> None:
    connections = one_each()
    connections.admit(first)
    with pytest.raises(TooManyConnections):
        connections.admit(second)


@pytest.mark.parametrize(("first", "second"), [("192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8:0:1::1")])
def test_these_are_two(first: str, second: str) -> None:
    connections = one_each()
    assert connections.admit(first) != connections.admit(second)


def test_what_has_left_makes_room() -> None:
    connections = one_each()
    for _ in range(3):
        client = connections.admit("192.0.2.1")
        assert client is not None
        connections.left(client)


@pytest.mark.parametrize("host", ["10.1.2.3", "::ffff:10.1.2.3", "2001:db8:1::7"])
def test_a_trusted_proxy_counts_for_nobody(host: str) -> None:
    connections = one_each("10.0.0.0/8", "2001:db8:1::/48")
    assert [connections.admit(host) for _ in range(3)] == [None] * 3


def test_who_has_no_address_counts_for_nobody() -> None:
    connections = one_each()
    assert [connections.admit("") for _ in range(3)] == [None] * 3
