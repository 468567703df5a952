"""Searches the logs of a run for what must be in none of them."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from scripts.lab.faults.ledger import Ledger

# Addresses that carry a ticket, whatever the ticket is.
PATHS = re.compile(rb"/(?:popup|mp/v1/attempts|mp/v1/challenges|qr)/[\w-]{8,}")
PERSONAL = ("name", "id_number", "openid", "staff_openid", "api_key", "webhook_secret")
# WeChat's own side, which has to know openids and scenes.
NOT_OURS = frozenset({"simulator.log"})


def leaks(folder: Path, ledger: Ledger, entries: Iterable[dict[str, Any]]) -> list[str]:
    """Return where a name, ID number, openid, key, token, scene or popup address stands in a log.

    `entries` are the persons and institutions of the run; the message names the kind, never the value.
    """
    wanted = {value.encode(): kind for kind, value in _personal(entries)}
    wanted |= {ticket.encode(): "ticket" for ticket in _tickets(ledger)}
    found = []
    for path in sorted(folder.glob("*.log")):
        if path.name in NOT_OURS:
            continue
        text = path.read_bytes()
        found += [f"{path.name}: {kind}" for value, kind in wanted.items() if value in text]
        found += [f"{path.name}: an address"] * bool(PATHS.search(text))
    return found


def known(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the persons and institutions of a demo.json."""
    sandbox = document["sandbox"]
    return [*document["institutions"], *document["persons"], sandbox, *sandbox["persons"]]


def _personal(entries: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield kind and value; an institution's name is public."""
    for entry in entries:
        public = {"name"} if "api_key" in entry else set()
        for kind in PERSONAL:
            if entry.get(kind) and kind not in public:
                yield kind, str(entry[kind])


def _tickets(ledger: Ledger) -> set[str]:
    """Return all tokens, scenes and popup tickets, without the addresses around them."""
    given = ledger.tickets.union(*(one.tickets for one in ledger.purchases))
    return {one.rstrip("/").rsplit("/", 1)[-1].removesuffix(".png") for one in given}
