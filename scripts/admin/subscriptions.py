"""How many of the insured can be pushed to: `python -m scripts.subscriptions funnel`."""

import argparse
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from api.admin import funnel
from api.ports import Ports
from scripts.admin import setting

console = Console()
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


def main(arguments: list[str] | None = None) -> None:
    """Run one command."""
    setting.run(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.subscriptions", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="funnel")
    command = commands.add_parser("funnel", help="print the figures; no names, no openids")
    command.set_defaults(run=_funnel)
    return parser


def _funnel(ports: Ports, _: argparse.Namespace) -> None:
    table = Table("figure", "meaning", "n", title="opt-in funnel")
    for name, count in asdict(funnel.funnel(ports)).items():
        table.add_row(name, MEANING[name], str(count))
    console.print(table)


if __name__ == "__main__":
    main()
