"""`yibao policy`: show the thresholds, propose others, approve or withdraw a proposal."""

import json
import math
import sys
from typing import Any

import click

from api.console import accounts
from api.console.sessions import SignedIn
from api.policies import versions as policies
from api.ports import Ports
from api.releases import enacting
from models import tables
from models.domain.console.operator import Right
from models.domain.policy import Policy
from scripts.admin import identity, shell, terminal
from scripts.admin.predictions import normalising, prediction

# A proposal whose predicted FMR is above this needs confirmation.
FMR_MOST = 1e-3


@click.group(cls=shell.Group)
def policy() -> None:
    """阈值 / thresholds: show, propose, approve."""


@policy.command("show")
@click.argument("version", type=int, required=False)
@shell.as_json
@shell.on_ports
def _show(ports: Ports, version: int | None, as_json: bool) -> None:
    """显示一版全部阈值，默认现行版 / print every threshold of a version (default: the one in force)."""
    versions = {row.version: row for row in policies.history(ports)}
    with ports.database.reading() as db:
        chosen = policies.active(db).version if version is None else version
    if chosen not in versions:
        sys.exit(f"there is no version {chosen}: see yibao policy history")
    row = versions[chosen]
    if as_json:
        terminal.document(_told(row))
        return
    terminal.line(f"policy {chosen}, {_state(row, accounts.names(ports))}")
    terminal.facts({
        name: json.dumps(value, ensure_ascii=False) for name, value in sorted(row.document.items())
    })  # fmt: skip
    click.echo(prediction(Policy.from_json(row.document)))
    click.echo(normalising(ports))


