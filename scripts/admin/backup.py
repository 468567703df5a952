"""`yibao backup` and `yibao restore`: make a verified backup, and restore an installation from one."""

import sys
from pathlib import Path

import click

from api.ports import Ports
from api.settings import SettingsMissing, check
from models.domain.named import named
from scripts.admin import setting, shell, terminal
from scripts.backup import copies
from scripts.backup.databases import POSTGRES, Failed

FOLDER = click.Path(path_type=Path)


@click.command("backup", cls=shell.Command)
@click.argument("folder", type=FOLDER)
@click.option("--scratch", metavar="URL", help="空的 PostgreSQL 库，供核对 / an empty database to verify in")
@shell.on_ports
def backup(ports: Ports, folder: Path, scratch: str | None) -> None:
    """备份到新目录，再恢复一遍核对 / back up to a new folder, then restore and audit that copy."""
    try:
        made = copies.save(ports, folder)
        terminal.line(f"{folder}: {sum(made.rows.values())} rows, {made.objects} objects, as of {made.at}")
        if POSTGRES in made.files and scratch is None:
            sys.exit("没有核对 / not verified: say --scratch, an empty database")
        wrong = copies.verify(ports, folder, scratch)
    except (Failed, FileExistsError) as error:
        sys.exit(str(error))
    if wrong:
        sys.exit("; ".join(wrong))
    terminal.line("恢复核对无误 / restored and audited: whole")


@click.command("restore", cls=shell.Command)
@click.argument("folder", type=FOLDER)
@click.option("--as", "who", required=True, metavar="NAME", help="谁恢复的 / who restores")
@shell.demo_option
@click.pass_context
def restore(context: click.Context, folder: Path, who: str) -> None:
    """恢复到空的库和存储，并记下缺口 / restore a backup into this installation's empty stores."""
    try:
        given = check(setting.settings(demo=shell.demo_is_meant(context)))
        wrong = copies.restore(given, folder, by=named(who)[:32])
    except (Failed, SettingsMissing, FileNotFoundError) as error:
        sys.exit(str(error))
    if wrong:
        sys.exit("; ".join(wrong))
    terminal.line("已恢复，核对无误，缺口已记入 / restored, audited, and the gap is on record")
