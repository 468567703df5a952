"""`python -m tests.e2e.console_screens`: pictures of every console page with the demo's data, in out/screens.

Axe's serious findings and sideways scrolling at 1366 × 768 are printed; exits 1 where there are any.
"""

import re
import sys
import tempfile
from pathlib import Path

from tests.e2e.installation import ROOT, Installation
from tests.miniprogram.e2e.browser import Browser

OUT = ROOT / "out/screens"
WIDTH, HEIGHT = 1366, 768
DAYS = 4
SERIOUS = ("serious", "critical")
# Pages by account; a page with {} is opened from the first link of the page before it.
PAGES = {
    "reviewer": (
        "appeals", "appeals/{}", "appeals/{}/photos", "appeals/{}/print", "reviewers",
        "lists/recoveries", "lists/disputes", "lists/held?state=all", "held/{}",
        # What is not there, and what this role may not see.
        "no-such-page", "accounts",
    ),
    "auditor": ("acts", "accounts", "lists/bindings", "lists/consents", "lists/requests?state=all"),
    "admin": (
        "accounts", "lists/institutions", "institutions/{}", "institutions/new", "lists/staff", "staff/new",
        "lists/deliveries?state=delivered",
    ),
    "operator": (
        "thresholds?days=56", "what-if?days=56&score_min=0.48", "releases", "overrides", "strangers",
        "models", "watch", "watch/waits", "watch/measures", "watch/drift", "watch/outside",
        "alerts", "alerts/{}",
    ),
}  # fmt: skip
SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"


class Desk:
    """A browser at the console, and what is wrong with the pages it saw."""

    def __init__(self, installation: Installation, browser: Browser) -> None:
        self._installation, self._browser = installation, browser
        self._base = f"{installation.document['base_url']}/console"
        self.wrong: list[str] = []

    def sign_in(self, name: str) -> None:
        """Sign in as an account of the demo, through the form."""
        account = next(one for one in self._installation.document["console"] if one["name"] == name)
        self._browser.do("phone", width=WIDTH, height=HEIGHT)
        self._browser.do("goto", url=f"{self._base}/sign-in")
        self.look("sign-in")
        code = self._installation.administer("__main__", "console", "code", name).stdout.strip()
        for field, value in (("name", name), ("password", account["password"]), ("code", code)):
            self._browser.do("type", on=f"input[name={field}]", text=value)
        self._browser.do("press", key="Enter")
        self._browser.do("wait", on="nav[aria-label=主菜单]")

    def visit(self, name: str) -> None:
        """Open the pages of an account one after another."""
        links: list[str] = []
        for path in PAGES[name]:
            if "{}" in path:
                wanted = re.compile(re.escape(f"/console/{path}").replace(r"\{\}", r"([a-z]+_\w+)") + "$")
                path = next((one.split("/console/")[1] for one in links if wanted.search(one)), "")
                if not path:
                    continue
            self._browser.do("goto", url=f"{self._base}/{path}")
            shown = re.sub(r"[a-z]+_\w+", "one", path.split("?")[0])
            self.look(f"{name}-{shown.replace('/', '-')}")
            links += self._browser.do("evaluate", script="[...document.links].map(one => one.pathname)")

    def look(self, name: str) -> None:
        """Take a picture and gather faults."""
        self._browser.do("screenshot", path=str(OUT / f"console-{name}.png"), fullPage=False)
        found = [one for one in self._browser.do("axe") if one["impact"] in SERIOUS]
        self.wrong += [f"{name}: {one['id']} {one['help']} {one['where'][:2]}" for one in found]
        if self._browser.do("evaluate", script=SIDEWAYS):
            self.wrong.append(f"{name}: scrolls sideways")


def main() -> None:
    """Take the pictures."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        installation, browser = Installation(Path(folder), days=DAYS), Browser()
        try:
            for name in ("simulator", "web"):
                installation.start(name)
            desk = Desk(installation, browser)
            for name in PAGES:
                desk.sign_in(name)
                desk.visit(name)
        finally:
            browser.close()
            installation.stop()
    print("\n".join(desk.wrong) or "nothing serious")
    sys.exit(bool(desk.wrong))


if __name__ == "__main__":
    main()
