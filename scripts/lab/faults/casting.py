"""Institutions and persons of a run."""

import csv
import json
import queue
from dataclasses import dataclass
from typing import Any, Protocol

from scripts.admin.enrol import PEOPLE
from scripts.lab.faults.players import person
from scripts.stack.stack import Stack

Document = dict[str, Any]


class Place(Protocol):
    """Where a run plays."""

    @property
    def base_url(self) -> str:
        """Return the service's address."""

    @property
    def simulator_url(self) -> str:
        """Return WeChat's address."""

    @property
    def document(self) -> Document:
        """Return what is known there, as in var/demo.json."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Institutions and persons of a run; free `people` are used in turn."""

    sandbox: Document
    native: Document
    racing: Document
    own: Document
    people: "queue.SimpleQueue[Document]"

    def webhook_secrets(self) -> list[str]:
        """Return the secrets of all institutions that play."""
        return [one["webhook_secret"] for one in (self.sandbox, self.native, self.racing, self.own)]


def cast(stack: Stack, persons: int) -> Cast:
    """Register the run's institutions and persons; each person has a WeChat user."""
    people: queue.SimpleQueue[Document] = queue.SimpleQueue()
    rows = [person(number) for number in range(persons)]
    with (stack.folder / "many.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.DictWriter(file, PEOPLE)
        lines.writeheader()
        lines.writerows(rows)
    for row in rows:
        people.put(row)
    # The demo's second institution has a short window: its purchases are answered at the last moment.
    own, racing = stack.document["institutions"]
    asked = json.dumps({"people": "many.csv", "racing": racing["id"]})
    native = json.loads(stack.run("-m", "scripts.lab.faults.players", given=asked))
    return Cast(stack.document["sandbox"], native, racing, own, people)
