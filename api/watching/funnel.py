"""The funnel from push to pass, by channel, from the tallies."""

from collections import Counter
from dataclasses import dataclass

from api.ports import Ports
from api.watching import reading
from api.watching.counting import EVENTS
from models.domain.attempt import Channel

STEPS = ("waiting", "delivered", "opened", "consented", "captured", "passed")
LOST = ("undeliverable", "declined", "expired", "failed", "superseded", "cancelled")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: events by channel, and the reasons of those that were lost there, most frequent first."""

    name: str
    push: int
    qr: int
    reasons: tuple[tuple[str, int], ...] = ()


def steps(ports: Ports, days: int) -> list[Step]:
    """Return the steps, then what was lost between them, of the last days, sandboxes left out."""
    found = Counter[tuple[str, str, str]]()
    for (_, series, _), counted in reading.days(ports, (EVENTS,), days)[EVENTS].items():
        channel, name, reason = series.split(" ")
        found[channel, name, reason] += counted
    return [_step(name, found) for name in (*STEPS, *LOST)]


def _step(name: str, found: Counter[tuple[str, str, str]]) -> Step:
    by_channel, reasons = Counter[str](), Counter[str]()
    for (channel, event, reason), counted in found.items():
        if event == f"attempt.{name}":
            by_channel[channel] += counted
            reasons[reason] += counted
    del reasons[""]
    ordered = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
    return Step(name, by_channel[Channel.PUSH], by_channel[Channel.QR], tuple(ordered))
