"""`yibao requests`: persons' requests about their own data, and the answers."""

from datetime import datetime, timedelta

import click

from api.console.sessions import SignedIn
from api.ports import CHINA, Ports
from api.privacy import requests as flow
from api.privacy.requests import Request
from models.domain.console.operator import Right
from scripts.admin import identity, shell, terminal


@click.group(cls=shell.Group)
def requests() -> None:
    """个人信息请求：查阅、更正、删除 / what persons ask for of their data."""


@requests.command("list")
@click.option("--all", "every", is_flag=True, help="连同已办结的 / those closed, too")
@click.option("--by", type=click.DateTime(["%Y-%m-%d"]), help="期限至这一天 / due by the end of this day")
@shell.as_json
@shell.on_ports
@identity.needs(Right.ANSWER_REQUESTS)
def _list(ports: Ports, _who: SignedIn, every: bool, by: datetime | None, as_json: bool) -> None:
    """列出未办结的，最先到期的在前 / list the open ones, those due first first."""
    before = by.replace(tzinfo=CHINA) + timedelta(days=1) if by else None
    found = [_told(row) for row in flow.waiting(ports, every=every, before=before)]
    if as_json:
        terminal.document(found)
    else:
        terminal.table(found, "没有未办结的 / Nothing is open.")


@requests.command("show")
@click.argument("request_id")
@shell.as_json
@shell.on_ports
@identity.needs(Right.ANSWER_REQUESTS)
def _show(ports: Ports, who: SignedIn, request_id: str, as_json: bool) -> None:
    """查看一件 / show one, with what the person wrote; written down as an act."""
    row = flow.seen(ports, who.operator_id, request_id)
    told = _told(row) | {"statement": flow.statement(ports, row), "answer": flow.reply(ports, row)}
    told |= {"proof": row.proof or None, "receipt": row.receipt}
    if as_json:
        terminal.document(told)
    else:
        terminal.facts(told)


@requests.command("answer")
@click.argument("request_id")
@click.option("--note", required=True, help="答复，本人在手机上能看到 / what the person reads on the phone")
@click.option("--refuse", is_flag=True, help="不予更正，说明理由 / nothing is corrected; say why")
@shell.on_ports
@identity.needs(Right.ANSWER_REQUESTS)
def _answer(ports: Ports, who: SignedIn, request_id: str, note: str, refuse: bool) -> None:
    """答复并办结一件更正请求 / answer and close a correction."""
    flow.answer(ports, who.operator_id, request_id, note, refused=refuse)
    terminal.line(f"{request_id} is answered; the person reads it on the phone")


def _told(row: Request) -> dict[str, object]:
    """Return a request's fields to show."""
    return {
        "request_id": row.id,
        "kind": row.kind,
        "state": row.state,
        "asked": row.asked_at,
        "due": row.due_at,
        "person_id": row.person_id,
    }
