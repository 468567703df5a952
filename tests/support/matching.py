"""Matcher services for tests: real ones, and ones that misbehave."""

import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

from matcher.engines import choice

SECRET = "a-secret-of-the-tests-with-32-characters"
# Engines beside OpenCV; each process chooses by speed, so that a busy machine may choose others.
ENGINES = ("openvino", "ai_edge_litert")


def new_id() -> str:
    return secrets.token_hex(16)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def opencv_alone() -> Iterator[str]:
    """Have matchers that are loaded meanwhile use OpenCV; yield the PYTHONPATH that does it in a process.

    Two matchers then answer the same to the last bit.
    """
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(choice, "fastest", lambda reference, *_: reference)
        for name in ENGINES:
            (Path(folder) / f"{name}.py").write_text("raise ImportError", encoding="utf-8")
        yield os.pathsep.join(filter(None, (folder, os.environ.get("PYTHONPATH"))))


@contextmanager
def service(**changes: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start the service under gunicorn; yield its address and process."""
    url = f"http://127.0.0.1:{free_port()}"
    environment = os.environ | {
        "YIBAO_PROFILE": "demo",
        "YIBAO_MATCHER_SECRET": SECRET,
        "YIBAO_MATCHER_BIND": url.removeprefix("http://"),
        "YIBAO_MATCHER_QUEUE": "2",
    }
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-c",
        "python:matcher.serving",
        "matcher.service:create_app()",
    ]
    process = subprocess.Popen(command, env=environment | changes, stderr=subprocess.DEVNULL)
    try:
        _wait(url, process)
        yield url, process
    finally:
        process.terminate()
        process.wait(timeout=40)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the service has died"
        try:
            if httpx.get(f"{url}/health", trust_env=False, timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError("the service does not answer")


Misbehaviour = Callable[[BaseHTTPRequestHandler, bytes], None]


@contextmanager
def misbehaving(misbehaviour: Misbehaviour) -> Iterator[str]:
    """Serve invalid answers; yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b'{"status": "ok", "pad": "not_available"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                misbehaviour(self, body)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def without_pad() -> Iterator[str]:
    """Yield the address of a service that says it has no PAD weights, and answers nothing else."""
    with misbehaving(lambda handler, _: handler.connection.close()) as url:
        yield url
