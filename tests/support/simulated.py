"""The simulator of WeChat's server as a separate process, and a server that receives its events."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from wechat.callbacks import Callback, CallbackRefused, Callbacks

APPID, SECRET, TEMPLATE = "wx0123456789abcdef", "s3cr3t-of-the-test", "template-1"
LONG_TERM = "template-for-long"
# A value for each key of the simulator's templates.
DATA = {"thing1": "核验", "thing2": "康宁大药房", "amount3": "128.50", "time4": "2026年11月24日 10:00"}
CALLBACK_TOKEN, AES_KEY = "callback-token", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


class Simulator:
    """A running simulator; its control calls, one line each."""

    def __init__(self, *options: str, **settings: str) -> None:
        self._options, self._settings = options, settings

    def __enter__(self) -> "Simulator":
        account = {"SIM_APPID": APPID, "SIM_SECRET": SECRET, "SIM_TEMPLATE_ID": TEMPLATE}
        environment = os.environ | account | {"SIM_LONG_TERM_TEMPLATE_ID": LONG_TERM} | self._settings
        command = [sys.executable, "-m", "wechat.simulator", "--port", "0", *self._options]
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        address = re.search(r"http://\S+", self._process.stdout.readline())
        assert address is not None
        self.url = address.group()
        self.http = httpx.Client(base_url=self.url, trust_env=False, timeout=10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()
        self._process.terminate()
        self.returncode = self._process.wait(timeout=10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def kill(self) -> None:
        self._process.kill()

    def log_in(self, openid: str) -> str:
        return str(self.control("login", openid=openid)["code"])

    def allow(self, openid: str, template_id: str = TEMPLATE) -> None:
        self.control("subscribe", openid=openid, template_id=template_id, result="accept")

    def faults(self, **wanted: Any) -> None:
        self.control("faults", **wanted)

    def messages(self, openid: str) -> list[dict[str, Any]]:
        return list(self.http.get(f"/sim/v1/chats/{openid}").json()["messages"])

    def credits(self, openid: str) -> dict[str, int]:
        return dict(self.http.get(f"/sim/v1/credits/{openid}").json()["credits"])

    def calls(self, path: str) -> int:
        return int(self.http.get("/sim/v1/calls").json()["calls"].get(path, 0))

    def pushed(self) -> dict[str, Any]:
        """Return the pushed events, once none is pending."""
        return dict(self.http.get("/sim/v1/callbacks", params={"wait": 5}).json())

    def control(self, name: str, **body: Any) -> dict[str, Any]:
        answer = self.http.post(f"/sim/v1/{name}", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


class Receiver:
    """A callback server that decrypts and stores what is pushed to it."""

    def __init__(self) -> None:
        self.opened: list[Callback] = []
        self.refused: list[str] = []
        self.bodies: list[bytes] = []
        self.out_of_order = 0
        self.callbacks = Callbacks(CALLBACK_TOKEN, AES_KEY, APPID)

    def receive(self, query: dict[str, str], body: bytes) -> int:
        self.bodies.append(body)
        if self.out_of_order:
            self.out_of_order -= 1
            return 503
        try:
            self.opened.append(self.callbacks.opened(query, body, datetime.now(UTC)))
        except CallbackRefused as refusal:
            self.refused.append(refusal.why)
            return 403
        return 200


@contextmanager
def receiver() -> Iterator[tuple[Receiver, str]]:
    """Yield a running receiver and its address."""
    one = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802
            self.answer(200, one.callbacks.echo(self.query(), datetime.now(UTC)).encode())

        def do_POST(self) -> None:  # noqa: N802
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(one.receive(self.query(), body), b"success")

        def query(self) -> dict[str, str]:
            return dict(parse_qsl(urlsplit(self.path).query))

        def answer(self, status: int, text: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield one, f"http://127.0.0.1:{server.server_port}/wechat/callback"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
