"""`yibao models`: move all references to another model set, and see how far it is."""

import click

from api.console.sessions import SignedIn
from api.policies import versions
from api.ports import Ports
from api.releases import migrating
from models import tables
from models.domain.console.operator import Right
from models.domain.release.migration import OPEN, PER_MINUTE
from scripts.admin import identity, shell, terminal

PACE = "每分钟至多几张照片 / photos a minute at most"


@click.group(cls=shell.Group)
def models() -> None:
    """模型迁移 / move to another face model set."""


@models.command("show")
@shell.as_json
@shell.on_ports
def _show(ports: Ports, as_json: bool) -> None:
    """显示现行模型和迁移进度 / show the model set in force and the progress of a move."""
    with ports.database.reading() as db:
        now = versions.active(db).model_set
    told = [_told(ports, row) for row in migrating.history(ports)]
    if as_json:
        terminal.document({"model_set": now, "moves": told})
        return
    click.echo(f"现行模型 / model set in force: {now}")
    for one in told:
        terminal.facts(one)


@models.command("begin")
@click.argument("model_set")
@click.option("--per-minute", type=int, default=PER_MINUTE, show_default=True, help=PACE)
@shell.on_ports
@identity.needs(Right.PROPOSE)
def _begin(ports: Ports, who: SignedIn, model_set: str, per_minute: int) -> None:
    """开始：两套模板并存，后台重算 / keep both sets' templates; the worker embeds the stored photos."""
    terminal.facts(_told(ports, migrating.begin(ports, who.operator_id, model_set, per_minute)))


@models.command("pace")
@click.argument("migration_id")
@click.argument("per_minute", type=int)
@shell.on_ports
@identity.needs(Right.PROPOSE)
def _pace(ports: Ports, who: SignedIn, migration_id: str, per_minute: int) -> None:
    """改变速度 / change how many photos a minute are embedded."""
    migrating.pace(ports, who.operator_id, migration_id, per_minute)


@models.command("abandon")
@click.argument("migration_id")
@shell.on_ports
@identity.needs(Right.PROPOSE)
def _abandon(ports: Ports, who: SignedIn, migration_id: str) -> None:
    """放弃，销毁新模板 / give it up: the new set's templates are destroyed."""
    migrating.abandon(ports, who.operator_id, migration_id)


@models.command("destroy")
@click.argument("migration_id")
@shell.on_ports
@identity.needs(Right.PROPOSE)
def _destroy(ports: Ports, who: SignedIn, migration_id: str) -> None:
    """申请销毁旧模板 / ask for the destruction of the old set's templates."""
    migrating.ask_destruction(ports, who.operator_id, migration_id)
    click.echo("等第二位运营员 / another operator confirms it: yibao models confirm " + migration_id)


@models.command("confirm")
@click.argument("migration_id")
@shell.on_ports
@identity.needs(Right.APPROVE)
def _confirm(ports: Ports, who: SignedIn, migration_id: str) -> None:
    """批准销毁，此后不能退回 / confirm the destruction; no rollback is possible after it."""
    migrating.confirm_destruction(ports, who.operator_id, migration_id)


def _told(ports: Ports, row: tables.ModelMigration) -> dict[str, object]:
    """Return a move's fields to show; its counts while it is open, its proof afterwards."""
    told: dict[str, object] = {
        "migration_id": row.id,
        "move": f"{row.old_set} → {row.new_set}",
        "state": str(row.state),
        "begun_at": row.begun_at,
    }
    if row.state not in OPEN:
        return told | {"ended_at": row.ended_at, "proof": row.proof}
    seen = migrating.progress(ports, row)
    return told | {
        "per_minute": row.per_minute,
        "photos": seen.photos,
        "tried": seen.done,
        "embedded": seen.embedded,
        "impossible": seen.impossible,
        "persons_left": seen.persons_left,
        "old_templates": seen.old,
        "destroyed": row.destroyed,
    }
