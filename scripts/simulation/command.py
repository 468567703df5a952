"""`yibao simulate`: fill an empty demo with invented history, including known frauds."""

from pathlib import Path
from typing import Any

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
@click.option("--score", is_flag=True, help="给异常提示打分：抽查 2% / score the alerts at 2 % reviewed")
@click.option("--seeds", metavar="A-B", help="与 --score 合用，在内存里试多个种子 / with --score: in memory")
@click.pass_context
def simulate(context: click.Context, /, score: bool, seeds: str | None, **wanted: Any) -> None:
    """在空的演示库里造八周历史 / fill an empty demo with eight weeks of history.

    只用于演示：已有核验的库、非演示的库一律拒绝 / refused by any database that is not an empty demo's.
    """
    if score and seeds:
        _try(seeds)
    else:
        context.invoke(_score if score else _make, **wanted)


def _try(seeds: str) -> None:
    """Print the scores of several seeds, made in memory."""
    from scripts.simulation import scoring  # noqa: PLC0415

    first, _, last = seeds.partition("-")
    try:
        numbers = range(int(first), int(last or first) + 1)
    except ValueError:
        raise click.BadParameter("A-B", param_hint="--seeds") from None
    found = []
    for seed in numbers:
        found.append(scoring.tried(seed))
        click.echo(f"{seed}  {found[-1].said()}")
    terminal.line(scoring.summed(found))


@shell.on_ports
def _score(ports: Ports, truth: Path, **_: Any) -> None:
    """Print the score of this installation's own alerts against the truth beside it."""
    from scripts.simulation import scoring  # noqa: PLC0415
    from scripts.simulation import truth as truths  # noqa: PLC0415

    if not truth.is_file():
        raise click.BadParameter(f"{truth}?", param_hint="--truth")
    terminal.line(scoring.score(scoring.raised(ports), truths.read(truth)).said())


@shell.on_ports
def _make(ports: Ports, seed: int, honest: bool, days: int, truth: Path) -> None:
    """Fill an empty demo."""
    # OpenCV and the samples are loaded by who simulates alone.
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
