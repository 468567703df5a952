"""Purchases by agents that card-holders did not authorise: `python -m scripts.disputes --help`."""

import argparse

from rich.console import Console
from rich.table import Column, Table

from api.appeals import disputes
from api.appeals.disputes import Bought
from api.ports import Ports
from models.domain.agent import Finding
from models.domain.person import mask
from scripts.admin import setting

console = Console()


def main(arguments: list[str] | None = None) -> None:
    """Run one command."""
    setting.run(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.disputes", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="list | show | conclude")
    listing = commands.add_parser("list", help="list those that wait for a finding, oldest first (--all)")
    listing.add_argument("--all", action="store_true", help="those with a finding, too")
    listing.set_defaults(run=_list)
    show = commands.add_parser("show", help="show who bought where for whom, and what the card-holder says")
    show.add_argument("agency_id")
    show.set_defaults(run=_show)
    conclude = commands.add_parser("conclude", help="say what was found; the phone shows it")
    conclude.add_argument("agency_id")
    conclude.add_argument("finding", type=Finding, choices=list(Finding))
    conclude.add_argument("--reviewer", required=True)
    conclude.add_argument("--note", required=True, help="for the record; the card-holder does not see it")
    conclude.set_defaults(run=_conclude)
    return parser


def _list(ports: Ports, options: argparse.Namespace) -> None:
    table = Table(Column("agency_id", no_wrap=True), "disputed", "机构", "与本人关系", "finding")
    for one in disputes.disputed(ports, concluded=options.all):
        row = one.row
        said_at = f"{row.disputed_at:%Y-%m-%d}" if row.disputed_at else ""
        table.add_row(row.id, said_at, one.institution.name, row.relation, row.finding or "")
    console.print(table if table.row_count else "No disputed purchase waits for a finding.")


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
    print(f"finding       {f'{row.finding}, {row.reviewer}' if row.finding else '-'}")


def _conclude(ports: Ports, options: argparse.Namespace) -> None:
    disputes.conclude(ports, options.agency_id, options.finding, options.reviewer, options.note)
    print(f"{options.agency_id} is concluded: {options.finding}; the card-holder sees it on the phone")


def _person(ports: Ports, person_id: str) -> str:
    person = ports.directory.person(person_id)
    return f"{person_id}  {mask(person.name) if person else '*'}"


def _kinship(one: Bought) -> str:
    return "family on record" if one.row.related else "not family on record"


if __name__ == "__main__":
    main()
