"""Detects a server that strangers can reach without the proxy in between."""

from ipaddress import ip_address


def is_exposed(bind: str) -> bool:
    """Tell whether an address (host:port, [v6]:port, unix:path) is a wildcard or public; names are not.

    A threaded server waits indefinitely for slow headers, so nginx must stand before it.
    """
    if bind.startswith("unix:"):
        return False
    host = bind.rpartition(":")[0].strip("[]") if ":" in bind else bind
    if not host:
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_unspecified or address.is_global
