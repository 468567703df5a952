"""What operators make of alerts: each action is recorded as an act in its own transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.acts.ledger import Entry, record
from api.limits.locks import hold
from api.ports import Ports
from models import tables
from models.domain.abuse import handling
from models.domain.abuse.alert import ORDER
from models.domain.abuse.handling import AlertState
from models.domain.appeal import AppealState
from models.domain.console.act import ActKind
from models.domain.errors import Absent
from models.domain.named import noted

STATES = {
    ActKind.ALERT_DISMISSED: AlertState.DISMISSED,
    ActKind.ALERT_CONFIRMED: AlertState.CONFIRMED,
    ActKind.ALERT_SNOOZED: AlertState.SNOOZED,
}


@dataclass(frozen=True, slots=True)
class Case:
    """One purchase of an alert: where, when, how it ended, and its appeal if it has one."""

    verification_id: str
    institution: str
    order_no: str
    at: datetime
    amount_fen: int
    state: str
    appeal_id: str | None
    appeal_state: AppealState | None


def alerts(ports: Ports, state: AlertState) -> list[tables.Alert]:
    """Return the alerts in a state, in the order in which they are worth looking at."""
    row = tables.Alert
    with ports.database.reading() as db:
        found = db.scalars(select(row).where(row.state == state)).all()
    return sorted(found, key=lambda one: (ORDER.index(one.kind), -one.strength, one.subject))


def opened(ports: Ports, actor: str, alert_id: str) -> tuple[tables.Alert, list[Case]]:
    """Return an alert with its cases; looking at it is an act. Raises Absent."""
    with ports.database.transaction() as db:
        row = _found(db, alert_id)
        record(ports, db, Entry(actor, ActKind.ALERT_OPENED, alert_id))
        return row, _cases(db, row.cases)


def dismiss(ports: Ports, actor: str, alert_id: str, reason: str) -> None:
    """Say that an alert is none, and why; raises Invalid without a reason, Conflict where it is handled."""
    _handle(ports, (actor, ActKind.ALERT_DISMISSED), alert_id, (reason, None))


def confirm(ports: Ports, actor: str, alert_id: str, note: str) -> None:
    """Say that something is wrong, and what; raises Invalid without a note, Conflict where it is handled."""
    _handle(ports, (actor, ActKind.ALERT_CONFIRMED), alert_id, (note, None))


def snooze(ports: Ports, actor: str, alert_id: str, reason: str, days: int) -> None:
    """Let an alert rest for 1 to 30 days, and say why; raises Invalid or Conflict."""
    until = handling.snooze_until(ports.now(), days)
    _handle(ports, (actor, ActKind.ALERT_SNOOZED), alert_id, (reason, until))


def reason_of(ports: Ports, row: tables.Alert) -> str:
    """Return the reason of whoever handled it, "" for none."""
    return ports.vault.text(_place(row.id), row.reason) if row.reason else ""


def _handle(ports: Ports, by: tuple[str, ActKind], alert_id: str, said: tuple[str, datetime | None]) -> None:
    (actor, kind), (reason, until) = by, said
    note = noted(reason)
    with ports.database.transaction() as db:
        hold(db, f"alert {alert_id}")
        row = _found(db, alert_id)
        handling.may_handle(row.state)
        row.state = STATES[kind]
        row.until, row.known, row.handled_by, row.handled_at = until, list(row.cases), actor, ports.now()
        row.reason = ports.vault.seal(_place(row.id), note)
        told = {"reason": note} | ({"until": until.isoformat()} if until else {})
        record(ports, db, Entry(actor, kind, alert_id, told))


def _place(alert_id: str) -> str:
    return f"alert.reason:{alert_id}"


def _found(db: Session, alert_id: str) -> tables.Alert:
    row = db.get(tables.Alert, alert_id, populate_existing=True)
    if row is None:
        raise Absent("no such alert")
    return row


def _cases(db: Session, ids: Sequence[str]) -> list[Case]:
    row, shop, appeal = tables.Verification, tables.Institution, tables.Appeal
    wanted = (
        select(
            row.id,
            shop.name,
            row.order_no,
            row.created_at,
            row.amount_fen,
            row.state,
            appeal.id,
            appeal.state,
        )
        .join(shop, shop.id == row.institution_id)
        .outerjoin(appeal, appeal.verification_id == row.id)
        .where(row.id.in_(ids))
    )
    found = {one[0]: Case(*one) for one in db.execute(wanted)}
    return [found[one] for one in ids if one in found]
