"""`yibao backup` and `yibao restore`: make a verified backup, and restore an installation from one."""

import sys
from pathlib import Path

import click

from api.console import accounts, sessions
from api.ports import Ports
from models.domain.console.operator import Right
from models.domain.errors import Refusal
from scripts.admin import identity, setting, shell, terminal
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
@click.option("--account", metavar="NAME", help="备份里的管理员账号 / an administrator's account in it")
@shell.demo_option
@click.pass_context
def restore(context: click.Context, folder: Path, account: str | None) -> None:
    """恢复到空的库和存储，并记下缺口 / restore a backup into this installation's empty stores.

    须备份里的管理员登录（备份里没有管理员时除外）/ an administrator of the backup signs in, if it has any.
    """
    try:
        given = setting.settings(demo=shell.demo_is_meant(context))
        wrong = copies.restore(given, folder, by=lambda ports: _administrator(ports, account))
    except Refusal as refusal:
        sys.exit(refusal.code)
    except (Failed, FileNotFoundError) as error:
        sys.exit(str(error))
    if wrong:
        sys.exit("; ".join(wrong))
    terminal.line("已恢复，核对无误，缺口已记入 / restored, audited, and the gap is on record")


def _administrator(ports: Ports, name: str | None) -> str:
    """Sign an administrator of the restored accounts in; return who restores."""
    with ports.database.reading() as db:
        if not accounts.administrators(db):
            return identity.COMMAND_LINE
    name = name or click.prompt("管理员账号 / administrator", err=True)
    password = click.prompt("密码 / password", hide_input=True, err=True)
    code = click.prompt("动态码或恢复码 / one-time or recovery code", hide_input=True, err=True)
    token = sessions.sign_in(ports, name, password, code)
    return identity.account(ports, token, Right.CHANGE_ACCOUNTS).operator_id
