"""`yibao enrol`: import persons and photos."""

import csv
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from api.admin import enrolment
from api.admin.enrolment import Entry
from api.ports import Ports
from models.domain.errors import Refusal
from models.domain.identity.idnumber import IdType
from models.domain.person import Network, mask
from scripts.admin import shell, terminal

PEOPLE = ("name", "id_type", "id_number", "sex", "birth", "photo", "openid")
LINKS = ("id_number", "relative_id_number", "network", "relation")
Line = tuple[str, int, dict[str, str]]
FINE = ("ok", "unchanged", "none", "linked")
SAY = {
    "ok": "照片可用",
    "unchanged": "照片未变",
    "none": "没有照片",
    "linked": "关系已记录",
    "withdrawn": "本人已撤回，不再导入照片",
    "photo_missing": "找不到照片文件",
    "no_face": "照片中没有人脸",
    "two_faces": "照片中不止一张人脸",
    "too_dark": "照片太暗",
    "too_bright": "照片太亮",
    "too_far": "人脸太小",
    "too_close": "人脸太大",
    "blurred": "照片模糊",
    "covered": "人脸被遮挡",
    "turned": "不是正面",
    "truncated": "照片文件不完整",
    "not_an_image": "不是 JPEG 或 PNG 照片",
    "too_many_bytes": "照片文件太大",
    "too_many_pixels": "照片尺寸太大",
    "id_number_invalid": "证件号有误",
    "birth_mismatch": "出生日期与证件号不符",
    "person_not_found": "名单中没有此人",
    "row_unreadable": "这一行缺列或有误",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one line."""

    file: str
    line: int
    who: str
    verdict: str


def _file(text: str, *, required: bool = False) -> Any:
    return {"type": click.Path(path_type=Path), "required": required, "help": text}


@click.command(cls=shell.Command)
@click.option("--people", **_file(f"CSV: {','.join(PEOPLE)}", required=True))
@click.option("--links", **_file(f"CSV: {','.join(LINKS)}"))
@click.option("--photos", **_file("照片所在文件夹 / folder the photo column refers to", required=True))
@shell.as_json
@shell.on_ports
def enrol(ports: Ports, people: Path, links: Path | None, photos: Path, as_json: bool) -> None:
    """导入人员、照片和家庭关系；有未导入的行时退出码为 1 / import persons, photos and families.

    可重复导入 / The import may be repeated. Exits 1 when a line was refused.
    """
    persons = _rows(people, PEOPLE)
    families = _rows(links, LINKS) if links else []
    verdicts = [_person(ports, row, photos) for row in _shown(persons, "导入人员与照片")]
    verdicts += [_link(ports, row) for row in _shown(families, "导入家庭关系")]
    if as_json:
        terminal.document([asdict(one) for one in verdicts])
    else:
        report(verdicts)
    sys.exit(any(one.verdict not in FINE for one in verdicts))


def _shown(lines: list[Line], what: str) -> Iterable[Line]:
    """Yield the lines while a bar on the terminal tells how far they are."""
    return track(lines, what, console=Console(stderr=True))


def _rows(file: Path, columns: tuple[str, ...]) -> list[Line]:
    """Return (file, line, row) for each line of a CSV in UTF-8; end the command if it is not one."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            missing = [name for name in columns if name not in (reader.fieldnames or [])]
            if missing:
                sys.exit(f"{file}: the first line must name the columns {','.join(columns)}")
            return [(file.name, reader.line_num, _trimmed(row)) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        sys.exit(f"{file} cannot be read as CSV in UTF-8: {error}")


def _trimmed(row: dict[str, str]) -> dict[str, str]:
    return {name: (value or "").strip() for name, value in row.items() if isinstance(name, str)}


def _person(ports: Ports, line: Line, photos: Path) -> Verdict:
    """Enrol one line."""
    file, number, row = line
    try:
        entry = Entry(
            name=row["name"],
            id_type=IdType(row["id_type"] or "resident"),
            id_number=row["id_number"],
            sex=row["sex"] or None,
            birth=date.fromisoformat(row["birth"]) if row["birth"] else None,
            openid=row["openid"] or None,
        )
        if not entry.name:
            raise ValueError
    except ValueError:
        return Verdict(file, number, mask(row["name"]), "row_unreadable")
    try:
        photo, missing = _photo(photos, row["photo"])
        done = enrolment.enrol(ports, entry, photo)
    except Refusal as refusal:
        return Verdict(file, number, mask(row["name"]), refusal.code)
    return Verdict(file, number, mask(entry.name), "photo_missing" if missing else done.photo)


def _photo(folder: Path, name: str) -> tuple[bytes | None, bool]:
    """Return a photo of the folder, and whether one was named that is not there."""
    if not name:
        return None, False
    file = (folder / name).resolve()
    if not file.is_relative_to(folder.resolve()) or not file.is_file():
        return None, True
    return file.read_bytes(), False


def _link(ports: Ports, line: Line) -> Verdict:
    """Record one family link."""
    file, number, row = line
    try:
        network = Network(row["network"])
        if network is Network.SELF or not 1 <= len(row["relation"]) <= 16:
            raise ValueError
    except ValueError:
        return Verdict(file, number, row["relation"], "row_unreadable")
    try:
        enrolment.link(ports, (row["id_number"], row["relative_id_number"]), network, row["relation"])
    except Refusal as refusal:
        return Verdict(file, number, row["relation"], refusal.code)
    return Verdict(file, number, row["relation"], "linked")


def report(verdicts: list[Verdict]) -> None:
    """Print how many lines came to what, then each refused line."""
    counts = Counter(one.verdict for one in verdicts)
    summary = "，".join(f"{SAY.get(verdict, verdict)} {count}" for verdict, count in counts.most_common())
    click.echo(f"共 {len(verdicts)} 行：{summary or '没有内容'}")
    refused = [one for one in verdicts if one.verdict not in FINE]
    if refused:
        click.echo("没有导入或没有照片的行：")
        terminal.table([_told(one) for one in refused], "")


def _told(one: Verdict) -> dict[str, object]:
    """Return a refused line as the table shows it."""
    verdict = f"{SAY.get(one.verdict, one.verdict)} ({one.verdict})"
    return {"文件": one.file, "行": one.line, "姓名或关系": one.who, "结论": verdict}


def main(arguments: list[str] | None = None) -> None:
    """Import, print the report and end the process: 0, or 1 when anything was refused."""
    shell.run(enrol, arguments, "python -m scripts.enrol")
    sys.exit(0)
