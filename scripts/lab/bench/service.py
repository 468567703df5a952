"""Throughput of the matcher service with two processes, over signed HTTP requests."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from matcher.errors import MatcherUnavailable
from matcher.service.remote import Patience, RemoteMatcher
from matcher.types import Examination, FrameKind
from scripts.lab.bench.verification import capture, reference

PROCESSES = 2
CLIENTS = 4
SECONDS = 10
# Generous, because a busy machine answers late; unanswered requests are counted.
PATIENCE = Patience(within_s=60.0)


def measure(pad: Path | None) -> dict[str, Any]:
    """Return the captures per second examined for four clients, and the number of unanswered requests."""
    secret = secrets.token_hex(32)
    with (
        _serving(secret, pad) as url,
        closing(RemoteMatcher(url, secret.encode(), _new_id, PATIENCE)) as remote,
    ):
        frames = capture()
        seen = remote.observe(frames[: len(frames) // 2])
        seen += remote.observe(frames[len(frames) // 2 :], seen)
        evidence = tuple(frame for frame in frames if frame.kind == FrameKind.EVIDENCE)
        person = remote.enrol(reference()).templates
        asked = Examination(("nod",), tuple(seen), evidence, person, (), (2.0, 2.0))
        end = time.monotonic() + SECONDS
        with ThreadPoolExecutor(CLIENTS) as clients:
            asks = list(clients.map(lambda _: _until(end, remote, asked), range(CLIENTS)))
    done, missed = (sum(one) for one in zip(*asks, strict=True))
    return {
        "processes": PROCESSES,
        "clients": CLIENTS,
        "examine_per_s": round(done / SECONDS, 1),
        "missed": missed,
    }


def _new_id() -> str:
    return secrets.token_hex(16)


def _until(end: float, remote: RemoteMatcher, asked: Examination) -> tuple[int, int]:
    """Repeat the request until the deadline; return how many were answered and how many were not."""
    done = missed = 0
    while time.monotonic() < end:
        try:
            remote.examine(asked)
            done += 1
        except MatcherUnavailable:
            missed += 1
    return done, missed


@contextmanager
def _serving(secret: str, pad: Path | None) -> Iterator[str]:
    """Run the service on a free port."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{one.getsockname()[1]}"
    environment = os.environ | {
        "YIBAO_PROFILE": "demo",
        "YIBAO_MATCHER_SECRET": secret,
        "YIBAO_MATCHER_BIND": address,
        "YIBAO_MATCHER_PROCESSES": str(PROCESSES),
    }
    environment |= {"YIBAO_PAD_DIR": str(pad)} if pad else {}
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-c",
        "python:matcher.serving",
        "matcher.service:create_app()",
    ]
    process = subprocess.Popen(command, env=environment)
    try:
        _wait(f"http://{address}/health", process)
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(timeout=40)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    """Return when the service answers."""
    for _ in range(300):
        if process.poll() is not None:
            raise SystemExit("the service did not start")
        try:
            if httpx.get(url, trust_env=False, timeout=5).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise SystemExit("the service does not answer")
