"""The tallies that the pages of watching read: half a year of days and weeks."""

from collections.abc import Iterator
from datetime import date, datetime

from api.watching.adding import week_of
from api.watching.counting import EVENTS, WAITS
from api.watching.daily import ANSWERS, LOOKUPS, PEOPLE
from api.watching.measuring import COLUMNS, MEASURES, OUTCOME, OUTCOMES
from models.domain.attempt import Channel
from models.domain.decision import Reason
from models.domain.identity.guess import GuessKind
from models.domain.subscription import FactKind
from models.domain.watching import bins
from scripts.lab.growth.filling import SPAN, Row

MODELS = ("0" * 16, "1" * 16)
STEPS = ("waiting", "delivered", "opened", "consented", "captured", "passed", "failed", "expired")
DEVICES = 40
# Bins by measure, and its series.
BINS = {OUTCOME: len(OUTCOMES), WAITS: len(bins.WAITS) + 1}
BINS |= {name: len(bins.EDGES[name]) + 1 for name in MEASURES}
SERIES = {
    EVENTS: [
        f"{channel} attempt.{step} {reason}" for channel in Channel for step in STEPS for reason in Reason
    ],
    WAITS: [f"{channel} {step}" for channel in Channel for step in (*STEPS[1:5], "decided")],
    PEOPLE: ["persons", "bound", "agreed"],
    ANSWERS: list(map(str, FactKind)),
    LOOKUPS: [f"{kind} {what}" for kind in GuessKind for what in ("asked", "missed")],
} | dict.fromkeys((OUTCOME, *MEASURES), MODELS)


def rows(now: datetime, shops: int) -> dict[str, Iterator[Row]]:
    """Return the tallies by day, and by week for devices and institutions."""
    days = [date.fromordinal(now.date().toordinal() - one) for one in range(SPAN.days)]
    return {"day_tally": _days(days), "group_tally": _groups(sorted({week_of(one) for one in days}), shops)}


def _days(days: list[date]) -> Iterator[Row]:
    for day in days:
        for measure, series in SERIES.items():
            for name in series:
                for place in range(BINS.get(measure, 1)):
                    yield {"day": day, "measure": measure, "series": name, "bin": place, "counted": 100}


def _groups(weeks: list[date], shops: int) -> Iterator[Row]:
    named = [("shop", f"ins_f{n}") for n in range(shops)] + [("device", f"PHONE {n}") for n in range(DEVICES)]
    for week in weeks:
        for about, name in named:
            for model_set in MODELS:
                key = {"week": week, "about": about, "name": name, "model_set": model_set}
                yield key | dict.fromkeys(COLUMNS, 100)
