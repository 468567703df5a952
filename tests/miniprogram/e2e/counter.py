"""The cashier's popup in Chromium, used by keyboard only; every screen is checked once."""

import time
from pathlib import Path
from typing import Any

from tests.miniprogram.e2e.browser import Browser
from tests.miniprogram.e2e.phone import SERIOUS

SIZES = ((720, 560), (1280, 800))
# What a screen must not do at any size: need sideways scrolling, or show text too small to read.
FAULTS = """(() => {
  const found = []
  const root = document.documentElement
  if (root.scrollWidth > root.clientWidth + 1) found.push(`wider than the window: ${root.scrollWidth}`)
  for (const one of document.querySelectorAll('button, a.button, input:not([type=hidden]), select')) {
    const { width, height, bottom } = one.getBoundingClientRect()
    if (!one.offsetParent || ['radio', 'checkbox'].includes(one.type)) continue
    if (Math.min(width, height) < 40) found.push(`small: #${one.id} ${width}x${height}`)
    if (one.matches('.actions *') && bottom > innerHeight + 1) found.push(`below the window: #${one.id}`)
  }
  // What is meant to be pressed next comes first, for the eye and for the keyboard.
  const ways = [...document.querySelectorAll('.actions :is(button, a.button)')]
  const first = ways.filter((one) => one.offsetParent).findIndex((one) => one.matches('.primary'))
  if (first > 0) found.push('the primary button is not the first')
  return found
})()"""


class Counter:
    """One browser window on one popup; `looked` collects defects of its screens."""

    def __init__(self, browser: Browser, folder: Path, *, clocked: bool = False) -> None:
        self._browser, self._folder, self._clocked = browser, folder, clocked
        self.wrong: list[str] = []
        self.seen: set[str] = set()

    def open(self, url: str, *, script: bool = True, module: str | None = None) -> "Counter":
        """Open the popup in a fresh window, which may have another module run than the page's own."""
        size = {"width": SIZES[0][0], "height": SIZES[0][1]}
        self._browser.do("phone", **size, javaScriptEnabled=script, clock=self._clocked)
        if module is not None:
            self._browser.do("replace", path="popup.js", body=module)
        self._browser.do("goto", url=url)
        return self

    def let_pass(self, seconds: float) -> None:
        """Let time pass for the page (`clocked`)."""
        self._browser.do("elapse", seconds=seconds)

    def slow(self, seconds: float) -> None:
        """Delay the answers to clicks."""
        self._browser.do("slow", path="**/popup/*/*", seconds=seconds, method="POST")

    def lose(self, times: int) -> None:
        """Lose the next answers to clicks."""
        self._browser.do("lose", path="**/popup/*/*", times=times)

    def resize(self, height: int) -> None:
        """Make the window lower or higher."""
        self._browser.do("resize", width=SIZES[0][0], height=height)

    def goto(self, url: str) -> None:
        """Go somewhere in the same window."""
        self._browser.do("goto", url=url)

    def press(self, control: str, key: str = "Enter") -> None:
        """Reach a control by Tab and press a key on it."""
        self._browser.do("tabTo", id=control)
        self._browser.do("press", key=key)

    def tick_documents(self) -> None:
        """Tick both documents of the check-list."""
        for box in ("cardholder_document", "agent_document"):
            self.press(box, "Space")

    def write(self, control: str, text: str) -> None:
        """Reach a field by Tab and type over what stands there."""
        self._browser.do("tabTo", id=control)
        self._browser.do("press", key="Control+A")
        self._browser.do("write", text=text)

    def pick(self, name: str) -> None:
        """Pick a person of the list: Tab leads into it, the arrows through it."""
        self.press("person-1", "Space")
        for _ in range(10):
            if self.picked() == name:
                return
            self._browser.do("press", key="ArrowDown")
        raise AssertionError(f"the arrows do not lead to {name}")

    def picked(self) -> str:
        """Return the name of whom the list has picked."""
        return str(
            self.run("document.querySelector(':checked')?.closest('tr').querySelector('label').innerText")
        )

    def choose(self, control: str, place: int) -> None:
        """Reach a list by Tab and go down to a place."""
        self._browser.do("tabTo", id=control)
        self._browser.do("press", key="ArrowDown", times=place)

    def wait(self, screen: str, words: str = "", seconds: float = 20) -> None:
        """Wait until a screen shows (and says something)."""
        shown = f'#screen[data-screen="{screen}"]' + (f':has-text("{words}")' if words else "")
        self._browser.do("wait", on=shown, timeout=seconds * 1000)

    def text(self, on: str = "#screen") -> str:
        """Return what the cashier reads."""
        return str(self._browser.do("text", on=on))

    def run(self, script: str) -> Any:
        """Return what a script comes to on the page."""
        return self._browser.do("evaluate", script=script)

    def until(self, script: str, seconds: float = 20) -> None:
        """Wait until a script comes to something true; asked from outside, for the page allows no eval."""
        give_up = time.monotonic() + seconds
        while not self.run(script):
            assert time.monotonic() < give_up, f"{script} never came true"
            time.sleep(0.1)

    def look(self, name: str) -> None:
        """Check the screen at both sizes; keep pictures and defects."""
        self._folder.mkdir(parents=True, exist_ok=True)
        # A page's words are there before its style is.
        self.until("document.readyState === 'complete'")
        for width, height in SIZES:
            self._browser.do("resize", width=width, height=height)
            self.wrong += [f"{name} at {width}: {fault}" for fault in self.run(FAULTS)]
            path = self._folder / f"counter-{name}-{width}.png"
            self._browser.do("screenshot", path=str(path), fullPage=False)
        self._browser.do("resize", width=SIZES[0][0], height=SIZES[0][1])
        barriers = [found for found in self._browser.do("axe") if found["impact"] in SERIOUS]
        self.wrong += [f"{name}: {found['id']} {found['help']} {found['where'][:2]}" for found in barriers]

    def strangers(self, base_url: str) -> list[str]:
        """Return every requested address that is not the server's own."""
        return [url for url in self._browser.do("asked") if not url.startswith(f"{base_url}/")]

    def complaints(self) -> list[str]:
        """Return what the browser logged as an error, save refused requests, which the page treats."""
        logged = [line for line in self._browser.do("said") if line.startswith(("error", "pageerror"))]
        return [line for line in logged if "Failed to load resource" not in line]
