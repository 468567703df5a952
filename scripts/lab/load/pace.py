"""Requests at a fixed rate, or as many as possible, with their latencies and answers."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from scripts.lab.load.figures import timed


def paced(action: Callable[[], object], rate: float, seconds: float, threads: int = 4) -> list[float]:
    """Run an action `rate` times a second in some threads; return the latencies in ms."""
    took: list[float] = []
    begun, lock, turns = time.monotonic(), threading.Lock(), iter(range(int(rate * seconds)))

    def work() -> None:
        while True:
            with lock:
                turn = next(turns, None)
            if turn is None:
                return
            time.sleep(max(0.0, begun + turn / rate - time.monotonic()))
            took.append(timed(action))

    hands = [threading.Thread(target=work) for _ in range(threads)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    return took


@dataclass(slots=True)
class Crowd:
    """Answers to many connections that request repeatedly, and how long refusals took."""

    statuses: Counter[int] = field(default_factory=Counter)
    refused_ms: list[float] = field(default_factory=list)
    served_ms: list[float] = field(default_factory=list)
    broken: int = 0


def crowded(base_url: str, paths: list[str], key: str, connections: int, seconds: float) -> Crowd:
    """Keep this many connections requesting `paths` for a while; return their answers."""
    crowd = Crowd()
    asyncio.run(
        _crowded(crowd, base_url, [_request(base_url, path, key) for path in paths], connections, seconds)
    )
    return crowd


async def _crowded(crowd: Crowd, base_url: str, asked: list[bytes], connections: int, seconds: float) -> None:
    until = time.monotonic() + seconds
    await asyncio.gather(
        *(_ask(crowd, base_url, asked[turn % len(asked)], until) for turn in range(connections))
    )


async def _ask(crowd: Crowd, base_url: str, request: bytes, until: float) -> None:
    """Request on one connection until time is up; after a refusal, wait a second."""
    parts = urlsplit(base_url)
    while time.monotonic() < until:
        try:
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        except OSError:
            crowd.broken += 1
            await asyncio.sleep(0.5)
            continue
        try:
            while time.monotonic() < until:
                begun = time.monotonic()
                writer.write(request)
                status = await _status(reader)
                took = (time.monotonic() - begun) * 1000
                crowd.statuses[status] += 1
                (crowd.refused_ms if status == 503 else crowd.served_ms).append(took)
                if status == 503:
                    await asyncio.sleep(1)
        except (OSError, asyncio.IncompleteReadError):
            crowd.broken += 1
        finally:
            writer.close()


async def _status(reader: asyncio.StreamReader) -> int:
    """Read one whole answer; return its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    if "content-length" in fields:
        await reader.readexactly(int(fields["content-length"]))
    else:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return int(lines[0].split()[1])


def _request(base_url: str, path: str, key: str) -> bytes:
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {urlsplit(base_url).netloc}",
        f"Authorization: Bearer {key}",
        "",
        "",
    )
    return "\r\n".join(lines).encode()
