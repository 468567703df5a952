"""Review appeals until the console exists: `python -m scripts.appeals --help`."""

import argparse
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from api.appeals import review
from api.ports import Ports
from models.domain.appeal import AppealState
from scripts.admin import setting

console = Console()


def main(arguments: list[str] | None = None) -> None:
    """Run one command."""
    setting.run(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.appeals", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="list | show | uphold | reject")
    listing = commands.add_parser("list", help="list appeals that wait for a review (--all: every one)")
    listing.add_argument("--all", action="store_true")
    listing.set_defaults(run=_list)
    show = commands.add_parser("show", help="show one appeal; --out DIR writes its pictures there")
    show.add_argument("appeal_id")
    show.add_argument("--out", type=Path)
    show.set_defaults(run=_show)
    for word, target in (("uphold", AppealState.UPHELD), ("reject", AppealState.REJECTED)):
        command = commands.add_parser(word, help=f"{word} an appeal; the purchase is not changed")
        command.add_argument("appeal_id")
        command.add_argument("--reviewer", required=True)
        command.add_argument("--note", required=True)
        command.set_defaults(run=_conclude, target=target)
    return parser


def _list(ports: Ports, options: argparse.Namespace) -> None:
    table = Table(Column("appeal_id", no_wrap=True), "lodged", "counter", "reason", "state")
    for row in review.open_appeals(ports, None if options.all else AppealState.LODGED):
        lodged = row.created_at.isoformat(timespec="seconds")
        table.add_row(row.id, lodged, row.counter, row.reason, row.state)
    console.print(table if table.row_count else "No appeals wait for a review.")


def _show(ports: Ports, options: argparse.Namespace) -> None:
    """Print the plea and write the pictures out for the reviewer's eyes."""
    seen = review.exhibit(ports, options.appeal_id)
    console.print(f"{seen.row.id}  {seen.row.state}  {seen.row.reason}  counter {seen.row.counter}")
    console.print(seen.statement, markup=False)
    console.print(f"pictures: {', '.join(seen.pictures) or 'none'}")
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        for name, picture in seen.pictures.items():
            ending = "png" if picture.startswith(b"\x89PNG") else "jpg"
            (options.out / f"{name}.{ending}").write_bytes(picture)
        console.print(f"written to {options.out}; delete them after the review")


def _conclude(ports: Ports, options: argparse.Namespace) -> None:
    row = review.conclude(ports, options.appeal_id, options.target, options.reviewer, options.note)
    console.print(f"{row.id} is now {row.state}")


if __name__ == "__main__":
    main()
