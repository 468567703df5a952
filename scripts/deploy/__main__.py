"""`python -m scripts.deploy`: start the stack on this machine, or check a real installation."""

import signal
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

import click
import structlog

from scripts.admin import setting as installation
from scripts.admin import shell, terminal
from scripts.deploy import acceptance, checks


@click.group(cls=shell.Group)
def deploy() -> None:
    """安装与上线 / deploy an installation."""


deploy.add_command(acceptance.actors)
deploy.add_command(acceptance.play)


def _size(_context: click.Context, _parameter: click.Parameter, given: str) -> tuple[int, int, int]:
    """Return the numbers of api, worker and matcher processes, 1 to 9 each."""
    parts = given.split(",")
    if len(parts) != 3 or not all(part.isdecimal() and 1 <= int(part) <= 9 for part in parts):
        raise click.BadParameter("三个 1–9 的数，如 3,2,2 / three numbers from 1 to 9, such as 3,2,2")
    apis, workers, matchers = map(int, parts)
    return apis, workers, matchers


@deploy.command("up")
@click.option(
    "--processes", default="2,2,2", show_default=True, callback=_size,
    help="api、worker、matcher 进程数 / processes of each",
)  # fmt: skip
@click.option("--port", default=0, help="nginx 的端口 / nginx' port (0: a free one)")
@click.option(
    "--folder", type=click.Path(path_type=Path), help="数据目录，须为空 / an empty folder to keep it in"
)
def _up(processes: tuple[int, int, int], port: int, folder: Path | None) -> None:
    """在本机启动整套服务 / start the whole stack on loopback, with invented persons, until Ctrl-C."""
    # Imported here, because the stack's services are development dependencies.
    from scripts.stack.places import Size  # noqa: PLC0415
    from scripts.stack.proxy import Missing  # noqa: PLC0415
    from scripts.stack.stack import Stack  # noqa: PLC0415

    stopped = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stopped.set())
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    try:
        with Stack(folder, Size(*processes), port=port) as stack:
            click.echo(f"{stack.base_url}  (WeChat: {stack.simulator_url}, {stack.folder}/var/demo.json)")
            stopped.wait()
    except (Missing, TimeoutError) as error:
        raise click.ClickException(str(error)) from None


@deploy.command("journeys")
@click.option(
    "--processes", default="3,2,2", show_default=True, callback=_size,
    help="api、worker、matcher 进程数 / processes of each",
)  # fmt: skip
@click.option("--of-each", default=5, show_default=True, help="每阶段每种流程至少几次 / of each, at least")
@click.option("--clients", default=4, show_default=True, help="同时几个收银台 / concurrent tills")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True)
def _journeys(processes: tuple[int, int, int], of_each: int, clients: int, out: Path) -> None:
    """在整套服务上走完各流程，其间终止、重启、升级 / play the journeys through kills and an upgrade."""
    # Imported here, because the stack's services are development dependencies.
    from scripts.lab.journeys import run  # noqa: PLC0415
    from scripts.stack.places import Size  # noqa: PLC0415
    from scripts.stack.proxy import Missing  # noqa: PLC0415
    from scripts.stack.stack import Stack  # noqa: PLC0415

    # So that no process is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    began = time.monotonic()
    try:
        with Stack(size=Size(*processes)) as stack:
            click.echo(f"started after {time.monotonic() - began:.0f} s", err=True)
            report = run.run(stack, run.Wanted(of_each=of_each, clients=clients))
    except (Missing, TimeoutError) as error:
        raise click.ClickException(str(error)) from None
    acceptance.told(report, out)


@deploy.command("check")
@shell.demo_option
@shell.as_json
@click.pass_context
def _check(context: click.Context, as_json: bool) -> None:
    """逐项试一遍，一次列出缺少的全部；不齐时退出码为 1 / check everything and list all problems."""
    given = installation.reading(demo=shell.demo_is_meant(context))
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    found = checks.findings(given)
    if as_json:
        terminal.document([asdict(one) for one in found])
    for one in [] if as_json else found:
        mark = "✗" if one.wrong else "–" if one.untried else "✓"
        terminal.line(f"{mark} {one.name}  {one.wrong or one.untried}".rstrip())
    told = checks.sentence(found)
    if told:
        sys.exit(terminal.visible(told))


def main(arguments: list[str] | None = None) -> None:
    """Run one command."""
    shell.run(deploy, arguments, "python -m scripts.deploy")


if __name__ == "__main__":
    main()