@policy.command("propose")
@click.argument("changes", nargs=-1, required=True, metavar="NAME=VALUE…")
@click.option("--yes", is_flag=True, help="误识率高也不再询问 / do not ask, however high the FMR")
@shell.as_json
@shell.on_ports
@identity.needs(Right.PROPOSE)
def _propose(ports: Ports, who: SignedIn, changes: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """在现行版上改几项，提议为新版 / propose a change of some thresholds in force."""
    wanted = dict(map(_change, changes))
    proposed = policies.draft(ports, wanted)
    if not yes and _is_lax(proposed, _in_force(ports)):
        _ask(proposed)
    version = enacting.propose(ports, who.operator_id, wanted)
    if as_json:
        (row,) = (one for one in policies.history(ports) if one.version == version)
        terminal.document(_told(row))
        return
    click.echo(f"proposed as version {version}; not in force yet")
    click.echo(prediction(proposed))
    click.echo(f"somebody else approves it: yibao policy approve {version}")


def _in_force(ports: Ports) -> Policy:
    """Return the thresholds in force."""
    with ports.database.reading() as db:
        return policies.active(db)


def _is_lax(proposed: Policy, in_force: Policy) -> bool:
    """Tell whether a proposal's predicted FMR is unknown, or above FMR_MOST and that in force."""
    fmr = policies.predicted(proposed).fmr
    return not fmr <= FMR_MOST and not fmr <= policies.predicted(in_force).fmr


def _ask(proposed: Policy) -> None:
    """Warn of the predicted FMR and end the command unless the operator confirms."""
    fmr = policies.predicted(proposed).fmr
    if math.isnan(fmr):
        click.echo("警告：这套模型没有公布误识率 / warning: no predicted FMR of this model set", err=True)
    else:
        click.echo(f"警告：预计每 {round(1 / fmr)} 个陌生人就有一个通过", err=True)
        click.echo(f"warning: predicted FMR {fmr:.2%}, above {FMR_MOST:.1%}", err=True)
    try:
        meant = click.confirm("仍要提议吗？/ propose it all the same?", err=True)
    except (click.Abort, OSError):
        # Standard input is not interactive.
        meant = False
    if not meant:
        sys.exit("没有提议 / not proposed (--yes: do not ask)")


@policy.command("approve")
@click.argument("version", type=int)
@shell.on_ports
@identity.needs(Right.APPROVE)
def _approve(ports: Ports, who: SignedIn, version: int) -> None:
    """批准一版，分阶段生效 / approve a proposal, released in stages; not by its author."""
    release = enacting.approve(ports, who.operator_id, version)
    if release is None:
        click.echo(f"version {version} is in force for every challenge drawn from now on")
    else:
        click.echo(f"version {version} is released in stages as {release.id}: see /console/releases")


@policy.command("withdraw")
@click.argument("version", type=int)
@shell.on_ports
@identity.needs(Right.PROPOSE)
def _withdraw(ports: Ports, who: SignedIn, version: int) -> None:
    """撤回未批准的提议 / withdraw a proposal before it is approved."""
    enacting.withdraw(ports, who.operator_id, version)
    click.echo(f"version {version} is withdrawn: nobody can put it in force")


@policy.command("history")
@shell.as_json
@shell.on_ports
def _history(ports: Ports, as_json: bool) -> None:
    """列出各版 / list every version."""
    rows = policies.history(ports)
    if as_json:
        terminal.document([_told(row) for row in rows])
        return
    before: dict[str, Any] = {}
    lines, names = [], accounts.names(ports)
    for row in rows:
        chosen = Policy.from_json(row.document)
        known, missed = policies.predicted(chosen), policies.missed(chosen)
        rates = {"FMR": f"{known.fmr:.3%}", "kin FMR": f"{known.kin:.3%}", "FNMR": f"{missed.fnmr:.3%}"}
        about = {"author": names.get(row.author, row.author), "state": _state(row, names)}
        changed = {"changed": _changes(before, row.document)}
        lines.append({"version": row.version, **rates, **about, **changed})
        before = row.document if row.approved_at else before
    terminal.table(lines, "")


def _change(text: str) -> tuple[str, Any]:
    """Return name and value of NAME=VALUE; the value is parsed as JSON, else taken as text."""
    name, given, value = text.partition("=")
    if not given:
        sys.exit(f"{terminal.visible(text)}: write NAME=VALUE, for example score_min=0.42")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _changes(before: dict[str, Any], document: dict[str, Any]) -> str:
    """Return a version's changes against the one in force when it was proposed."""
    if not before:
        return "first version"
    changed = [name for name in document if name != "version" and document[name] != before.get(name)]
    return "; ".join(f"{name}: {before.get(name)} → {document[name]}" for name in changed) or "nothing"


def _state(row: tables.PolicyVersion, names: dict[str, str]) -> str:
    """Return a version's state, its people by the names of their accounts."""
    who = {one: names.get(one, one) for one in (row.approver, row.withdrawn_by) if one}
    if row.approved_at is not None:
        return f"approved by {who.get(row.approver or '')}, {row.approved_at:%Y-%m-%d %H:%M} UTC"
    return f"withdrawn by {who.get(row.withdrawn_by or '')}" if row.withdrawn_at else "proposed"


def _told(row: tables.PolicyVersion) -> dict[str, Any]:
    """Return a version as JSON-ready fields."""
    chosen = Policy.from_json(row.document)
    known, missed = policies.predicted(chosen), policies.missed(chosen)
    names = ("version", "author", "created_at", "approver", "approved_at", "withdrawn_by", "withdrawn_at")
    told = {name: getattr(row, name) for name in names}
    rates = {"threshold": known.threshold, "fmr": known.fmr, "kin": known.kin, "fnmr": missed.fnmr}
    predicted: dict[str, Any] = {name: None if math.isnan(one) else one for name, one in rates.items()}
    return told | {"thresholds": row.document, "predicted": predicted | {"worst_group": known.group}}


def main(arguments: list[str] | None = None) -> None:
    """Run `yibao policy`."""
    shell.run(policy, arguments, "python -m scripts.policy")
