"""The five journeys: push, code, appeal, agent and webhook."""

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from models.domain.appeal import OPEN_PER_PERSON
from scripts.lab.faults.casting import Cast, Place
from scripts.lab.faults.client import GaveUp
from scripts.lab.faults.ledger import Purchase
from scripts.lab.faults.phone import Phone
from scripts.lab.faults.stories import Stories
from scripts.lab.faults.till import Till

Document = dict[str, Any]

# People who play everything but appeals.
POOL = 24
# The story behind each journey, and the end that it must have.
JOURNEYS = {
    "push": ("native_pass", "passed"),
    "code": ("film", "passed"),
    "appeal": ("native_refused", "appealed"),
    "agent": ("agent", "passed"),
    "webhook": ("sandbox passed", "passed"),
}


class Journeys(Stories):
    """Plays the journeys in turn until told to stop; every till shows its popup.

    Of the people, all but POOL appeal, each within the two open appeals that a person may have.
    """

    def __init__(self, place: Place, made: Cast, notify_url: str) -> None:
        super().__init__(place, made, notify_url)
        turned = [made.people.get() for _ in range(made.people.qsize())]
        for person in turned[:POOL]:
            made.people.put(person)
        self._appellants = turned[POOL:]
        self._appeals = deque(self._appellants * OPEN_PER_PERSON)

    def stop(self) -> None:
        """Start no more purchases, wait for those in progress, and return all people to the cast."""
        super().stop()
        for person in self._appellants:
            self._cast.people.put(person)

    def _person(self, name: str) -> Document:
        if name != JOURNEYS["appeal"][0]:
            return super()._person(name)
        try:
            return self._appeals.popleft()
        except IndexError:
            raise GaveUp("nobody is left who may appeal") from None

    def _return(self, name: str, person: Document) -> None:
        if name != JOURNEYS["appeal"][0]:
            super()._return(name, person)

    def _deck(self) -> list[Callable[[], None]]:
        return [
            self.on_film,
            partial(self.on_a_phone, "native_pass"),
            partial(self.on_a_phone, "native_refused"),
            partial(self.on_a_phone, "agent"),
            partial(self.at_the_sandbox, "passed"),
        ]

    def _played(
        self, who: Document, name: str, cardholder: Document, rest: Callable[..., None],
        phone: Phone | None = None,
    ) -> None:  # fmt: skip
        def shown(till: Till, purchase: Purchase, opened: Document) -> None:
            till.show(purchase, opened)
            rest(till, purchase, opened)

        super()._played(who, name, cardholder, shown, phone)
