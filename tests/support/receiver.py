"""A till's webhook address."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from tests.support import play
from tests.support.world import World


class Till(HTTPServer):
    """A till's webhook receiver with configurable answers."""

    def __init__(self) -> None:
        till = self
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.status = 204

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                till.received.append((dict(self.headers), body))
                self.send_response(till.status)
                self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        super().__init__(("127.0.0.1", 0), Handler)


def ended(world: World, till: Till) -> str:
    verification = play.opened(world, notify_url=f"http://127.0.0.1:{till.server_port}/hook")
    play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
    return verification
