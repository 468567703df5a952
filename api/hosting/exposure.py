"""Whether a server would listen where strangers reach it without the proxy in between."""

from ipaddress import ip_address


def is_exposed(bind: str) -> bool:
    """Tell whether an address (host:port, [v6]:port, unix:path) is all of them or a public one; no name is.

    A server with threads waits for slow headers as long as they come: nginx must stand before it.
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
