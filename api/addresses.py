"""Where webhooks may go: public addresses, or networks an administrator allowed."""

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from models.domain.errors import Invalid


@dataclass(frozen=True, slots=True)
class Target:
    """A webhook address resolved once, so that what was checked is what is called."""

    scheme: str
    host: str
    port: int
    path: str
    address: str


def check_url(url: str, demo: bool, networks: Iterable[str]) -> None:
    """Raise Invalid `notify_url_not_allowed` for an address that can never be called.

    Names are not resolved here: a till must not wait for somebody's name server.
    """
    scheme, host, _, _ = _parts(url)
    local = demo and scheme == "http" and host == "127.0.0.1"
    if not local and scheme != "https":
        raise _refused("use https")
    address = _literal(host)
    if address is not None and not local and not _allowed(address, networks):
        raise _refused("not a public address")


def resolve(url: str, demo: bool, networks: Iterable[str]) -> Target:
    """Return the address to call now, or raise Invalid; every address of the name must be allowed."""
    check_url(url, demo, networks)
    scheme, host, port, path = _parts(url)
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except OSError:
        raise _refused("the name cannot be resolved") from None
    if scheme == "https" and not all(_allowed(ipaddress.ip_address(one), networks) for one in found):
        raise _refused("not a public address")
    return Target(scheme, host, port, path, min(found))


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


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the host as an address if it is one."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _allowed(address: ipaddress.IPv4Address | ipaddress.IPv6Address, networks: Iterable[str]) -> bool:
    """Tell whether an address is public or in a network the administrator allowed."""
    mapped = getattr(address, "ipv4_mapped", None)
    real = mapped or address
    if any(real in ipaddress.ip_network(network) for network in networks):
        return True
    return real.is_global and not real.is_multicast


def _refused(why: str) -> Invalid:
    return Invalid(f"notify_url: {why}", code="notify_url_not_allowed")
