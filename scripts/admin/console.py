"""`yibao console`: manage accounts of the operator's console."""

from typing import Any

import click

from api.console import accounts, sessions
from api.ports import Ports
from models import tables
from models.domain.console.operator import Right, Role
from models.domain.identity import idnumber
from models.domain.identity.idnumber import IdType
from scripts.admin import identity, shell, terminal

EMERGENCY = "没有管理员能登录时 / where no administrator can sign in"
emergency = click.option("--emergency", is_flag=True, help=EMERGENCY)


@click.group(cls=shell.Group)
def console() -> None:
    """运营台账号 / accounts of the operator's console."""


@console.command("add")
@click.argument("name")
@click.option(
    "--role", required=True, type=click.Choice([str(one) for one in Role]), help="角色 / what they may do"
)
@click.option(
    "--id-number",
    prompt="本人身份证号 / their ID number",
    hide_input=True,
    help="只存摘要，一人一号；不写则提示输入 / kept as a digest; asked for where it is not given",
)
@emergency
@identity.token
@shell.as_json
@shell.on_ports
def _add(ports: Ports, name: str, as_json: bool, **given: Any) -> None:
    """邀请一个人；打印 15 分钟内有效、只能用一次的链接 / invite a person; print a single-use link.

    有了管理员以后，须以其账号邀请 / once there is an administrator, only their account may invite.
    """
    document = idnumber.parse(IdType.RESIDENT, given["id_number"], ports.today())
    invited = accounts.invite(ports, _actor(ports, given), name, Role(given["role"]), document)
    link = f"{ports.settings.base_url}/console/join/{invited.token}"
    if as_json:
        terminal.document({"operator_id": invited.operator_id, "link": link})
        return
    click.echo(link)
    click.echo("交给本人，15 分钟内有效，用一次即失效 / for its owner; valid once, for 15 minutes", err=True)


@console.command("join")
@click.argument("link")
@shell.on_ports
def _join(ports: Ports, link: str) -> None:
    """在命令行启用自己的账号（服务尚未启动时） / set up one's own account while no service runs yet."""
    invitation = link.rpartition("/")[2]
    with ports.database.reading() as db:
        row = accounts.invited(ports, db, invitation)
        codes = accounts.secret_of(ports, row)
    click.echo(f"动态码密钥，输入验证器 / secret for the authenticator: {codes.secret}", err=True)
    password = click.prompt("密码 / password", hide_input=True, confirmation_prompt=True, err=True)
    code = click.prompt("动态码 / one-time code", err=True)
    click.echo("恢复码，各用一次 / recovery codes, each valid once:", err=True)
    click.echo("\n".join(accounts.join(ports, invitation, password, code)))


@console.command("list")
@shell.as_json
@shell.on_ports
def _list(ports: Ports, as_json: bool) -> None:
    """列出账号 / list the accounts."""
    with ports.database.reading() as db:
        found = [
            {"operator_id": row.id, "name": row.name, "role": row.role, "state": _state(row)}
            for row in accounts.everybody(db)
        ]
    if as_json:
        terminal.document(found)
    else:
        terminal.table(found, "还没有账号 / No accounts yet: yibao console add")


@console.command("remove")
@click.argument("operator_id")
@emergency
@identity.token
@shell.on_ports
def _remove(ports: Ports, operator_id: str, **given: Any) -> None:
    """停用账号，打开的页面立即失效 / remove an account and end its sessions at once."""
    accounts.remove(ports, _actor(ports, given), operator_id)
    terminal.line(f"{operator_id} is closed")


@console.command("token")
@click.argument("name")
@click.option("--password", prompt="密码 / password", hide_input=True)
@click.option("--code", prompt="动态码 / one-time code", hide_input=True)
@shell.on_ports
def _token(ports: Ports, name: str, password: str, code: str) -> None:
    """登录，打印命令行用的令牌 / sign in; print a token for commands.

    闲置 15 分钟或满 8 小时失效 / over after 15 idle minutes, or 8 hours; keep it in YIBAO_OPERATOR_TOKEN.
    """
    click.echo(sessions.sign_in(ports, name, password, code))


@console.command("code")
@click.argument("name")
@shell.on_ports
def _code(ports: Ports, name: str) -> None:
    """演示账号的动态码，仅限演示 / print the one-time code of an account of the demo."""
    with ports.database.reading() as db:
        found = [row.id for row in accounts.everybody(db) if row.name == name]
    click.echo(accounts.next_code(ports, found[0] if found else ""))


def _actor(ports: Ports, given: dict[str, Any]) -> str:
    """Return who manages accounts: an administrator, or the command line while nobody else can."""
    with ports.database.reading() as db:
        alone = given["emergency"] or not accounts.administrators(db)
    if alone and not given["token"]:
        return identity.COMMAND_LINE
    return identity.account(ports, given["token"], Right.CHANGE_ACCOUNTS).operator_id


def _state(row: tables.Operator) -> str:
    """Return the account's state."""
    if row.removed_at:
        return "已停用"
    return "有效" if row.password_hash else "待启用"
