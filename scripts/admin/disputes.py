"""`yibao disputes`: review purchases by agents that card-holders disputed."""

from typing import Any

import click

from api.acts.ledger import Entry, record
from api.appeals import disputes as flow
from api.appeals.disputes import Bought, Judge
from api.console.sessions import SignedIn
from api.ports import Ports
from models.domain.agent import Finding
from models.domain.console.act import ActKind
from models.domain.console.operator import Right
from models.domain.person import mask
from scripts.admin import identity, shell, terminal


@click.group(cls=shell.Group)
def disputes() -> None:
    """不是我授权的 / purchases by agents that card-holders did not authorise."""


@disputes.command("list")
@click.option("--all", "every", is_flag=True, help="连同已有结论的 / those with a finding, too")
@shell.as_json
@shell.on_ports
@identity.needs(Right.SEE_CASES)
def _list(ports: Ports, _: SignedIn, every: bool, as_json: bool) -> None:
    """列出待处理的，最早的在前 / list those awaiting a finding, oldest first."""
    found = [
        {
            "agency_id": one.row.id,
            "disputed": one.row.disputed_at,
            "institution": one.institution.name,
            "relation": one.row.relation,
            "finding": one.row.finding,
        }
        for one in flow.disputed(ports, concluded=every)
    ]
    if as_json:
        terminal.document(found)
    else:
        terminal.table(found, "没有待处理的 / No disputed purchase waits for a finding.")


@disputes.command("show")
@click.argument("agency_id")
@shell.as_json
@shell.on_ports
@identity.needs(Right.SEE_CASES)
def _show(ports: Ports, who: SignedIn, agency_id: str, as_json: bool) -> None:
    """谁在哪里为谁买了什么 / show agent, institution, card-holder and their statement."""
    one, statement = flow.exhibit(ports, agency_id)
    with ports.database.transaction() as db:
        record(ports, db, Entry(who.operator_id, ActKind.CASE_OPENED, agency_id))
    told = _facts(ports, one) | {"statement": statement or None}
    if as_json:
        terminal.document(told)
    else:
        terminal.facts(told)


def _facts(ports: Ports, one: Bought) -> dict[str, Any]:
    """Return the fields to show of a purchase, with masked names and the ids of the sealed record."""
    row, bought = one.row, one.verification
    return {
        "agency_id": row.id,
        "state": "disputed" if row.disputed_at else "not disputed",
        "result": row.result,
        "verification": bought.id,
        "opened": bought.created_at,
        "where": f"{one.institution.name}, {bought.counter}, {bought.cashier_id}",
        "amount": f"{bought.amount_fen / 100:.2f}",
        "cardholder": _person(ports, row.cardholder_id),
        "agent": _person(ports, row.agent_id),
        "relation": f"{row.relation}, {'family' if row.related else 'not family'} on record",
        "finding": f"{row.finding}, {row.reviewer}" if row.finding else None,
    }


def _person(ports: Ports, person_id: str) -> str:
    person = ports.directory.person(person_id)
    return f"{person_id}  {mask(person.name) if person else '*'}"


@disputes.command("conclude")
@click.argument("agency_id")
@click.argument("finding", type=click.Choice([str(one) for one in Finding]))
@click.option(
    "--note", required=True, help="存档，参保人看不到 / for the record; the card-holder does not see it"
)
@shell.on_ports
@identity.needs(Right.JUDGE)
def _conclude(ports: Ports, who: SignedIn, agency_id: str, finding: str, note: str) -> None:
    """记录结论，手机上可见 / record the finding, which the phone shows."""
    flow.conclude(ports, agency_id, Finding(finding), Judge(who.operator_id, who.name), note)
    terminal.line(f"{agency_id} is concluded: {finding}; the card-holder sees it on the phone")


def main(arguments: list[str] | None = None) -> None:
    """Run `yibao disputes`."""
    shell.run(disputes, arguments, "python -m scripts.disputes")
