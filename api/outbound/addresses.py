"""Allowed webhook addresses: public ones, or networks an administrator allowed."""

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from models.domain.errors import Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Local NAT64 prefixes (RFC 8215) and IPv4-compatible addresses (RFC 4291, 2.5.5.1) reach inside.
NOBODYS = (ipaddress.ip_network("64:ff9b:1::/48"), ipaddress.ip_network("::/96"))


@dataclass(frozen=True, slots=True)
class Target:
    """A webhook address resolved once, so that the checked address is the one called."""

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]


def check_url(url: str, demo: bool, networks: Iterable[str]) -> None:
    """Raise Invalid `notify_url_not_allowed` for an address that can never be called.

    Names are not resolved here: a till must not wait for a name server.
    """
    scheme, host, _, _ = _parts(url)
    local = demo and scheme == "http" and host == "127.0.0.1"
    if not local and scheme != "https":
        raise _refused("use https")
    name = host.rstrip(".")
    address = _literal(name)
    inside = name == "localhost" or name.endswith(".localhost")
    if inside or (address is not None and not local and not _allowed(address, networks)):
        raise _refused("not a public address")


def resolve(url: str, demo: bool, networks: Iterable[str]) -> Target:
    """Return the addresses to call now, IPv4 first; raises Invalid, or OSError for an unknown name.

    Every address of the name must be allowed.
    """
    check_url(url, demo, networks)
    scheme, host, port, path = _parts(url)
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    found = {ipaddress.ip_address(entry[4][0]) for entry in entries}
    if scheme == "https" and not all(_allowed(one, networks) for one in found):
        raise _refused("not a public address")
    in_turn = sorted(found, key=lambda one: (one.version, int(one)))
    return Target(scheme, host, port, path, tuple(map(str, in_turn)))


def _parts(url: str) -> tuple[str, str, int, str]:
    """Return scheme, host, port and path with query."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise _refused("not an address") from None
    if not parts.hostname or parts.username or parts.password or parts.fragment:
        raise _refused("not an address")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, parts.hostname, port, path


def _literal(host: str) -> Address | None:
    """Return the host as an address if it is one, in any notation that a socket takes (`0x7f.1`)."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _carried(address: Address) -> Address:
    """Return the IPv4 address embedded in an IPv6 one (mapped, 6to4, NAT64), else the address."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _allowed(address: Address, networks: Iterable[str]) -> bool:
    """Tell whether an address is public or in a network the administrator allowed."""
    real = _carried(address)
    if any(real in ipaddress.ip_network(network) for network in networks):
        return True
    return real.is_global and not real.is_multicast and not any(real in network for network in NOBODYS)


def _refused(why: str) -> Invalid:
    return Invalid(f"notify_url: {why}", code="notify_url_not_allowed")
