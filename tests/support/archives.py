"""Archives of another owner: an HTTP server that only adds, and S3 with object lock."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import httpx
from pydantic import SecretStr

from api.ports import Ports
from tests.support.matching import free_port


class AppendOnly(HTTPServer):
    """Takes each name once, from whoever knows the token."""

    def __init__(self) -> None:
        server = self
        self.stored: dict[str, bytes] = {}
        self.status, self.replaces = 0, False

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                taken = self.path in server.stored and not server.replaces
                status = server.status or (412 if taken else 201)
                if status == 201:
                    server.stored[self.path] = body
                self._answer(status)

            def do_GET(self) -> None:
                found = server.stored.get(self.path)
                self._answer(server.status or (404 if found is None else 200), found or b"")

            def _answer(self, status: int, body: bytes = b"") -> None:
                if self.headers["Authorization"] != "Bearer of-the-archive":
                    status, body = 401, b""
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None: ...

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self.server_port}/bureau"


@contextmanager
def append_only() -> Iterator[AppendOnly]:
    """Yield a running archive behind HTTP."""
    server = AppendOnly()
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def s3() -> Iterator[str]:
    """Yield the address of an S3 server."""
    url = f"http://127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "moto.server", "-p", url.rpartition(":")[2]]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                httpx.get(url, timeout=5, trust_env=False)
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait()


def archived(ports: Ports, url: str, access: str = "") -> Ports:
    """Return the ports of an installation that exports there."""
    changed = {"archive_url": url, "archive_access": SecretStr(access)}
    return replace(ports, settings=ports.settings.model_copy(update=changed))
