"""Who asks, as limits count them."""

from ipaddress import ip_address

from flask import request

from api.limits import rates
from api.ports import Ports
from models.domain.identity.rate import RateKind


def by_address(ports: Ports, kind: RateKind) -> None:
    """Count a request against its address; raises TooMany."""
    found = address()
    if found is not None:
        rates.take(ports, found, kind)


def address() -> str | None:
    """Return the caller's address as the proxy before us saw it; None for this machine itself.

    A process is never bound to strangers, so whoever connects from inside is the proxy, which writes the
    header anew.
    """
    peer = request.remote_addr or ""
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    found = told if told and _is_inside(peer) else peer
    return None if _is_loopback(found) else found


def _is_inside(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return True


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return not host
