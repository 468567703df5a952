"""`yibao simulate`: fill an empty demo with invented history, including known frauds."""

from pathlib import Path

import click

from api.ports import Ports
from scripts.admin import shell, terminal

TRUTH = Path("var/truth.json")


@click.command(cls=shell.Command)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="随机种子 / the seed")
@click.option("--honest", is_flag=True, help="不埋欺诈 / plant no fraud")
@click.option(
    "--days", type=click.IntRange(1, 56), default=56, show_default=True, help="只要最后几天 / last days only"
)
@click.option(
    "--truth", type=click.Path(dir_okay=False, path_type=Path), default=TRUTH, show_default=True,
    help="真相写到哪里（不入库） / where the truth goes, which no database holds",
)  # fmt: skip
@shell.on_ports
def simulate(ports: Ports, seed: int, honest: bool, days: int, truth: Path) -> None:
    """在空的演示库里造八周历史 / fill an empty demo with eight weeks of history.

    只用于演示：已有核验的库、非演示的库一律拒绝 / refused by any database that is not an empty demo's.
    """
    # Imported here, so that only this command loads OpenCV and the samples.
    from scripts.demo import colleagues, past  # noqa: PLC0415
    from scripts.simulation import history, portraits  # noqa: PLC0415

    history.check(ports)
    if not history.reviewers(ports):
        terminal.table(colleagues.employ(past.begun(ports)), "")
    with past.told() as told:
        wanted = history.Wanted(seed, planted=not honest, days=days)
        found = history.make(ports, portraits.load(ports.matcher), wanted, told)
    truth.parent.mkdir(parents=True, exist_ok=True)
    found.write(truth)
    terminal.line(f"{found.verifications} 笔 / verifications；真相 / truth: {truth}")
