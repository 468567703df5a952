"""A phone in Chromium, as its user operates it."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.miniprogram.e2e.browser import Browser

SERIOUS = ("serious", "critical")
# The browser itself logs every answer that is an error; the source treats them.
EXPECTED = re.compile(r"Failed to load resource|GL Driver Message|AudioContext")


class Phone:
    """One person's phone: its mini-program, and WeChat's panels."""

    def __init__(self, browser: Browser, address: str, openid: str, **parameters: Any) -> None:
        held = {
            name: parameters.pop(name) for name in ("width", "height", "actor", "clock") if name in parameters
        }
        self._browser, self._address = browser, address
        self._parameters = parameters | {"openid": openid}
        browser.do("phone", **held)

    def open(self, page: str = "") -> None:
        """Open the mini-program on a page, as a message or a code does."""
        query = urlencode(self._parameters | {"page": page})
        self._browser.do("goto", url=f"{self._address}/?{query}")

    def let_pass(self, seconds: float) -> None:
        """Let time pass for this phone (`clock`)."""
        self._browser.do("elapse", seconds=seconds)

    def reload(self) -> None:
        """Open the same page again."""
        self._browser.do("reload")

    def tap(self, on: str, seconds: float = 15) -> None:
        """Tap something: an id of the source, or any selector of playwright."""
        self._browser.do("tap", on=selector(on), timeout=seconds * 1000)

    def tap_in_vain(self, on: str) -> None:
        """Tap a disabled control."""
        self._browser.do("tap", on=selector(on), force=True)

    def answer(self, words: str) -> None:
        """Tap a button of WeChat's own panel."""
        self._browser.do("tap", on=f'#overlay button:text-is("{words}")')

    def type(self, on: str, text: str) -> None:
        """Type into a field of the source."""
        self._browser.do("type", on=f"{selector(on)} >> :is(input, textarea)", text=text)

    def choose(self, on: str, label: str) -> None:
        """Choose from a picker."""
        self._browser.do("choose", on=f"{selector(on)} >> select", label=label)

    def scan(self, page: str) -> None:
        """Answer WeChat's scanner with a code that opens a page."""
        self.wait("#overlay input")
        self.run(f"document.querySelector('#overlay input').value = '{page}'")
        self.answer("完成")

    def give_photos(self, *paths: Path) -> None:
        """Choose photos in WeChat's album."""
        self._browser.do("files", on="#overlay input[type=file]", paths=[str(path) for path in paths])
        self.answer("完成")

    def wait(self, on: str, seconds: float = 15, state: str = "visible") -> None:
        """Wait until something is there (or `hidden`)."""
        self._browser.do("wait", on=selector(on), timeout=seconds * 1000, state=state)

    def text(self, on: str) -> str:
        """Return what somebody reads there."""
        return str(self._browser.do("text", on=selector(on)))

    def count(self, on: str) -> int:
        """Return how many there are."""
        return int(self._browser.do("count", on=selector(on)))

    def run(self, script: str) -> Any:
        """Return what a script comes to on the page."""
        return self._browser.do("evaluate", script=script)

    def until(self, script: str, seconds: float = 15) -> None:
        """Wait until a script comes to something true."""
        self._browser.do("until", script=script, timeout=seconds * 1000)

    def alter(self, path: str, seconds: float = 0, status: int | None = None, **changes: Any) -> None:
        """Delay or change the server's answers from one path."""
        self._browser.do("alter", path=path, seconds=seconds, status=status, changes=changes)

    def hold(self, path: str) -> None:
        """Keep the answers from a path back until they are released."""
        self._browser.do("hold", path=f"**{path}")

    def release(self, path: str) -> None:
        """Let held answers arrive."""
        self._browser.do("release", path=f"**{path}")

    def lose(self, path: str, times: int) -> None:
        """Let the next answers to what is sent to a path be lost on their way."""
        self._browser.do("lose", path=f"**{path}", times=times)

    def hurry(self) -> None:
        """Let what waits some seconds before it shows do so now."""
        self._browser.do("hurry")

    def asked(self, path: str) -> int:
        """Return how often a path has been asked for."""
        return sum(url.split("?")[0].endswith(path) for url in self._browser.do("asked"))

    @property
    def sent(self) -> int:
        """Return how many bytes this phone has sent."""
        return int(self._browser.do("sent"))

    def cut_network(self, *, cut: bool = True) -> None:
        """Disable or enable the network."""
        self._browser.do("offline", on=cut)

    def resize(self, width: int, height: int = 760) -> None:
        """Make the screen narrower or wider."""
        self._browser.do("resize", width=width, height=height)

    def picture(self, path: Path) -> None:
        """Take a picture of the whole page."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._browser.do("screenshot", path=str(path))

    def barriers(self, *rules: str) -> list[dict[str, Any]]:
        """Return axe's serious findings, by all its rules or by some."""
        findings = self._browser.do("axe", only=list(rules) or None)
        return [found for found in findings if found["impact"] in SERIOUS]

    def darken(self, *, dark: bool = True) -> None:
        """Switch the phone to dark mode, or back."""
        self._browser.do("dark", on=dark)

    @property
    def page(self) -> str:
        """Return the page on top."""
        pages: list[str] = self.run("phone.where()")
        return pages[-1] if pages else ""

    @property
    def breaches(self) -> list[str]:
        """Return the calls that WeChat would have refused."""
        return list(self.run("phone.violations"))

    @property
    def complaints(self) -> list[str]:
        """Return breaches, warnings, and what the browser logged as an error."""
        logged = [line for line in self._browser.do("said") if line.startswith(("error", "pageerror"))]
        unexpected = [line for line in logged if not EXPECTED.search(line)]
        return [*self.breaches, *self.run("phone.warnings"), *unexpected]


def selector(on: str) -> str:
    """Return a selector: a plain word is an id of the source's WXML, on the page on top."""
    return f'wx-page-body:not([hidden]) [mp-id="{on}"]' if re.fullmatch(r"[\w-]+", on) else on
