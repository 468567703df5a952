"""Import persons and photos: `python -m scripts.enrol --people P.csv --links L.csv --photos DIR`."""

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from api.admin import enrolment
from api.admin.enrolment import Entry
from api.ports import Ports
from models.domain.errors import Refusal
from models.domain.identity.idnumber import IdType
from models.domain.person import Network, mask
from scripts.admin import setting

PEOPLE = ("name", "id_type", "id_number", "sex", "birth", "photo", "openid")
LINKS = ("id_number", "relative_id_number", "network", "relation")
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


def main(arguments: list[str] | None = None) -> None:
    """Import, then print the report; exits 1 when anything was refused."""
    options = _parser().parse_args(arguments)
    ports = setting.ports()
    people = _rows(options.people, PEOPLE)
    links = _rows(options.links, LINKS) if options.links else []
    verdicts = [_person(ports, row, options.photos) for row in track(people, "导入人员与照片")]
    verdicts += [_link(ports, row) for row in track(links, "导入家庭关系")]
    sys.exit(0 if report(verdicts) else 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.enrol", description=__doc__)
    parser.add_argument("--people", type=Path, required=True, help=f"CSV with {','.join(PEOPLE)}")
    parser.add_argument("--links", type=Path, help=f"CSV with {','.join(LINKS)}")
    parser.add_argument("--photos", type=Path, required=True, help="folder the photo column refers to")
    return parser


def _rows(file: Path, columns: tuple[str, ...]) -> list[tuple[str, int, dict[str, str]]]:
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


def _person(ports: Ports, line: tuple[str, int, dict[str, str]], photos: Path) -> Verdict:
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


def _link(ports: Ports, line: tuple[str, int, dict[str, str]]) -> Verdict:
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


def report(verdicts: list[Verdict]) -> bool:
    """Print how many lines came to what, then each refused line; return whether none was refused."""
    console = Console()
    counts = Counter(one.verdict for one in verdicts)
    summary = "，".join(f"{SAY.get(verdict, verdict)} {count}" for verdict, count in counts.most_common())
    console.print(f"共 {len(verdicts)} 行：{summary or '没有内容'}")
    refused = list(_refused(verdicts))
    if refused:
        table = Table("文件", "行", "姓名或关系", "结论", title="没有导入或没有照片的行")
        for one in refused:
            table.add_row(
                one.file, str(one.line), one.who, f"{SAY.get(one.verdict, one.verdict)} ({one.verdict})"
            )
        console.print(table)
    return not refused


def _refused(verdicts: list[Verdict]) -> Iterator[Verdict]:
    return (one for one in verdicts if one.verdict not in FINE)


if __name__ == "__main__":
    main()
