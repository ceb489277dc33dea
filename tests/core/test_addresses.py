"""Whose call it is, by the connection and what proxies say."""

from ipaddress import ip_network

import pytest

from stockcast_lib.core.addresses import (
    Proxies,
    client_address,
    one_owner,
    parse_networks,
    parse_proxies,
    within,
)

NONE = Proxies()
ALL = Proxies(everybody=True)
INNER = Proxies((ip_network("10.0.0.0/8"), ip_network("fd00::/8")))


@pytest.mark.parametrize(
    ("peer", "said", "proxies", "client"),
    [
        ("9.9.9.9", None, ALL, "9.9.9.9"),
        ("10.0.0.1", "1.2.3.4", NONE, "10.0.0.1"),
        ("9.9.9.9", "1.2.3.4", INNER, "9.9.9.9"),
        ("10.0.0.1", "1.2.3.4", INNER, "1.2.3.4"),
        ("::ffff:10.0.0.1", "1.2.3.4", INNER, "1.2.3.4"),
        ("fd00::1", "2001:db8::7", INNER, "2001:db8::7"),
        # What a caller writes stands before what the proxies add.
        ("10.0.0.1", "6.6.6.6, 1.2.3.4", INNER, "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", INNER, "1.2.3.4"),
        ("9.9.9.9", "6.6.6.6, 1.2.3.4", ALL, "1.2.3.4"),
        ("10.0.0.1", "10.0.0.3,10.0.0.2", INNER, "10.0.0.3"),
        # What is no address names nobody.
        ("10.0.0.1", "unknown", INNER, "10.0.0.1"),
        ("10.0.0.1", "6.6.6.6, unknown, 10.0.0.2", INNER, "10.0.0.2"),
        ("10.0.0.1", "", INNER, "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4:80", INNER, "10.0.0.1"),
        ("", "1.2.3.4", INNER, ""),
    ],
)
def test_a_header_is_believed_as_far_as_proxies_wrote_it(peer, said, proxies, client):
    assert client_address(peer, said, proxies) == client


@pytest.mark.parametrize(
    ("text", "proxies"),
    [("", NONE), ("false", NONE), ("TRUE", ALL), ("1", ALL), ("10.0.0.0/8, fd00::/8,", INNER)],
)
def test_a_setting_names_everybody_nobody_or_networks(text, proxies):
    assert parse_proxies(text) == proxies


@pytest.mark.parametrize("text", ["proxy", "10.0.0.1/8", "10.0.0.0/33", "maybe"])
def test_what_is_no_network_is_told(text):
    with pytest.raises(ValueError, match=r"is no address and no network such as 10\.0\.0\.0/8"):
        parse_proxies(text)


def test_an_address_is_a_network_of_one():
    (one,) = parse_networks("127.0.0.1")
    assert within("127.0.0.1", [one])
    assert not within("127.0.0.2", [one])
    assert not within("no address", [one])


@pytest.mark.parametrize(
    ("address", "owner"),
    [
        ("1.2.3.4", "1.2.3.4"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("a socket", "a socket"),
    ],
)
def test_all_addresses_of_one_owner_count_as_one(address, owner):
    assert one_owner(address) == owner
