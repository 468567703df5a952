"""`yibao staff`: manage the staff who may open an institution's codes, with counters and shifts."""

import sys
from typing import Any

import click

from api.acts.ledger import Entry, record
from api.admin import staff as members
from api.admin.staff import Member
from api.console.sessions import SignedIn
from api.ports import Ports
from models import tables
from models.domain.console.act import ActKind
from models.domain.console.operator import Right
from models.domain.identity import idnumber
from models.domain.identity.idnumber import IdNumber, IdType
from models.domain.shift import duty
from scripts.admin import identity, shell, terminal


@click.group(cls=shell.Group)
def staff() -> None:
    """收银员 / staff who may open an institution's codes, with counters and shifts."""


def _described(function: shell.Function) -> shell.Function:
    """Add the options that describe a member of staff."""
    for option in (
        click.option(
            "--id-type", type=click.Choice([str(one) for one in IdType]), default=str(IdType.RESIDENT)
        ),
        click.option("--id-number", help="本人证件号，不可再当代办人 / their own document: no agent here"),
        click.option(
            "--shift", multiple=True, help='班次，默认随时 / "mon-fri 08:00-17:30"; default: always'
        ),
        click.option(
            "--counter", multiple=True, help="款台，可重复，默认全部 / repeat; default: every counter"
        ),
    ):
        function = option(function)
    return function


def _document(ports: Ports, said: dict[str, Any]) -> IdNumber | None:
    """Return the identity document given by the options, or None."""
    typed = said["id_number"]
    return idnumber.parse(IdType(said["id_type"]), typed, ports.today()) if typed else None


@staff.command("add")
@click.argument("institution_id")
@click.option("--name", required=True, help="姓名 / their name")
@click.option("--openid", help="已知的微信 / their WeChat, where it is known")
@click.option("--no-id", is_flag=True, help="证件号不详 / document not known: they can be agents here")
@_described
@shell.as_json
@shell.on_ports
@identity.needs(Right.CHANGE_INSTITUTIONS)
def _add(ports: Ports, who: SignedIn, institution_id: str, as_json: bool, **said: Any) -> None:
    """登记收银员；无 openid 则给绑定码 / register staff; without --openid, print a code to bind."""
    if bool(said["id_number"]) == said["no_id"]:
        sys.exit("give --id-number, so that they cannot be agents here, or say --no-id")
    serves = duty(said["shift"], said["counter"])
    member = Member(said["name"], said["openid"], serves, _document(ports, said))
    with ports.database.transaction() as db:
        named = members.add(ports.within(db), institution_id, member)
        record(ports, db, Entry(who.operator_id, ActKind.STAFF_ADDED, named.staff_id))
    if as_json:
        terminal.document({"staff_id": named.staff_id, "code": named.code})
        return
    terminal.facts({"staff_id": named.staff_id} | ({"code": named.code} if named.code else {}))
    if named.code:
        click.echo("They enter the code in the mini-program within 24 hours; it is not shown again.")


@staff.command("change")
@click.argument("staff_id")
@_described
@shell.on_ports
@identity.needs(Right.CHANGE_INSTITUTIONS)
def _change(ports: Ports, who: SignedIn, staff_id: str, **said: Any) -> None:
    """改款台和班次，即时生效 / replace a member's counters and shifts, from now on."""
    serves, document = duty(said["shift"], said["counter"]), _document(ports, said)
    with ports.database.transaction() as db:
        row = members.change(ports.within(db), staff_id, serves, document)
        record(ports, db, Entry(who.operator_id, ActKind.STAFF_CHANGED, staff_id))
    terminal.line(f"{row.id} serves {_where(row)}, {_when(row)}")


@staff.command("remove")
@click.argument("staff_id")
@shell.on_ports
@identity.needs(Right.CHANGE_INSTITUTIONS)
def _remove(ports: Ports, who: SignedIn, staff_id: str) -> None:
    """取消资格，立即生效 / remove a member of staff, at once."""
    with ports.database.transaction() as db:
        members.remove(ports.within(db), staff_id)
        record(ports, db, Entry(who.operator_id, ActKind.STAFF_REMOVED, staff_id))
    terminal.line(f"{staff_id} can open no code any more")


@staff.command("list")
@click.argument("institution_id")
@shell.as_json
@shell.on_ports
@identity.needs(Right.SEE_INSTITUTIONS)
def _list(ports: Ports, _: SignedIn, institution_id: str, as_json: bool) -> None:
    """列出机构的收银员 / list an institution's staff."""
    found = members.members(ports, institution_id)
    if as_json:
        terminal.document([_told(row, name) for row, name in found])
        return
    rows = [
        {"staff_id": row.id, "姓名": name, "款台": _where(row), "班次": _when(row), "状态": _state(row)}
        for row, name in found
    ]
    terminal.table(rows, "还没有收银员 / No staff yet: yibao staff add")


def _told(row: tables.Staff, name: str) -> dict[str, object]:
    """Return a member of staff as JSON-ready fields."""
    bound, active = row.openid_index is not None, row.revoked_at is None
    duties = {"counters": row.counters, "shifts": row.shifts}
    return {"staff_id": row.id, "name": name, **duties, "bound": bound, "active": active}


def _where(row: tables.Staff) -> str:
    return ", ".join(row.counters) or "every counter"


def _when(row: tables.Staff) -> str:
    return "; ".join(row.shifts) or "always"


def _state(row: tables.Staff) -> str:
    if row.revoked_at:
        return "已撤销"
    return "有效" if row.openid_index else "待绑定微信"
