"""Chromium under remote control, through driver.js."""

import json
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.miniprogram.node import node

TESTS = Path(__file__).parents[1]
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def chromium() -> str | None:
    """Return the browser's path, or None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class BrowserError(AssertionError):
    """The browser could not do what the test asked."""


class Browser:
    """One Chromium; with a film, its camera shows it."""

    def __init__(self, film: Path | None = None) -> None:
        options = {"chromium": chromium(), "film": str(film) if film else None}
        self._process = subprocess.Popen(
            [node() or "node", str(TESTS / "e2e/driver.js"), json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def gone(self) -> bool:
        """Tell whether it has ended by itself, which fails the scene but not later ones."""
        return self._process.poll() is not None

    def do(self, action: str, **details: Any) -> Any:
        """Send one command and return its value."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"action": action} | details) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise BrowserError(f"the browser has gone during {action} {details}")
        answer = json.loads(line)
        if "error" in answer:
            raise BrowserError(f"{action} {details}: {answer['error']}\n" + "\n".join(answer["said"][-20:]))
        return answer["value"]

    def close(self) -> None:
        """Close the browser."""
        if not self.gone:
            self.do("close")
            self._process.wait(timeout=20)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(BrokenPipeError):  # what was still to be said to one that has gone
                    pipe.close()
