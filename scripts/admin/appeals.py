"""`yibao appeals`: review appeals from the command line."""

import sys
from pathlib import Path
from typing import Any

import click

from api.admin import import_words
from api.appeals import renew, review, reviewing
from api.appeals.impartial import Reviewer
from api.appeals.reviewing import Judgement
from api.console import cases
from api.console.sessions import SignedIn
from api.ports import Ports
from models.domain.appeal import AppealState
from models.domain.console.operator import Right
from models.domain.console.review import GROUNDS, Ground, Verdict
from models.domain.named import noted
from scripts.admin import identity, shell, terminal


@click.group(cls=shell.Group)
def appeals() -> None:
    """申诉复核 / review appeals."""


@appeals.command("list")
@click.option("--all", "every", is_flag=True, help="连同已复核的 / those reviewed, too")
@shell.as_json
@shell.on_ports
@identity.needs(Right.SEE_CASES)
def _list(ports: Ports, _: SignedIn, every: bool, as_json: bool) -> None:
    """列出待复核的申诉，最早的在前 / list appeals awaiting review, oldest first."""
    found = [
        {
            "appeal_id": row.id,
            "lodged": row.created_at,
            "counter": row.counter,
            "reason": row.reason,
            "state": row.state,
        }
        for row in review.open_appeals(ports, None if every else AppealState.LODGED)
    ]
    if as_json:
        terminal.document(found)
    else:
        terminal.table(found, "没有待复核的申诉 / No appeals wait for a review.")


@appeals.command("show")
@click.argument("appeal_id")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="照片写到此处 / write its pictures there"
)
@click.option("--why", default="", help="为什么看照片，存档 / why you look at the pictures; for the record")
@identity.token
@shell.as_json
@shell.on_ports
def _show(ports: Ports, appeal_id: str, **given: Any) -> None:
    """查看一件申诉 / show one appeal: institution, amount, cause, statement."""
    out, as_json = given["out"], given["as_json"]
    who = identity.account(ports, given["token"], Right.SEE_PHOTOS if out else Right.SEE_CASES)
    seen = cases.exported(ports, who, appeal_id, given["why"] if out else None)
    told = _facts(seen) | {"pictures": list(seen.pictures), "missing": list(seen.missing)}
    if as_json:
        terminal.document(told)
    else:
        said = told.pop("statement")
        terminal.facts(told)
        click.echo(terminal.paragraphs(str(said)))
    if out:
        _write(seen, out)
        click.echo(f"written to {out}; delete them after the review / 复核后请删除", err=True)


def _facts(seen: review.Exhibit) -> dict[str, object]:
    """Return the fields to show of an appeal."""
    row, case = seen.row, seen.case
    return {
        "appeal_id": row.id,
        "state": row.state,
        "lodged": row.created_at,
        "reason": row.reason,
        "institution": case.institution,
        "counter": row.counter,
        "cashier": row.cashier_id,
        "order_no": case.order_no,
        "opened": case.opened_at,
        "amount": f"{case.amount_fen / 100:.2f}",
        "cause": case.cause,
        "score": None if case.score is None else round(case.score, 4),
        "reviewer": row.reviewer,
        "statement": seen.statement,
    }


def _write(seen: review.Exhibit, out: Path) -> None:
    """Write the pictures to files that only the current user can read (mode 0600)."""
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, picture in seen.pictures.items():
        ending = "png" if picture.startswith(b"\x89PNG") else "jpg"
        file = out / f"{name}.{ending}"
        file.touch(mode=0o600)
        file.write_bytes(picture)


@appeals.command("renew")
@click.argument("appeal_id")
@click.argument("picture")
@shell.on_ports
@identity.needs(Right.JUDGE)
def _renew(ports: Ports, who: SignedIn, appeal_id: str, picture: str) -> None:
    """请本人换用本次拍摄的照片，须因照片太旧判成立 / offer a frame of an upheld appeal as the new reference.

    PICTURE 是 show 列出的本次拍摄，如 frame-0，两位复核员都要同意；与别人相像的不能用。本人同意才换用.

    A frame such as frame-0, by two reviewers; used only after the insured's yes on their phone.
    """
    verdict = renew.renew(ports, Reviewer(who.operator_id, who.id_index), appeal_id, picture)
    if verdict == renew.PROPOSED:
        click.echo("已提议；须另一位复核员以同一张确认 / proposed; another reviewer confirms the same frame")
        return
    what, then = import_words.SAY.get(verdict, (verdict, ""))
    click.echo("；".join(filter(None, (f"{what} ({verdict})", then))))
    sys.exit(0 if verdict in import_words.FINE else 1)


def _conclusion(word: str, verdict: Verdict, text: str) -> None:
    """Register a command that gives a verdict as the account whose token the shell holds."""

    @appeals.command(word, help=text)
    @click.argument("appeal_id")
    @click.option(
        "--ground",
        required=True,
        type=click.Choice([str(one) for one in GROUNDS[verdict]]),
        help="依据 / on what ground",
    )
    @click.option("--note", required=True, help="复核意见，存档 / why; for the record")
    @shell.on_ports
    @identity.needs(Right.JUDGE)
    def _conclude(ports: Ports, who: SignedIn, appeal_id: str, ground: str, note: str) -> None:
        reviewer = Reviewer(who.operator_id, who.id_index)
        judgement = Judgement(verdict, Ground(ground), noted(note))
        reviewing.claim(ports, reviewer, appeal_id)
        state = reviewing.judge(ports, reviewer, appeal_id, judgement)
        waits = "waits for another reviewer / 还需要另一位复核员独立判断"
        terminal.line(f"{appeal_id} {f'is now {state}' if state else waits}")


_conclusion("uphold", Verdict.UPHELD, "申诉成立；购药不受影响 / uphold it; the purchase is not changed")
_conclusion("reject", Verdict.REJECTED, "申诉不成立；购药不受影响 / reject it; the purchase is not changed")


def main(arguments: list[str] | None = None) -> None:
    """Run `yibao appeals`."""
    shell.run(appeals, arguments, "python -m scripts.appeals")
