"""The funnel from push to pass, by channel, from the tallies."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from api.ports import Ports
from models import tables
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
    row, shop = tables.EventTally, tables.Institution
    wanted = (
        select(row.type, row.channel, row.reason, func.sum(row.events))
        .join(shop, shop.id == row.institution_id)
        .where(row.day > ports.today() - timedelta(days=days), shop.sandbox.is_(False))
        .group_by(row.type, row.channel, row.reason)
    )
    with ports.database.reading() as db:
        found = db.execute(wanted).all()
    return [_step(name, [(one[0], one[1], one[2], int(one[3])) for one in found]) for name in (*STEPS, *LOST)]


def _step(name: str, found: list[tuple[str, str, str, int]]) -> Step:
    mine = [one for one in found if one[0] == f"attempt.{name}"]
    by_channel = {channel: sum(int(n) for _, c, _, n in mine if c == channel) for channel in Channel}
    reasons: dict[str, int] = {}
    for _, _, reason, events in mine:
        if reason:
            reasons[reason] = reasons.get(reason, 0) + int(events)
    ordered = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
    return Step(name, by_channel[Channel.PUSH], by_channel[Channel.QR], tuple(ordered))
