"""Weights are fetched once, go on where they stopped, and are installed only if they are the right ones."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scripts.admin.weights import NotFetched, fetch

DATA = bytes(range(256)) * 4000
RIGHT = [hashlib.sha256(DATA).hexdigest()]


class Server(ThreadingHTTPServer):
    """Serves DATA; `ranges` are the ranges it was asked for, `cut` stops after so many bytes."""

    ranges: list[str | None]
    cut: int | None = None
    status: int | None = None


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = self.headers["Range"]
        self.server.ranges.append(asked)
        begin = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        self.send_response(self.server.status or (206 if asked else 200))
        self.send_header("Content-Length", str(len(DATA) - begin))
        self.end_headers()
        self.wfile.write(DATA[begin : self.server.cut])
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as one:
        one.ranges = []
        thread = threading.Thread(target=one.serve_forever, daemon=True)
        thread.start()
        yield one
        one.shutdown()
        thread.join()


def address(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}/net.onnx"


def test_a_file_is_fetched_once(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "net.onnx"
    assert fetch(address(server), RIGHT, target) == RIGHT[0]
    assert fetch(address(server), RIGHT, target) == RIGHT[0]
    assert target.read_bytes() == DATA and server.ranges == [None]


def test_a_broken_download_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "net.onnx"
    server.cut = 600_000
    with pytest.raises(NotFetched, match="run it again to go on"):
        fetch(address(server), RIGHT, target)
    assert not target.exists()
    server.cut = None
    fetch(address(server), RIGHT, target)
    got = (tmp_path / "net.onnx.part").exists()
    assert target.read_bytes() == DATA and not got
    assert server.ranges[1] and int(server.ranges[1].removeprefix("bytes=").rstrip("-")) > 0


def test_a_wrong_file_is_not_installed(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "net.onnx"
    with pytest.raises(NotFetched, match="not the measured file"):
        fetch(address(server), ["0" * 64], target)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", [404, 500])
def test_a_failed_download_names_the_server(server: Server, tmp_path: Path, status: int) -> None:
    server.status = status
    with pytest.raises(NotFetched, match="HTTPStatusError"):
        fetch(address(server), RIGHT, tmp_path / "net.onnx")
    with pytest.raises(NotFetched, match="ConnectError"):
        fetch("http://127.0.0.1:9/net.onnx", RIGHT, tmp_path / "net.onnx")
