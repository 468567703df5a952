"""The commands `python -m scripts.institution staff add | list | change | remove`."""

import argparse
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from api.admin import staff
from api.admin.staff import Member
from api.ports import Ports
from models import tables
from models.domain.identity import idnumber
from models.domain.identity.idnumber import IdNumber, IdType
from models.domain.shift import Duty, duty

console = Console()


def add_to(commands: Any) -> None:
    """Add the commands to those of scripts.institution."""
    parser = commands.add_parser("staff", help="say who may open the institution's codes, where and when")
    deeds = parser.add_subparsers(required=True, metavar="add | list | change | remove")
    add = deeds.add_parser("add", help="name somebody; without --openid, print a code to bind a WeChat with")
    add.add_argument("institution_id")
    add.add_argument("--name", required=True)
    add.add_argument("--openid")
    _describe(add)
    add.add_argument("--no-id", action="store_true", help="document not known: they can be agents here")
    add.set_defaults(run=_add)
    listing = deeds.add_parser("list", help="list an institution's staff")
    listing.add_argument("institution_id")
    listing.set_defaults(run=_list)
    change = deeds.add_parser("change", help="replace somebody's counters and shifts, from now on")
    change.add_argument("staff_id")
    _describe(change)
    change.set_defaults(run=_change)
    remove = deeds.add_parser("remove", help="take somebody's right away, at once")
    remove.add_argument("staff_id")
    remove.set_defaults(run=_remove)


def _describe(parser: argparse.ArgumentParser) -> None:
    """Add what is said of a member of staff."""
    parser.add_argument("--counter", action="append", default=[], help="repeat; default: every counter")
    parser.add_argument("--shift", action="append", default=[], help='"mon-fri 08:00-17:30"; default: always')
    parser.add_argument("--id-number", help="their own document, so that they cannot be agents here")
    parser.add_argument("--id-type", type=IdType, choices=list(IdType), default=IdType.RESIDENT)


def _duty(options: argparse.Namespace) -> Duty:
    return duty(options.shift, options.counter)


def _document(ports: Ports, options: argparse.Namespace) -> IdNumber | None:
    """Return the document that was typed, or None."""
    typed = options.id_number
    return idnumber.parse(options.id_type, typed, ports.today()) if typed else None


def _add(ports: Ports, options: argparse.Namespace) -> None:
    if bool(options.id_number) == options.no_id:
        raise SystemExit("give --id-number, so that they cannot be agents here, or say --no-id")
    member = Member(options.name, options.openid, _duty(options), _document(ports, options))
    named = staff.add(ports, options.institution_id, member)
    print(f"staff_id  {named.staff_id}")
    if named.code:
        print(f"code      {named.code}")
        print("They enter the code in the mini-program within 24 hours; it is not shown again.")


def _change(ports: Ports, options: argparse.Namespace) -> None:
    row = staff.change(ports, options.staff_id, _duty(options), _document(ports, options))
    print(f"{row.id} serves {_where(row)}, {_when(row)}")


def _remove(ports: Ports, options: argparse.Namespace) -> None:
    staff.remove(ports, options.staff_id)
    print(f"{options.staff_id} can open no code any more")


def _list(ports: Ports, options: argparse.Namespace) -> None:
    table = Table(
        Column("staff_id", no_wrap=True), "姓名", "款台", "班次", "状态", title="staff of the institution"
    )
    for row, name in staff.members(ports, options.institution_id):
        table.add_row(row.id, name, _where(row), _when(row), _state(row))
    console.print(table if table.row_count else "No staff yet: python -m scripts.institution staff add")


def _where(row: tables.Staff) -> str:
    return ", ".join(row.counters) or "every counter"


def _when(row: tables.Staff) -> str:
    return "; ".join(row.shifts) or "always"


def _state(row: tables.Staff) -> str:
    if row.revoked_at:
        return "已撤销"
    return "有效" if row.openid_index else "待绑定微信"
