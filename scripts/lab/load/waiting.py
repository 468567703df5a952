"""Waiting popups: one socket each, read by one event loop."""

import asyncio
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit


@dataclass(slots=True)
class Popup:
    """A popup's URL and session cookie."""

    verification_id: str
    url: str
    cookie: str


@dataclass(slots=True)
class Crowd:
    """All waiting popups and the events they received."""

    popups: list[Popup]
    held: int = 0
    refused: int = 0
    broken: int = 0
    delivered_ms: list[float] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    async def gather(self) -> None:
        """Follow every popup's event stream until cancelled."""
        await asyncio.gather(*(self._follow(popup) for popup in self.popups))

    async def _follow(self, popup: Popup) -> None:
        """Follow one popup as a browser does, reconnecting after errors."""
        while True:
            try:
                await self._stream(popup)
            except OSError:
                self.broken += 1
            await asyncio.sleep(1)

    async def _stream(self, popup: Popup) -> None:
        parts = urlsplit(popup.url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            writer.write(_request(popup, parts.netloc, self.seen.get(popup.verification_id, 0)))
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.split(b"\r\n")[0]:
                self.refused += 1
                return
            self.held += 1
            try:
                while line := await reader.readline():
                    self._note(popup, line)
            finally:
                self.held -= 1
        except asyncio.IncompleteReadError:
            self.broken += 1
        finally:
            writer.close()

    def _note(self, popup: Popup, line: bytes) -> None:
        """Record an event's delivery time; the first one is older than the stream and skipped."""
        found = re.match(rb"data: (.*)", line)
        if not found:
            return
        event = json.loads(found[1])
        if event["seq"] > 1:
            took = datetime.now(UTC) - datetime.fromisoformat(event["created"])
            self.delivered_ms.append(took.total_seconds() * 1000)
        self.seen[popup.verification_id] = event["seq"]


def _request(popup: Popup, host: str, last: int) -> bytes:
    path = urlsplit(popup.url).path
    lines = (
        f"GET {path}/events HTTP/1.1",
        f"Host: {host}",
        "Accept: text/event-stream",
        f"Last-Event-ID: {last}",
        f"Cookie: {popup.cookie}",
        "",
        "",
    )
    return "\r\n".join(lines).encode()
