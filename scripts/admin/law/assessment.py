"""`yibao assessment`: record the impact assessment, without which production does not start."""

import hashlib
from pathlib import Path

import click

from api.admin import assessing
from api.console.sessions import SignedIn
from api.ports import Ports
from models import tables
from models.domain.console.operator import Right
from models.domain.law.assessment import ALWAYS, HOLDS, Purpose
from scripts.admin import identity, shell, terminal

ALSO = sorted(set(Purpose) - ALWAYS)


@click.group(cls=shell.Group)
def assessment() -> None:
    """个人信息保护影响评估 / impact assessments."""


@assessment.command("record")
@click.argument("document", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--also", multiple=True, type=click.Choice([str(one) for one in ALSO]),
    help="文件还评估了哪些用途 / what else it assesses, beyond "
    + ", ".join(str(one) for one in Purpose if one in ALWAYS),
)  # fmt: skip
@shell.on_ports
@identity.needs(Right.ASSESS)
def _record(ports: Ports, who: SignedIn, document: Path, also: tuple[str, ...]) -> None:
    """登记评估报告，只存摘要，一年有效 / record the report by its SHA-256, in force for a year."""
    found = hashlib.sha256(document.read_bytes()).hexdigest()
    row = assessing.write_down(ports, who.operator_id, found, {*map(str, ALWAYS), *also})
    terminal.facts(_told(row))


@assessment.command("list")
@shell.as_json
@shell.on_ports
def _list(ports: Ports, as_json: bool) -> None:
    """列出登记过的评估，最新的在前 / list what was recorded, newest first."""
    found = [_told(row) for row in assessing.history(ports)]
    if as_json:
        terminal.document(found)
    else:
        terminal.table(found, "还没有 / None yet: yibao assessment record DOCUMENT")


def _told(row: tables.Assessment) -> dict[str, object]:
    """Return an assessment's fields to show."""
    return {
        "assessment_id": row.id,
        "author": row.author,
        "recorded": row.at,
        "until": row.at + HOLDS,
        "purposes": row.purposes,
        "document_sha256": row.document_sha256,
    }
