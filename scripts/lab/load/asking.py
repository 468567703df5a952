"""Requests of the load test: tills, popups and phones."""

import itertools
import threading
from typing import Any

import httpx

from scripts.demo.film import Film, samples
from scripts.demo.phone import Phone, body
from scripts.demo.till import Till
from scripts.lab.load.waiting import Popup
from scripts.stack.stack import Stack

RIGHT = Film(samples() / "single_face.mp4", 0.0, 2.4)


class Load:
    """One till, its waiting popups and the cashier's phone, against one stack."""

    def __init__(self, stack: Stack) -> None:
        self.stack, document = stack, stack.document
        self._institution, self._person = document["institutions"][0], document["persons"][0]
        self._tills = threading.local()
        self.opened = [self._till().open(self._person) for _ in range(40)]
        self._turns, self._waiting = itertools.count(), list[Popup]()

    def poll(self) -> None:
        """Poll the events of the purchases in turn, without waiting."""
        body(self._till().http.get(self.paths()[next(self._turns) % len(self.opened)]))

    def create(self) -> None:
        """Open a purchase."""
        self._till().open(self._person)

    def film(self) -> None:
        """Pass by code with a real film on the cashier's phone."""
        till = self._till()
        phone = Phone(self.stack.base_url, self.stack.simulator_url, self._institution["staff_openid"])
        try:
            body(till.http.post("/demo/forget-frames"))
            opened = till.open(self._person)
            wanted = {"channel": "qr", "person_id": self._person["person_id"]}
            shown = body(till.attempt(opened["id"], wanted), 201)
            scene = str(shown["qr_url"]).rsplit("/", 1)[1].removesuffix(".png")
            phone.login()
            phone.consent(scene, phone.open(scene)["notice"]["version"])
            challenge = phone.draw(scene)
            phone.film(challenge, RIGHT)
            result = phone.finish(challenge)
            if result["outcome"] != "passed":
                raise RuntimeError(f"the film came to {result['outcome']} {result['reason']}")
        finally:
            phone.close()

    def paths(self) -> list[str]:
        """Return the paths that polls request."""
        return [f"/v1/verifications/{one['id']}/events?after=0" for one in self.opened]

    @property
    def key(self) -> str:
        """Return the till's key."""
        return str(self._institution["api_key"])

    def popups(self, count: int) -> list[Popup]:
        """Open this many popups as browsers do."""
        self._waiting = [_entered(self._till().open(self._person)) for _ in range(count)]
        return self._waiting

    def disturb(self) -> None:
        """Begin an attempt that one of the waiting popups hears of, each in turn."""
        popup = self._waiting[next(self._turns) % len(self._waiting)]
        self._till().attempt(popup.verification_id, {"channel": "qr"}).raise_for_status()

    def _till(self) -> Till:
        """Return this thread's till."""
        if not hasattr(self._tills, "till"):
            self._tills.till = Till(self.stack.base_url, self._institution)
        till: Till = self._tills.till
        return till


def _entered(verification: dict[str, Any]) -> Popup:
    """Open a popup as a browser does and return it with its cookie."""
    with httpx.Client(trust_env=False, timeout=30) as browser:
        answer = browser.get(verification["popup_url"])
        answer.raise_for_status()
    return Popup(verification["id"], verification["popup_url"], answer.headers["Set-Cookie"].split(";")[0])
