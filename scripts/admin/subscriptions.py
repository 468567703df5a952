"""`yibao subscriptions`: count the insured who can receive pushes."""

from dataclasses import asdict

import click

from api.admin import funnel
from api.ports import Ports
from scripts.admin import shell, terminal

MEANING = {
    "persons": "参保人 / persons on record",
    "bound": "已绑定微信 / with a WeChat bound",
    "vouched": "其中经柜台、人脸或导入确认 / vouched for by a counter, a face or the import",
    "said_yes": "手机自报已允许 / WeChats whose phone said yes",
    "allowed": "微信确认曾允许 / WeChats that allowed a message, as WeChat tells",
    "with_credit": "现可推送 / WeChats a message can reach now",
    "declined": "最近一次拒绝或关闭 / WeChats that last said no",
    "taken": "微信已受理的消息 / messages WeChat took",
    "delivered": "已送达 / delivered",
    "failed": "未送达 / not delivered",
    "refused": "因无额度被拒 / refused for want of credit",
}


@click.group(cls=shell.Group)
def subscriptions() -> None:
    """消息订阅 / the opt-in to messages."""


@subscriptions.command("funnel")
@shell.as_json
@shell.on_ports
def _funnel(ports: Ports, as_json: bool) -> None:
    """各步人数，不含姓名和 openid / print the figures; no names, no openids."""
    counts = asdict(funnel.funnel(ports))
    if as_json:
        terminal.document(counts)
        return
    rows = [{"figure": name, "n": count, "meaning": MEANING[name]} for name, count in counts.items()]
    terminal.table(rows, "")


def main(arguments: list[str] | None = None) -> None:
    """Run `yibao subscriptions`."""
    shell.run(subscriptions, arguments, "python -m scripts.subscriptions")
