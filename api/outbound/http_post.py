"""One signed POST to an external address: checked, pinned, time-limited, without redirects."""

import http.client
import socket
import ssl
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer

from api.outbound.addresses import Target, resolve
from models.domain.errors import Refusal

# From the first packet to the last header; a receiver that trickles counts as unresponsive.
TIMEOUT_S = 5.0
# Log text of a receiver's failure; the first match is used.
NO_ANSWER: tuple[tuple[type[Exception], str], ...] = (
    (Refusal, "address_not_allowed"),
    (UnicodeError, "address_not_allowed"),
    (socket.gaierror, "name_not_found"),
    (ConnectionRefusedError, "refused"),
    (TimeoutError, "timed_out"),
    (ssl.SSLError, "tls_failed"),
    (ConnectionError, "closed"),
    (http.client.HTTPException, "not_http"),
    (OSError, "unreachable"),
)


@dataclass(frozen=True, slots=True)
class Sent:
    """Result of one webhook: the receiver's status, or the failure."""

    status: int | None
    error: str | None


def send(url: str, networks: Iterable[str], body: bytes, signature: str, *, demo: bool) -> Sent:
    """POST a signed body to an address within public addresses and the institution's allowed networks."""
    try:
        status = _post(resolve(url, demo, networks), body, signature)
    except (OSError, UnicodeError, http.client.HTTPException, Refusal) as failure:
        return Sent(None, next(word for kind, word in NO_ANSWER if isinstance(failure, kind)))
    return Sent(status, None if 200 <= status < 300 else f"HTTP {status}")


def _post(target: Target, body: bytes, signature: str) -> int:
    """POST to the checked address without following redirects; return the status."""
    connection = _Pinned(target, TIMEOUT_S)
    late = Timer(TIMEOUT_S, connection.cut)
    late.start()
    try:
        headers = {"Content-Type": "application/json", "X-Signature": signature, "User-Agent": "yibao-face/1"}
        connection.request("POST", target.path, body, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        if connection.is_cut:
            raise TimeoutError from None
        raise
    finally:
        late.cancel()
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to one of the resolved addresses, with TLS for the original name."""

    def __init__(self, target: Target, seconds: float) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self.default_port = 443 if target.scheme == "https" else 80
        self.is_cut = False
        self._target, self._ends_at = target, time.monotonic() + seconds

    def connect(self) -> None:
        """Connect to the first address that answers, each within its share of the remaining time."""
        untried = list(self._target.addresses)
        while self.sock is None:
            share = max(0.1, (self._ends_at - time.monotonic()) / len(untried))
            try:
                self.sock = socket.create_connection((untried.pop(0), self._target.port), share)
            except OSError:
                if not untried:
                    raise
        if self.is_cut:
            raise TimeoutError
        self.sock.settimeout(self.timeout)
        if self._target.scheme == "https":
            tls = ssl.create_default_context()
            self.sock = tls.wrap_socket(
                self.sock, server_hostname=self._target.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def cut(self) -> None:
        """Abort the pending operation: a socket timeout restarts with each byte."""
        self.is_cut = True
        if self.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
