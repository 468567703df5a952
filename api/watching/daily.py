"""Counting once a day what no event records: look-ups of days that are over, and who can be reached."""

from collections import Counter
from datetime import date, timedelta

from sqlalchemy import func, select

from api.admin import funnel
from api.admin.audit import settled
from api.limits.locks import hold
from api.ports import CHINA, Ports
from api.watching import adding
from models import tables

LOOKUPS, ANSWERS, PEOPLE = "lookups", "answers", "people"
BATCH = 5_000
# How long after midnight a transaction of the day before may still count.
LATE = timedelta(minutes=10)


def count(ports: Ports) -> None:
    """Count the look-ups of every day that is over, the answers in WeChat, and today's people. Idempotent."""
    _lookups(ports)
    _answers(ports)
    _people(ports)


def _lookups(ports: Ports) -> None:
    until, row = (ports.now() - LATE).astimezone(CHINA).date(), tables.GuessTally
    with ports.database.transaction() as db:
        hold(db, "watching")
        mark = adding.mark(db, LOOKUPS)
        if mark.event_id >= until.toordinal() - 1:
            return
        wanted = (
            select(row.day, row.kind, func.sum(row.asked), func.sum(row.missed))
            .where(row.day < until, row.day > date.fromordinal(max(1, mark.event_id)))
            .group_by(row.day, row.kind)
        )
        found: Counter[adding.Key] = Counter()
        for day, kind, asked, missed in db.execute(wanted):
            found[day, LOOKUPS, f"{kind} asked", 0] = int(asked)
            found[day, LOOKUPS, f"{kind} missed", 0] = int(missed)
        adding.add_days(db, found)
        mark.event_id = until.toordinal() - 1


def _answers(ports: Ports) -> None:
    """Count what WeChat users answered, and the fate of messages, of our own template."""
    row = tables.SubscriptionFact
    newest, counted = settled(ports, row.id), BATCH
    while counted >= BATCH:
        with ports.database.transaction() as db:
            hold(db, "watching")
            mark = adding.mark(db, ANSWERS)
            rows = db.execute(
                select(row.id, row.template_id, row.kind, row.happened_at)
                .where(row.id > mark.event_id, row.id <= newest)
                .order_by(row.id)
                .limit(BATCH)
            ).all()
            counted = len(rows)
            ours = [one for one in rows if one.template_id == ports.settings.wechat_template_id]
            adding.add_days(
                db,
                Counter(
                    (one.happened_at.astimezone(CHINA).date(), ANSWERS, str(one.kind), 0) for one in ours
                ),
            )
            mark.event_id = rows[-1].id if rows else mark.event_id


def _people(ports: Ports) -> None:
    """Record once a day how many are insured, bound to a WeChat user, and have allowed messages."""
    today = ports.today()
    with ports.database.transaction() as db:
        hold(db, "watching")
        mark = adding.mark(db, PEOPLE)
        if mark.event_id >= today.toordinal():
            return
        adding.add_days(db, Counter({(today, PEOPLE, name, 0): n for name, n in funnel.reached(db).items()}))
        mark.event_id = today.toordinal()
