"""`yibao-deploy actors` and `python -m scripts.deploy play`: the journeys on an installed machine."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from api.console.sessions import SignedIn
from api.ports import Ports
from models.domain.console.operator import Right
from scripts.admin import identity, shell, terminal
from scripts.lab.journeys import actors as invented

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command(cls=shell.Command)
@click.option("--persons", default=80, show_default=True, help="几个虚构的人 / invented persons")
@click.option(
    "--network", "networks", multiple=True, metavar="CIDR", help="回调可发往此网段 / where play listens"
)
@shell.on_ports
@identity.needs(Right.CHANGE_INSTITUTIONS)
def actors(ports: Ports, who: SignedIn, persons: int, networks: tuple[str, ...]) -> None:
    """登记验收用的虚构人员和药房，打印给 play；微信须是模拟器 / register invented persons for `play`.

    每次 play 之前登记一批：申诉会一直开着 / once before each run of `play`, because appeals stay open."""
    try:
        found = invented.register(ports, who.operator_id, persons, networks)
    except invented.RealWeChat:
        sys.exit(
            "微信不是模拟器 / YIBAO_WECHAT_BASE_URL is the real WeChat: invented persons have no place here"
        )
    terminal.document(found)


@click.command(cls=shell.Command)
@click.argument("file", type=FILE)
@click.option(
    "--during", "commands", multiple=True, metavar="COMMAND",
    help="其间运行，可重复 / run this meanwhile; may be repeated",
)  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True, help="在此接收回调 / receive webhooks here")
@click.option("--certificate", type=FILE, help="接收回调的证书和私钥 / PEM with key, of --host")
@click.option(
    "--logs", type=FOLDER, help="检查其中的 *.log / search its *.log, such as a command copied there"
)
@click.option("--of-each", default=5, show_default=True, help="每阶段每种流程至少几次 / of each, at least")
@click.option("--clients", default=4, show_default=True, help="同时几个收银台 / concurrent tills")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True)
def play(file: Path, host: str, certificate: Path | None, out: Path, **extent: Any) -> None:
    """在已安装的系统上走完各流程，FILE 由 actors 打印 / play the journeys on an installed machine."""
    # Imported here: the clients' packages are development dependencies.
    from scripts.lab.faults.receiver import Receiver  # noqa: PLC0415
    from scripts.lab.journeys import installed  # noqa: PLC0415

    machine = installed.Installed(json.loads(file.read_text(encoding="utf-8")))
    receiver = Receiver(machine.cast().webhook_secrets(), host, certificate)
    report = installed.play(machine, receiver, installed.Wanted(**extent))
    receiver.close()
    told(report, out)


def told(report: dict[str, Any], out: Path) -> None:
    """Write and print a report of journeys; exit with 1 where anything is wrong."""
    from scripts.lab.journeys import run  # noqa: PLC0415

    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, indent=2, ensure_ascii=False)
    (out / "journeys.json").write_text(text + "\n", encoding="utf-8")
    terminal.table(run.rows(report), "")
    wrong = run.wrong(report)
    if wrong:
        sys.exit(terminal.visible(wrong))
