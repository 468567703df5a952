"""The job that looks for abuse and keeps what it finds."""

from sqlalchemy import select

from api.abuse import gathering, likeness
from api.policies import versions
from api.ports import Ports
from models import tables
from models.domain.abuse import handling, signs
from models.domain.abuse.alert import Alert
from models.domain.abuse.handling import AlertState
from models.domain.abuse.seen import Seen

# Cases kept with an alert, the most telling ones.
CASES = 50


def look(ports: Ports) -> int:
    """Look at the last eight weeks and renew the alerts; return how many there are. May run twice."""
    found = signs.alerts(seen(ports))
    with ports.database.transaction() as db:
        row = tables.Alert
        known = {(one.kind, one.about, one.subject): one for one in db.scalars(select(row))}
        for alert in found:
            kept = known.get((alert.kind, alert.about, alert.subject))
            if kept is None:
                kept = _new(ports, alert)
                db.add(kept)
            _renew(ports, kept, alert)
    return len(found)


def seen(ports: Ports) -> Seen:
    """Return what the rules look at."""
    with ports.database.reading() as db:
        purchases, open_ones = gathering.purchases(ports, db), likeness.open_ones(db)
        families, quota = gathering.of_record(db), versions.active(db).agent_quota
    alike, staff = likeness.compared(ports, open_ones, families)
    return Seen(purchases, alike, staff, quota)


def _new(ports: Ports, alert: Alert) -> tables.Alert:
    return tables.Alert(
        id=ports.new_id("alr"),
        kind=alert.kind,
        about=alert.about,
        subject=alert.subject,
        first_at=ports.now(),
        state=AlertState.OPEN,
        known=[],
    )


def _renew(ports: Ports, row: tables.Alert, alert: Alert) -> None:
    """Bring an alert up to date; one that was handled opens again where the rules say so."""
    row.numbers, row.cases, row.strength = dict(alert.numbers), list(alert.cases[:CASES]), alert.strength
    row.last_at = ports.now()
    row.state = handling.after(row.state, row.until, ports.now(), set(row.cases) - set(row.known))
