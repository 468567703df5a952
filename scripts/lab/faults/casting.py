"""Institutions and persons of a run."""

import csv
import json
import queue
import secrets
from dataclasses import dataclass
from typing import Any

from models.domain.identity.idnumber import check_character
from scripts.admin.enrol import PEOPLE
from scripts.stack.stack import Stack

Document = dict[str, Any]


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
    rows = [_person(number) for number in range(persons)]
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


def _person(number: int) -> dict[str, str]:
    digits = f"330106{1950 + number % 40}{1 + number % 12:02d}{1 + number % 28:02d}{number % 900 + 10:03d}"
    return {
        "name": f"测{chr(0x4E00 + number)}",
        "id_type": "resident",
        "id_number": digits + check_character(digits),
        "openid": f"oMany{secrets.token_hex(11)}",
    }
