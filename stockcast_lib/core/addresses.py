"""Who is at the other end of a connection: its address, or the one that a proxy names."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Network = IPv4Network | IPv6Network
_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"", "false", "no", "off", "0"})
# What a provider gives to one customer: its owner may use every address in it.
_ONE_OWNER = 64


@dataclass(frozen=True)
class Proxies:
    """Who is believed about for whom they ask.

    Attributes:
        networks: their addresses.
        everybody: whether each peer is one: only where nobody else can connect.
    """

    networks: tuple[Network, ...] = ()
    everybody: bool = False

    def believed(self, peer: str) -> bool:
        """Whether a peer is one of them."""
        return self.everybody or within(peer, self.networks)


NO_PROXIES = Proxies()


def parse_proxies(text: str) -> Proxies:
    """The proxies in a setting's text: `true` for everybody, `false`, or networks.

    Raises:
        ValueError: what is wrong.
    """
    word = text.strip().lower()
    if word in _NO:
        return NO_PROXIES
    return Proxies(everybody=True) if word in _YES else Proxies(parse_networks(text))


def parse_networks(text: str) -> tuple[Network, ...]:
    """Networks or addresses that are separated by commas.

    Raises:
        ValueError: one is none.
    """
    return tuple(_network(part.strip()) for part in text.split(",") if part.strip())


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError:
        message = f"{text!r} is no address and no network such as 10.0.0.0/8"
        raise ValueError(message) from None


def within(address: str, networks: Iterable[Network]) -> bool:
    """Whether an address is in one of some networks; what is no address is in none."""
    found = _address(address)
    return found is not None and any(found in network for network in networks)


def client_address(peer: str, forwarded_for: str | None, proxies: Proxies) -> str:
    """Whose call it is.

    Each proxy appends to `X-Forwarded-For` whom it was asked by. So it is read from its end, for as
    long as those who wrote it are believed; what stands before that anybody may have written.

    Args:
        peer: the address of who is connected.
        forwarded_for: the header, with its lines joined by commas.
        proxies: who is believed.
    """
    nearest = peer
    if forwarded_for is None or not proxies.believed(peer):
        return nearest
    for said in reversed(forwarded_for.split(",")):
        found = _address(said.strip())
        if found is None:
            break
        nearest = str(found)
        if not within(nearest, proxies.networks):
            break
    return nearest


def one_owner(address: str) -> str:
    """What stands for all addresses of whoever has this one."""
    found = _address(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, _ONE_OWNER), strict=False))
    return address if found is None else str(found)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    # A socket that takes both kinds shows the older one within the newer.
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
