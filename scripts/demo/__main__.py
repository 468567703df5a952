"""`python -m scripts.demo`: set up, play the scenarios, keep serving. `--serve-only`: only the servers."""

import argparse
import os
import signal
import sys
from typing import Any

from rich.console import Console

from scripts.demo import profile, vacancy
from scripts.demo.servers import Servers
from scripts.demo.stage import pad_note
from scripts.demo.story import play
from scripts.simulation.visits import DAYS

console = Console(highlight=False)
# With DEMO_ONCE only the last days are simulated.
ONCE = 4


def main(arguments: list[str] | None = None) -> None:
    """Run the demo."""
    parser = argparse.ArgumentParser(prog="python -m scripts.demo", description=__doc__)
    parser.add_argument("--serve-only", action="store_true", help="start the servers, play nothing")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    vacancy.refuse_if_taken([*profile.ports_of_call(), *profile.phone_port()])
    days = 0 if options.serve_only else ONCE if os.environ.get("DEMO_ONCE") else DAYS
    document = profile.prepare(fresh=not options.serve_only, days=days)
    with Servers(document["base_url"], document["simulator_url"]) as servers:
        held = True if options.serve_only else play(document, servers, console)
        if not options.serve_only and os.environ.get("DEMO_ONCE"):
            sys.exit(0 if held else 1)
        _stay(document, servers)


def _stay(document: dict[str, Any], servers: Servers) -> None:
    """Print the URLs and serve until interrupted."""
    console.print("\n[bold]正在运行 / running[/bold] （Ctrl-C 停止 / stops）")
    console.print(f"  接口文档 / API       {document['base_url']}/docs")
    console.print(f"  OpenAPI             {document['base_url']}/openapi.json")
    console.print(f"  微信模拟器 / WeChat  {document['simulator_url']}/")
    phone = os.environ.get("SIM_PHONE_URL")
    where = f"{phone}/ （也在微信模拟器的页面里）" if phone else "make phone → http://127.0.0.1:8002"
    console.print(f"  手机 / phone         {where}")
    console.print("  自己试一次 / try it  微信模拟器里的“开始一笔购药”，或者：")
    console.print(f"    {sys.executable} -m scripts.demo.buy", soft_wrap=True)
    console.print("  密钥与人员 / keys    var/demo.json      日志 / logs  var/logs/")
    console.print(f"  运营台 / console     {document['base_url']}/console")
    for one in document["console"]:
        console.print(f"    {one['role']:<14} {one['name']:<10} {one['password']}", markup=False)
    command = f"{sys.executable} -m scripts console code NAME --demo"
    console.print(f"    动态码 / code      {command}", soft_wrap=True)
    console.print(f"[yellow]  {pad_note()}[/yellow]")
    try:
        sys.exit(f"{servers.watch()} has stopped; see var/logs/")
    except KeyboardInterrupt:
        console.print("再见 / bye")


if __name__ == "__main__":
    main()
