"""Purchases by agents that card-holders did not authorise: `python -m scripts.disputes --help`."""

import argparse

from rich.console import Console
from rich.table import Table

from api.flows import disputes
from api.flows.disputes import Bought
from api.ports import Ports
from models.domain.person import mask
from scripts import setting

console = Console()


def main(arguments: list[str] | None = None) -> None:
    """Run one command."""
    setting.run(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.disputes", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="list | show")
    commands.add_parser("list", help="list them, oldest first; no names").set_defaults(run=_list)
    show = commands.add_parser("show", help="show who bought where for whom, and what the card-holder says")
    show.add_argument("agency_id")
    show.set_defaults(run=_show)
    return parser


def _list(ports: Ports, _: argparse.Namespace) -> None:
    table = Table("agency_id", "disputed", "机构", "款台", "收费员", "与本人关系", "结果")
    for one in disputes.disputed(ports):
        row, bought = one.row, one.verification
        said_at = row.disputed_at.isoformat(timespec="seconds") if row.disputed_at else ""
        place = (one.institution.name, bought.counter, bought.cashier_id)
        table.add_row(row.id, said_at, *place, row.relation, row.result)
    console.print(table if table.row_count else "No card-holder has disputed a purchase.")


def _show(ports: Ports, options: argparse.Namespace) -> None:
    """Print one purchase; names stay masked, ids lead to the sealed record."""
    one, statement = disputes.exhibit(ports, options.agency_id)
    row, bought = one.row, one.verification
    print(f"{row.id}  {'disputed' if row.disputed_at else 'not disputed'}  {row.result}")
    print(f"verification  {bought.id}  {bought.created_at.isoformat(timespec='seconds')}")
    print(f"where         {one.institution.name}, {bought.counter}, {bought.cashier_id}")
    print(f"amount        {bought.amount_fen / 100:.2f}")
    print(f"card-holder   {_person(ports, row.cardholder_id)}")
    print(f"agent         {_person(ports, row.agent_id)}  {row.relation}  {_kinship(one)}")
    print(f"statement     {statement or '-'}")


def _person(ports: Ports, person_id: str) -> str:
    person = ports.directory.person(person_id)
    return f"{person_id}  {mask(person.name) if person else '*'}"


def _kinship(one: Bought) -> str:
    return "family on record" if one.row.related else "not family on record"


if __name__ == "__main__":
    main()
