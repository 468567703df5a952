"""Persons of a photo folder: DIR/<group>/<person>/*.jpg or DIR/<person>/*.jpg, and DIR/groups.csv."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

SUFFIXES = (".jpg", ".jpeg", ".png")
NOTES = "groups.csv"
# The group of persons whose folders are in no group folder.
NAMELESS = "all"
WOMEN, MEN = ("women", "woman", "female", "f", "女"), ("men", "man", "male", "m", "男")
SEX = {**dict.fromkeys(WOMEN, "female"), **dict.fromkeys(MEN, "male")}
ADULT, OLD = 18, 60
# The upper bound of an open-ended age band.
OLDEST = 120


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the folder: `group` is the parent folder ("" for none); sex and age where known."""

    group: str
    name: str
    sex: str | None = None
    ages: tuple[int, int] | None = None

    @property
    def child(self) -> bool:
        """Tell whether the person may be under 18."""
        return self.ages is not None and self.ages[0] < ADULT

    @property
    def old(self) -> bool:
        """Tell whether the person is 60 or older."""
        return self.ages is not None and self.ages[0] >= OLD

    @property
    def band(self) -> str:
        """Return the age band as text, "" where unknown."""
        if self.ages is None:
            return ""
        low, high = self.ages
        return f"{low}+" if high >= OLDEST else f"{low}-{high}"


def files(folder: Path) -> list[Path]:
    """Return all photos in the persons' folders, sorted; exit where there is none."""
    found = sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES)
    found = [file for file in found if len(file.relative_to(folder).parts) > 1]
    if not found:
        raise SystemExit(f"{folder} has no <person>/*.jpg and no <group>/<person>/*.jpg")
    return found


def persons(folder: Path, photos: Sequence[Path]) -> list[Person]:
    """Return the person of each photo, from folders, folder names and groups.csv."""
    notes = _notes(folder / NOTES)
    return [_person(folder, file, notes) for file in photos]


def _person(folder: Path, file: Path, notes: Mapping[tuple[str, str], Person]) -> Person:
    group = file.parent.parent.relative_to(folder).as_posix() if file.parent.parent != folder else ""
    name = file.parent.name
    sex, ages = _sex(_words(group)), _ages(group)
    for noted in (notes.get((group, "")), notes.get((group, name))):
        if noted is not None:
            sex, ages = noted.sex or sex, noted.ages or ages
    return Person(group, name, sex, ages)


def _notes(file: Path) -> dict[tuple[str, str], Person]:
    """Return the rows of groups.csv (group, person?, sex?, age_band?) by group and person ("" for all)."""
    if not file.exists():
        return {}
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = [
            {key: (value or "").strip() for key, value in row.items() if key} for row in csv.DictReader(lines)
        ]
    if rows and "group" not in rows[0]:
        raise SystemExit(f"{file} needs a column `group` (others: person, sex, age_band)")
    found = (
        Person(
            row["group"],
            row.get("person", ""),
            _sex(_words(row.get("sex", ""))),
            _ages(row.get("age_band", "")),
        )
        for row in rows
    )
    return {(one.group, one.name): one for one in found}


def _words(text: str) -> list[str]:
    """Return the words and numbers of a name: `ea_women_single_18-39` → ea, women, single, 18, 39."""
    return [word for word in re.split(r"[^0-9a-z\u4e00-\u9fff]+", text.lower()) if word]


def _sex(words: Iterable[str]) -> str | None:
    return next((SEX[word] for word in words if word in SEX), None)


def _ages(text: str) -> tuple[int, int] | None:
    """Return the age band of `18-39`, `60+` or a last number of 60 and over."""
    if found := re.search(r"(?<!\d)(\d{1,3})\s*[-–~]\s*(\d{1,3})(?!\d)", text):
        return int(found[1]), int(found[2])
    if found := re.search(r"(?<!\d)(\d{1,3})\s*\+|(?<!\d)([6-9]\d)$", text):
        return int(found[1] or found[2]), OLDEST
    return None


def grouped(everyone: Sequence[Person]) -> dict[str, np.ndarray]:
    """Return the rows of each group, split by sex and age band where these are known."""
    kinds = defaultdict(set)
    for one in everyone:
        kinds[one.group].add((one.sex, one.band))
    rows = defaultdict(list)
    for row, one in enumerate(everyone):
        parts = [one.group or NAMELESS]
        if len(kinds[one.group]) > 1:
            parts += [one.sex or "", one.band]
        rows["/".join(part for part in parts if part)].append(row)
    return {name: np.array(found) for name, found in sorted(rows.items())}


def anonymous(everyone: Sequence[Person]) -> np.ndarray:
    """Return an arbitrary number for each photo's person, equal for photos of one person."""
    plain = [replace(one, sex=None, ages=None) for one in everyone]
    numbers = {one: number for number, one in enumerate(dict.fromkeys(plain))}
    return np.array([numbers[one] for one in plain])
