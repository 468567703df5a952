"""Show the thresholds, propose others, approve a proposal: `python -m scripts.policy --help`."""

import argparse
import json
from typing import Any

from rich.console import Console
from rich.table import Table

from api.policies import versions as policies
from api.ports import Ports
from models import tables
from models.domain.policy import Policy
from scripts.admin import setting

console = Console()
GREY = (Policy().grey_low, Policy().grey_high)


def main(arguments: list[str] | None = None) -> None:
    """Run one command."""
    setting.run(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.policy", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="show | propose | approve | history")
    show = commands.add_parser("show", help="print every threshold of a version (default: the one in force)")
    show.add_argument("version", nargs="?", type=int)
    show.set_defaults(run=_show)
    propose = commands.add_parser("propose", help="propose the thresholds in force with some of them changed")
    propose.add_argument("changes", nargs="+", metavar="NAME=VALUE", help="for example score_min=0.42")
    propose.add_argument("--as", dest="who", required=True, metavar="NAME", help="who proposes it")
    propose.set_defaults(run=_propose)
    approve = commands.add_parser("approve", help="put a proposal in force; not by its author")
    approve.add_argument("version", type=int)
    approve.add_argument("--as", dest="who", required=True, metavar="NAME", help="who approves it")
    approve.set_defaults(run=_approve)
    commands.add_parser("history", help="list every version").set_defaults(run=_history)
    return parser


def _show(ports: Ports, options: argparse.Namespace) -> None:
    versions = {row.version: row for row in policies.history(ports)}
    with ports.database.reading() as db:
        chosen = options.version or policies.active(db).version
    if chosen not in versions:
        raise SystemExit(f"there is no version {chosen}: see python -m scripts.policy history")
    row = versions[chosen]
    table = Table("threshold", "value", title=f"policy {chosen}, {_state(row)}")
    for name, value in sorted(row.document.items()):
        table.add_row(name, json.dumps(value, ensure_ascii=False))
    console.print(table)
    console.print(_prediction(Policy.from_json(row.document)))


def _propose(ports: Ports, options: argparse.Namespace) -> None:
    version = policies.propose(ports, dict(map(_change, options.changes)), author=options.who)
    (row,) = (one for one in policies.history(ports) if one.version == version)
    console.print(f"proposed as version {version}; not in force yet")
    console.print(_prediction(Policy.from_json(row.document)))
    console.print(f"somebody else puts it in force: python -m scripts.policy approve {version} --as NAME")


def _approve(ports: Ports, options: argparse.Namespace) -> None:
    policies.approve(ports, options.version, approver=options.who)
    console.print(f"version {options.version} is in force for every challenge drawn from now on")


def _history(ports: Ports, _: argparse.Namespace) -> None:
    table = Table("version", "changed", "author", "state", "FMR", "kin FMR", "FNMR", title="policies")
    before: dict[str, Any] = {}
    for row in policies.history(ports):
        known = policies.predicted(Policy.from_json(row.document))
        percents = (f"{rate:.3%}" for rate in (known.fmr, known.kin, known.fnmr))
        table.add_row(str(row.version), _changes(before, row.document), row.author, _state(row), *percents)
        before = row.document if row.approved_at else before
    console.print(table)


def _change(text: str) -> tuple[str, Any]:
    """Return name and value of NAME=VALUE; the value is JSON, or else a word."""
    name, given, value = text.partition("=")
    if not given:
        raise SystemExit(f"{text}: write NAME=VALUE, for example score_min=0.42")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _changes(before: dict[str, Any], document: dict[str, Any]) -> str:
    """Return what a version changes on the one in force when it was written."""
    if not before:
        return "first version"
    changed = [name for name in document if name != "version" and document[name] != before.get(name)]
    return "\n".join(f"{name}: {before.get(name)} → {document[name]}" for name in changed) or "nothing"


def _state(row: tables.PolicyVersion) -> str:
    if row.approved_at is None:
        return "proposed"
    return f"approved by {row.approver}, {row.approved_at:%Y-%m-%d %H:%M} UTC"


def _prediction(policy: Policy) -> str:
    """Return what the published table predicts."""
    known = policies.predicted(policy)
    lines = [
        f"matcher/comparison/rates.csv at score_min {known.threshold:.2f}, 95 % intervals:",
        f"  strangers pass        {known.fmr:.4%}  ({known.fmr_low:.4%} to {known.fmr_high:.4%})",
        f"  parent or child pass  {known.kin:.2%}  ({known.kin_low:.2%} to {known.kin_high:.2%})",
        f"  the insured is missed {known.fnmr:.2%}  ({known.fnmr_low:.2%} to {known.fnmr_high:.2%})",
    ]
    if (policy.grey_low, policy.grey_high) != GREY:
        lines.append(f"It was measured with the grey zone {GREY[0]}–{GREY[1]}: for another it is a guess.")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
