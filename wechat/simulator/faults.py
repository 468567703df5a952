"""What goes wrong on demand."""

import time
from collections.abc import Mapping
from typing import Any

from flask import Response

HANG_S = 60
NAMES = frozenset({"token", "send", "login", "code_image", "latency_ms", "hang", "status", "reset", "body"})


class Reset(Exception):
    """The connection is to be closed without an answer."""


class Faults:
    """The faults in force, until they are cleared.

    token: "expired" (once) or "always_40001"; send, login, code_image: an errcode for that call;
    latency_ms: wait first; hang: never answer; status and body: answer this instead; reset: close the
    connection without an answer.
    """

    def __init__(self) -> None:
        self._now: dict[str, Any] = {}

    def set(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Change the faults; {"clear": true} or an empty object ends them all. Return those in force."""
        if wanted.get("clear") or not wanted:
            self._now = {}
        unknown = set(wanted) - NAMES - {"clear"}
        if unknown:
            raise ValueError(f"unknown faults: {', '.join(sorted(unknown))}")
        self._now = self._now | {
            name: value for name, value in wanted.items() if name in NAMES and value != "expired"
        }
        return dict(self._now)

    def get(self, name: str) -> Any:
        """Return one fault in force, or None."""
        return self._now.get(name)

    def before(self) -> Response | None:
        """Do what goes wrong before any answer; return the answer that replaces it."""
        faults = self._now
        time.sleep(float(faults.get("latency_ms") or 0) / 1000)
        if faults.get("hang"):
            time.sleep(HANG_S)
        if faults.get("reset"):
            raise Reset
        if faults.get("status") or faults.get("body") is not None:
            text = str(faults.get("body") or "<html><body>error</body></html>")
            return Response(text, status=int(faults.get("status") or 200), mimetype="text/html")
        return None
