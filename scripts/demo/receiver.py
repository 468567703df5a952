"""Sample webhook receiver of a till."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from api.events.webhooks import verify


class Receiver:
    """HTTP server on a free local port that stores every webhook with a valid signature."""

    def __init__(self, secret: str) -> None:
        self.accepted: list[dict[str, Any]] = []
        self.refused = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            """Request handler that verifies the signature before it answers."""

            def do_POST(self) -> None:
                """Receive one webhook."""
                sent = self.rfile.read(int(self.headers["Content-Length"]))
                genuine = verify(secret.encode(), sent, self.headers.get("X-Signature", ""), int(time.time()))
                receiver.keep(json.loads(sent) if genuine else None)
                self.send_response(204 if genuine else 401)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Disable the access log."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/yibao"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def keep(self, webhook: dict[str, Any] | None) -> None:
        """Store a genuine webhook, or count a forged one (None)."""
        if webhook is None:
            self.refused += 1
        else:
            self.accepted.append(webhook)

    def wait_for(self, kind: str, order_no: str, seconds: float = 10.0) -> bool:
        """Wait for a webhook; tell whether it arrived in time."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            if any(w["type"] == kind and w["data"]["order_no"] == order_no for w in self.accepted):
                return True
            time.sleep(0.05)
        return False

    def close(self) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._server.server_close()
