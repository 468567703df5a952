"""Tells whether the recorded events are as they were written: `python -m scripts.audit --help`."""

import argparse
import sys

from rich.console import Console

from api.admin import audit
from api.ports import Ports
from scripts.admin import setting

console = Console(stderr=True)


def main(arguments: list[str] | None = None) -> None:
    """Run one command."""
    setting.run(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.audit", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="check")
    check = commands.add_parser("check", help="hash every chain anew; exit 1 where something was changed")
    check.set_defaults(run=_check)
    return parser


def _check(ports: Ports, options: argparse.Namespace) -> None:
    with console.status("核对事件链 / checking the chains"):
        found = audit.check(ports)
    print(f"{found.verifications} verifications, {found.events} events, {found.anchors} anchors")
    if not found.anchors:
        print("Nothing is anchored yet: whoever rewrote a whole chain would not be seen.")
    _list("changed: does not hash to its head, or its private part is another", found.broken)
    _list("rewritten: hashes well, but not to what was anchored", found.rewritten)
    _list("missing: anchored, and no longer there", found.missing)
    if not found.is_whole:
        sys.exit(1)
    print("All of them are as they were written.")


def _list(what: str, verification_ids: list[str]) -> None:
    for verification_id in verification_ids:
        print(f"{verification_id}  {what}")


if __name__ == "__main__":
    main()
