"""The five journeys: push, code, appeal, agent and webhook."""

from collections.abc import Callable
from functools import partial
from typing import Any

from scripts.lab.faults.ledger import Purchase
from scripts.lab.faults.phone import Phone
from scripts.lab.faults.stories import Stories
from scripts.lab.faults.till import Till

Document = dict[str, Any]

# The story behind each journey, and the end that it must have.
JOURNEYS = {
    "push": ("native_pass", "passed"),
    "code": ("film", "passed"),
    "appeal": ("native_refused", "appealed"),
    "agent": ("agent", "passed"),
    "webhook": ("sandbox passed", "passed"),
}


class Journeys(Stories):
    """Plays the journeys in turn until told to stop; every till shows its popup."""

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
