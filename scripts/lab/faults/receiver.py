"""A till's webhook receiver that can misbehave, with its own record of what arrived."""

import json
import random
import ssl
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from api.events.webhooks import verify

LOST = 0.05


class Receiver:
    """Stores every genuine webhook by verification, seq and type; `mood` determines its answers.

    Moods: well, 500, close (no answer), lossy (one answer in twenty is lost). With a `certificate` (PEM, and
    its key) it speaks TLS.
    """

    def __init__(self, secrets: list[str], host: str = "127.0.0.1", certificate: Path | None = None) -> None:
        self.mood = "lossy"
        self.seen: Counter[tuple[str, int, str]] = Counter()
        self.bodies: dict[str, str] = {}
        self.forged = self.changed = 0
        self._secrets = [secret.encode() for secret in secrets]
        self._lock, self._chance = threading.Lock(), random.Random(1)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            """Answers according to the receiver's mood."""

            def do_POST(self) -> None:
                """Receive one webhook."""
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.take(body, self.headers.get("X-Signature", ""))
                if status is None:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer((host, 0), Handler)
        self._server.daemon_threads = True
        if certificate is not None:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            # The handshake at the first read, which each connection's own thread does.
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.url = f"{'https' if certificate else 'http'}://{host}:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, body: bytes, signature: str) -> int | None:
        """Return the status to answer a webhook with, or None to close without an answer."""
        if not any(verify(secret, body, signature, int(time.time())) for secret in self._secrets):
            self.forged += 1
            return 401
        if self.mood == "500":
            return 500
        if self.mood == "close":
            return None
        self._keep(body)
        return None if self.mood == "lossy" and self._chance.random() < LOST else 204

    def _keep(self, body: bytes) -> None:
        sent = json.loads(body)
        data = sent["data"]
        with self._lock:
            self.seen[(data["verification_id"], data["seq"], sent["type"])] += 1
            self.changed += self.bodies.setdefault(sent["id"], json.dumps(sent)) != json.dumps(sent)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
