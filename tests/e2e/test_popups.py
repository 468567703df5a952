"""Popups over real sockets: the server is killed under fifty of them; excess ones poll."""

import asyncio
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from scripts.demo.till import Till
from scripts.lab.load.waiting import Crowd, Popup
from tests.e2e.installation import ROOT, Installation

POPUPS = 50
CAP = 50


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Two processes, each with a place for every popup of the one institution, which has half of them all."""
    made = Installation(tmp_path_factory.mktemp("popups"), YIBAO_EVENT_CLIENTS=str(2 * CAP))
    for name in ("simulator", "web", "worker"):
        made.start(name)
    yield made
    made.stop()


class Counter:
    """A till with many popups open."""

    def __init__(self, installation: Installation, count: int) -> None:
        document = installation.document
        self.till = Till(document["base_url"], document["institutions"][0])
        self.holder = next(person for person in document["persons"] if person["name"] == "李建国")
        self.browser = httpx.Client(trust_env=False, timeout=30)
        self.popups = [self._entered(self.till.open(self.holder)) for _ in range(count)]

    def _entered(self, opened: dict[str, Any]) -> Popup:
        answer = self.browser.get(opened["popup_url"])
        self.browser.cookies.clear()
        return Popup(opened["id"], opened["popup_url"], answer.headers["Set-Cookie"].split(";")[0])

    def push(self, popup: Popup) -> None:
        """Push, as a cashier, to a person without a message credit: WeChat refuses it."""
        page = self.browser.get(popup.url, headers={"Cookie": popup.cookie}).text
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        picked = fields | {"person_id": self.holder["person_id"], "confirmed": "yes"}
        answer = self.browser.post(f"{popup.url}/push", data=picked, headers={"Cookie": popup.cookie})
        assert answer.status_code == 303, answer.text

    def screen(self, popup: Popup) -> str:
        """Return the screen the page shows."""
        html = self.browser.get(popup.url, headers={"Cookie": popup.cookie}).text
        found = re.search(r'data-screen="(\w+)"', html)
        assert found, html[:200]
        return found[1]

    def close(self) -> None:
        self.till.close()
        self.browser.close()


async def until(action: Any, seconds: float) -> float:
    """Wait until a condition holds; return how long it took."""
    begun = time.monotonic()
    while not action():
        assert time.monotonic() - begun < seconds
        await asyncio.sleep(0.05)
    return time.monotonic() - begun


def undecided(installation: Installation) -> int:
    """Return how many messages the worker has not processed yet, from the tables."""
    with closing(sqlite3.connect(installation.folder / "var/demo.sqlite")) as db:
        (count,) = db.execute("SELECT count(*) FROM attempt WHERE state = 'waiting'").fetchone()
    return int(count)


async def _killed_under(installation: Installation, counter: Counter) -> float:
    """Kill the server during use; half of the pushes fail meanwhile; return the time until it was noticed."""
    crowd = Crowd(counter.popups)
    following = asyncio.ensure_future(crowd.gather())
    await until(lambda: crowd.held == POPUPS, 60)
    await asyncio.to_thread(installation.kill, "worker")
    for popup in counter.popups[::2]:
        await asyncio.to_thread(counter.push, popup)
    await asyncio.to_thread(installation.kill, "web")
    await until(lambda: crowd.held == 0, 10)
    await asyncio.to_thread(installation.start, "worker")
    await until(lambda: undecided(installation) == 0, 60)
    await asyncio.to_thread(installation.start, "web")
    known = [popup.verification_id for popup in counter.popups[::2]]
    took = await until(lambda: crowd.held == POPUPS and all(crowd.seen[one] == 3 for one in known), 30)
    following.cancel()
    return took


@pytest.mark.slow
def test_a_killed_server_leaves_no_popup_with_a_wrong_state(installation: Installation) -> None:
    counter = Counter(installation, POPUPS)
    took = asyncio.run(_killed_under(installation, counter))
    (ROOT / "out").mkdir(exist_ok=True)
    (ROOT / "out/popups.txt").write_text(f"{POPUPS} popups knew the truth {took:.1f} s after the return\n")
    for place, popup in enumerate(counter.popups):
        assert counter.screen(popup) == ("over" if place % 2 == 0 else "choose")
    assert "Traceback" not in installation.logs()
    counter.close()


async def _too_many(counter: Counter) -> Crowd:
    crowd = Crowd(counter.popups)
    following = asyncio.ensure_future(crowd.gather())
    await until(lambda: crowd.refused > 0 and crowd.held > CAP, 30)
    following.cancel()
    return crowd


@pytest.mark.slow
def test_above_the_cap_the_server_says_so_and_pages_still_load(installation: Installation) -> None:
    counter = Counter(installation, 2 * CAP + 5)
    crowd = asyncio.run(_too_many(counter))
    assert crowd.held <= 2 * CAP and crowd.refused
    assert {counter.screen(popup) for popup in counter.popups[:5]} == {"choose"}
    counter.close()
