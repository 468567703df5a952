"""`yibao enrol`: import persons and photos, and decide on held photos."""

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from api.admin import import_reviews, import_words, review_page, sheets
from api.admin.import_reviews import Decided
from api.admin.importing import Import
from api.admin.lines import Verdict
from api.admin.photo_folder import PhotoFolder
from api.console.looks import HELD, SHEET
from api.directory import batches, held
from api.directory.held import Ruling
from api.ports import Ports
from models.domain.console.operator import Right
from models.domain.identity.held import HeldReason, HeldState
from scripts.admin import identity, shell, terminal

PEOPLE = ("name", "id_type", "id_number", "sex", "birth", "photo", "openid")
LINKS = ("id_number", "id_type", "relative_id_number", "relative_id_type", "network", "relation")
REVIEW_PAGE = Path("待审核照片.html")


def _file(text: str) -> Any:
    return {"type": click.Path(path_type=Path), "help": text}


@click.command(cls=shell.Command)
@click.option("--people", **_file(f"CSV / .xlsx: {','.join(PEOPLE)}"))
@click.option("--links", **_file(f"CSV / .xlsx: {','.join(LINKS)}"))
@click.option("--photos", **_file("照片所在文件夹 / folder the photo column refers to"))
@click.option("--check", is_flag=True, help="只检查，不写入 / say what would happen and write nothing")
@click.option("--report", **_file("每行结论另存为 CSV / write a verdict for every row to this CSV"))
@click.option(
    "--review",
    is_flag=False,
    flag_value=REVIEW_PAGE,
    **_file("列出待审核照片并写成网页 / list held photos and write them to a page"),
)
@click.option(
    "--accept", metavar="ID", help="待审核照片是本人的；批次号 / a held photo, or a whole import, is right"
)
@click.option(
    "--refuse", metavar="ID", help="待审核照片不是本人的；批次号 / a held photo, or a whole import, is not"
)
@click.option("--twins", is_flag=True, help="两人确实长得像 / both are right: they look alike")
@click.option("--why", default="", help="为什么看、为什么这样定 / why you look, or decide so")
@identity.token
@shell.as_json
@shell.on_ports
def enrol(ports: Ports, **given: Any) -> None:
    """导入人员、照片和家庭关系；有未导入或待审核的行时退出码为 1 / import persons, photos and families.

    可重复导入 / The import may be repeated. Exits 1 when a row was refused or its photo is held.
    """
    if given["review"] is not None:
        _review(ports, given)
    elif given["accept"] or given["refuse"]:
        _decide(ports, given)
    elif given["people"] is None or given["photos"] is None:
        raise click.UsageError("请给出 --people 和 --photos，或 --review、--accept、--refuse")
    else:
        verdicts = imported(ports, given)
        _tell(verdicts, given["as_json"])
        if given["report"] is not None:
            _write(given["report"], verdicts)
        sys.exit(any(one.code not in import_words.FINE for one in verdicts))


def imported(ports: Ports, given: dict[str, Any]) -> list[Verdict]:
    """Import the files and return one verdict per row."""
    people = sheets.read(given["people"], PEOPLE)
    links = sheets.read(given["links"], LINKS) if given["links"] else None
    if not given["check"]:
        actor = identity.known(ports, given["token"])
        files = {name: given[name].read_bytes() for name in ("people", "links") if given[name]}
        import_reviews.imported(ports, actor, files)
    run = Import(ports, PhotoFolder(given["photos"]), given["check"], _shown)
    verdicts = run.people(people)
    return verdicts + (list(run.links(links)) if links else [])


def _shown(rows: Sequence[Any], what: str) -> Iterable[Any]:
    """Yield the rows and show a progress bar on standard error."""
    return track(rows, what, console=Console(stderr=True))


