"""Scenarios of tills and phones: one whole purchase each, to an end that the ledger expects."""

import itertools
import random
import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import httpx

from scripts.lab.faults.casting import Cast, Place
from scripts.lab.faults.client import Client, GaveUp, Refused
from scripts.lab.faults.filming import filmed
from scripts.lab.faults.ledger import Ledger, Purchase
from scripts.lab.faults.phone import Phone
from scripts.lab.faults.till import Till, attempt_is_over, typed

Document = dict[str, Any]
# The end of a purchase for each sandbox person, unless a deadline passes first.
SANDBOX = {
    "passed": "passed", "failed": "bypassed", "appealed": "appealed", "upheld": "appealed",
    "rejected": "appealed", "declined": "cancelled", "undeliverable": "bypassed", "expired": "cancelled",
}  # fmt: skip
PHONES = ("native_pass", "native_refused", "decline", "race")
# How long a purchase waits for its end; the sandbox's window is 20 s.
WAIT_S = 40.0
MESSAGE_S = 25.0


class Stories:
    """Plays scenarios at one place until told to stop; answers go into the ledger."""

    def __init__(self, place: Place, cast: Cast, notify_url: str, seed: int = 7) -> None:
        self.ledger, self.failures, self._chance = Ledger(), list[str](), random.Random(seed)
        self._place, self._cast, self._notify_url = place, cast, notify_url
        self._stop, self._wanted = threading.Event(), itertools.cycle(self._deck())
        self._lock, self._threads = threading.Lock(), list[threading.Thread]()
        self._camera = threading.Lock()

    def start(self, clients: int) -> None:
        """Start this many concurrent tills."""
        for number in range(clients):
            thread = threading.Thread(target=self._keep_buying, args=(number,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Start no more purchases and wait for those in progress."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=180)

    def _deck(self) -> list[Callable[[], None]]:
        """Return the scenarios in random order, passing ones more often."""
        stories: list[Callable[[], None]] = []
        for name in [*SANDBOX, "passed", "appealed"]:
            stories.append(partial(self.at_the_sandbox, name))
        for name in [*PHONES, "native_pass", "race"]:
            stories.append(partial(self.on_a_phone, name))
        stories += [self.on_film, self.on_film]
        self._chance.shuffle(stories)
        return stories

    def _keep_buying(self, number: int) -> None:
        time.sleep(number * 0.2)
        while not self._stop.is_set():
            with self._lock:
                story = next(self._wanted)
            try:
                story()
            except (GaveUp, Refused, httpx.HTTPError, KeyError) as error:
                self.failures.append(f"{type(error).__name__} {error}")

    def _played(
        self, who: Document, name: str, cardholder: Document, rest: Callable[..., None],
        phone: Phone | None = None,
    ) -> None:  # fmt: skip
        """Open a purchase, play the rest of its scenario and record its end as the clients saw it."""
        client = Client(self._place.base_url, who["api_key"])
        till = Till(self.ledger, client, self._notify_url)
        purchase = None
        try:
            purchase, opened = till.open(name, cardholder)
            rest(till, purchase, opened)
        except (GaveUp, Refused) as error:
            if purchase is None:
                raise
            purchase.gave_up = str(error)
        finally:
            client.close()
            if purchase is not None:
                purchase.heard(client, *([phone.service] if phone else []))

    def at_the_sandbox(self, name: str) -> None:
        """Buy for one of the sandbox persons."""
        person = next(one for one in self._cast.sandbox["persons"] if one["outcome"] == name)
        expected = SANDBOX[name]

        def rest(till: Till, purchase: Purchase, opened: Document) -> None:
            purchase.may_pass = name == "passed"
            till.attempt(purchase, {"channel": "push", "person_id": opened["persons"][0]["person_id"]})
            goes_on = expected in ("passed", "appealed")
            till.wait(purchase, lambda one: attempt_is_over(one, failing=not goes_on), WAIT_S)
            till.settle(purchase, "bypass" if expected == "bypassed" else "cancel")

        self._played(self._cast.sandbox, f"sandbox {name}", person, rest)

    def on_a_phone(self, name: str) -> None:
        """Buy for a person whose own phone answers a push; `agent`: for the person whose turn is next."""
        person = self._person(name)
        holder = self._person(name) if name == "agent" else person
        institution = self._cast.racing if name == "race" else self._cast.native
        phone = Phone(self._place.base_url, self._place.simulator_url, person["openid"])

        def rest(till: Till, purchase: Purchase, opened: Document) -> None:
            purchase.openid = person["openid"]
            phone.login()
            phone.allow(self._place.document["template_id"])
            himself = {"person_id": opened["persons"][0]["person_id"]}
            attempt = till.attempt(
                purchase, {"channel": "push"} | (himself if holder is person else typed(person))
            )
            scene = phone.scene(MESSAGE_S)
            if scene is None:
                purchase.left = f"no message within {MESSAGE_S:.0f} s"
            else:
                getattr(self, f"_{name}")(phone, scene, purchase, attempt)
                till.wait(purchase, attempt_is_over, 15)
            till.settle(purchase)

        try:
            self._played(institution, name, holder, rest, phone)
        finally:
            phone.close()
            for one in (person, holder) if holder is not person else (person,):
                self._return(name, one)

    def _person(self, _name: str) -> Document:
        """Return the person who plays a scenario on a phone."""
        return self._cast.people.get()

    def _return(self, _name: str, person: Document) -> None:
        """Let a person play again."""
        self._cast.people.put(person)

    def on_film(self) -> None:
        """Buy with a real film on the cashier's phone; one at a time, otherwise at the sandbox."""
        if not self._camera.acquire(blocking=False):
            self.at_the_sandbox("passed")
            return
        document = self._place.document
        institution, person = document["institutions"][0], document["persons"][0]
        phone = Phone(self._place.base_url, self._place.simulator_url, institution["staff_openid"])

        def rest(till: Till, purchase: Purchase, opened: Document) -> None:
            purchase.may_pass = True
            shown = till.attempt(purchase, {"channel": "qr", "person_id": opened["persons"][0]["person_id"]})
            phone.login()
            self._face(phone, str(shown["qr_url"]).rsplit("/", 1)[1].removesuffix(".png"))
            till.wait(purchase, attempt_is_over, 15)
            till.settle(purchase)

        try:
            self._played(institution, "film", person, rest, phone)
        finally:
            phone.close()
            self._camera.release()

    def _native_pass(self, phone: Phone, scene: str, purchase: Purchase, _: Document) -> None:
        phone.consent(scene)
        purchase.may_pass = True
        phone.verify(scene, "ok")

    _agent = _native_pass
    _face = staticmethod(filmed)

    def _native_refused(self, phone: Phone, scene: str, purchase: Purchase, _: Document) -> None:
        phone.consent(scene)
        if phone.verify(scene, "refused")["state"] == "failed":
            purchase.asked.add("appealed")
            phone.appeal(scene)

    def _decline(self, phone: Phone, scene: str, _: Purchase, __: Document) -> None:
        phone.consent(scene, granted=False)

    def _race(self, phone: Phone, scene: str, purchase: Purchase, attempt: Document) -> None:
        """Verify at the last moment, so that expiry and success race each other."""
        shown = phone.open(scene)
        phone.consent(scene)
        purchase.may_pass = True
        left = _seconds(shown["expires_at"]) - _seconds(shown["server_time"])
        time.sleep(max(0.0, left + self._chance.uniform(-0.3, 0.1)))
        phone.verify(scene, "ok")


def _seconds(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()