def _review(ports: Ports, given: dict[str, Any]) -> None:
    """Print the held photos and write the review page with their pictures, as an act of an account."""
    page, who = given["review"], identity.account(ports, given["token"], Right.SEE_PHOTOS)
    sheets_waiting, photos_waiting = batches.waiting(ports), held.waiting(ports)
    shown = [(one.import_id, SHEET) for one in sheets_waiting] + [
        (one.held_id, HELD) for one in photos_waiting
    ]
    import_reviews.looked(ports, who.operator_id, shown, given["why"])
    waiting = [
        {
            "编号": one.import_id,
            "批次": one.import_id,
            "姓名": f"{one.count} 张",
            "原因": import_words.conclusion(HeldReason.UNVOUCHED),
            "与谁相像": [],
        }
        for one in sheets_waiting
    ] + [
        {
            "编号": one.held_id,
            "批次": one.import_id,
            "姓名": one.name,
            "原因": import_words.conclusion(one.reason or "held"),
            "与谁相像": list(one.others),
        }
        for one in photos_waiting
    ]
    if given["as_json"]:
        terminal.document(waiting)
    else:
        terminal.table(waiting, "没有待审核的照片")
    if count := review_page.write(ports, page):
        click.echo(f"{count} 张照片见 {page}，看完请删除", err=True)


def _decide(ports: Ports, given: dict[str, Any]) -> None:
    """Record an account's decision on a held photo or a whole import."""
    meant, who = given["accept"] or given["refuse"], identity.account(ports, given["token"], Right.JUDGE)
    ruling = Ruling(bool(given["accept"]), who.name, given["why"], given["twins"])
    decided = Decided(who.operator_id, ruling)
    if meant.startswith("imp"):
        count = import_reviews.decide_all(ports, meant, decided, _shown)
        click.echo(f"{meant} {count} {HeldState.ACCEPTED if ruling.accept else HeldState.REFUSED}")
    else:
        click.echo(f"{meant} {import_reviews.decide(ports, meant, decided)}")


def _tell(verdicts: list[Verdict], as_json: bool) -> None:
    """Print the number of rows by verdict, then each row that needs attention."""
    told = [import_words.told(one) for one in verdicts]
    if as_json:
        terminal.document([row | {"verdict": str(one.code)} for row, one in zip(told, verdicts, strict=True)])
        return
    counts = Counter(import_words.conclusion(one.code) for one in verdicts)
    summary = "，".join(f"{words} {count}" for words, count in counts.most_common())
    _line(f"共 {len(verdicts)} 行：{summary or '没有内容'}")
    if counts[import_words.conclusion(HeldReason.UNVOUCHED)]:
        _line("、".join(import_words.SAY[HeldReason.UNVOUCHED]))
    for row, one in zip(told, verdicts, strict=True):
        if one.note or one.code not in (*import_words.FINE, HeldReason.UNVOUCHED):
            column = f"“{row['列']}”列" if row["列"] else ""
            _line(
                f"{row['文件']} 第 {row['行']} 行{column} {row['姓名或关系']}：{row['结论']}。{row['怎么办']}"
            )


def _line(text: str) -> None:
    """Print a line; characters that the console's encoding lacks become question marks."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    terminal.line(text.encode(encoding, "replace").decode(encoding, "replace"))


def _write(file: Path, verdicts: list[Verdict]) -> None:
    """Write the report as CSV, with cells escaped against formula injection."""
    told = [import_words.told(one) for one in verdicts]
    with file.open("w", encoding="utf-8-sig", newline="") as lines:
        rows = csv.writer(lines)
        rows.writerow(told[0] if told else [])
        rows.writerows([f"'{one}" if str(one)[:1] in "=+-@" else one for one in row.values()] for row in told)


def main(arguments: list[str] | None = None) -> None:
    """Run `yibao enrol`; exit with 1 where any row was refused or is held."""
    shell.run(enrol, arguments, "python -m scripts.enrol")
    sys.exit(0)


if __name__ == "__main__":
    main()
