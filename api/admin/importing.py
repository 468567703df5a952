"""Runs one import of people, photos and families; every row gets a verdict."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from api.admin import enrolment, family, lines, photo_column, photo_folder
from api.admin.family import Kinship
from api.admin.lines import Line, Verdict, Wrong
from api.admin.photo_folder import PhotoFolder
from api.admin.photos import Photos
from api.admin.sheets import Row, Sheet
from api.ports import Ports
from models import tables
from models.domain.errors import Invalid
from models.domain.identity.held import HeldReason
from models.domain.identity.names import folded
from models.domain.person import mask

BATCH = 250
NEEDED = ("name", "id_number")
NEEDED_LINKS = ("id_number", "relative_id_number", "network", "relation")
Progress = Callable[[Sequence[Any], str], Iterable[Any]]


@dataclass
class Import:
    """One import into one installation; with `check` nothing is written."""

    ports: Ports
    folder: PhotoFolder
    check: bool = False
    progress: Progress = lambda rows, _: rows
    # In a check: the new persons, and the keys of all persons in the file.
    _coming: dict[str, tables.Person] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Create the import's list of photos."""
        self._photos_of = Photos(self.ports, self.check)

    def people(self, sheet: Sheet) -> list[Verdict]:
        """Record all persons, then judge all photos together; return a verdict for each row, in order."""
        if missing := [one for one in NEEDED if one in sheet.missing]:
            return [
                Verdict(sheet.name, r.number, lines.who(r), "column_missing", missing[0]) for r in sheet.rows
            ]
        found = [self._line(row) for row in self.progress(sheet.rows, "核对名单")]
        _conflicts(found)
        sound = [line for line in found if line.known and not line.code]
        batches = [sound[at : at + BATCH] for at in range(0, len(sound), BATCH)]
        for batch in self.progress(batches, "导入人员"):
            self._record(batch)
        with_photo = [line for line in sound if not line.code]
        self._photos(with_photo, found)
        return [
            Verdict(
                sheet.name, one.row.number, lines.who(one.row), one.code, one.column, one.others, one.note
            )
            for one in found
        ]

    def links(self, sheet: Sheet) -> Iterator[Verdict]:
        """Yield a verdict for each row of the links file."""
        missing = [one for one in NEEDED_LINKS if one in sheet.missing]
        batches = [sheet.rows[at : at + BATCH] for at in range(0, len(sheet.rows), BATCH)]
        for batch in self.progress(batches, "导入家庭关系"):
            said = [("column_missing", missing[0])] * len(batch) if missing else self._tied(batch)
            for row, (code, column) in zip(batch, said, strict=True):
                yield Verdict(sheet.name, row.number, lines.who(row), code, column)

    def _line(self, row: Row) -> Line:
        try:
            return Line(row, lines.person(self.ports, row))
        except Wrong as wrong:
            return Line(row, code=wrong.code, column=wrong.column)

    def _record(self, batch: list[Line]) -> None:
        """Record a batch in a short transaction, then pause so that tills can take the write lock."""
        with self._turn() as db:
            numbers = [one.known.number for one in batch if one.known]
            on_record = enrolment.found(self.ports, db, numbers)
            on_record |= {one.key: self._coming[one.key] for one in numbers if one.key in self._coming}
            rows = {line.row.number: self._person(db, line, on_record) for line in batch}
            db.flush()
            gone = enrolment.withdrawn(db, filter(None, rows.values()))
            for line in batch:
                if line.person_id in gone:
                    line.code = "withdrawn"
            if not self.check:
                bound = [(one.known, one.person_id) for one in batch if one.known and one.person_id]
                enrolment.bind(self.ports, db, bound)

    @contextmanager
    def _turn(self) -> Iterator[Session]:
        """Yield a short transaction, then pause for half its length; a check uses a read-only session."""
        if self.check:
            with self.ports.database.reading() as db:
                yield db
            return
        began = time.perf_counter()
        with self.ports.database.transaction() as db:
            yield db
        time.sleep(min(0.5, (time.perf_counter() - began) / 2))

    def _person(self, db: Session, line: Line, on_record: dict[str, tables.Person]) -> tables.Person | None:
        if line.known is None:
            return None
        key = line.known.number.key
        row, is_new = enrolment.record(self.ports, db, line.known, on_record.get(key), self.check)
        self._seen.add(key)
        if row is None:
            earlier = enrolment.name_of(self.ports, on_record[key])
            line.code, line.column, line.others = "name_conflict", "name", (mask(earlier),)
            return None
        on_record[key], line.person_id = row, row.id
        if self.check and is_new:
            self._coming[key] = row
            self._photos_of.call(row.id, line.known.name)
        return row

    def _photos(self, found: list[Line], rows: list[Line]) -> None:
        """Offer every photo, mark the doubtful ones of the whole column, then settle all of them."""
        photos = self._photos_of
        for line in self.progress(found, "检查照片"):
            line.code = self._photo(line, photos)
        unseen = () if self.ports.settings.vouched_photos else (HeldReason.UNVOUCHED,)
        for line, reason in photo_column.doubts(rows, self.ports.today()):
            if line.code == "pending" and reason not in unseen:
                photos.doubt(line.person_id or "", line.row.number, reason)
        photos.settle()
        for line in found:
            if line.code == "pending":
                line.code, line.others = photos.verdict(line.person_id or "", line.row.number)
            line.column = "" if line.code in ("ok", "none", "unchanged") else "photo"

    def _photo(self, line: Line, photos: Photos) -> str:
        cell = line.row.cells.get("photo", "")
        if not cell.strip():
            return "none"
        try:
            file = self.folder.find(cell)
            offered = photos.offer(line.person_id or "", line.row.number, photo_folder.read(file))
        except Invalid as refusal:
            return refusal.code
        line.file, line.looks = self.folder.called(file), offered.looks
        return offered.code

    def _tied(self, batch: Sequence[Row]) -> list[tuple[str, str]]:
        """Record a batch of family links; return code and column for each row."""
        said: list[tuple[str, str]] = [("linked", "")] * len(batch)
        ties: dict[int, Kinship] = {}
        for place, row in enumerate(batch):
            try:
                ties[place] = lines.kinship(row)
            except Wrong as wrong:
                said[place] = (wrong.code, wrong.column)
        with self._turn() as db:
            meant = list(ties.values())
            if self.check:
                done = family.may_link_all(self.ports, db, meant, self._seen)
            else:
                done = family.link_all(self.ports, db, meant)
        for place, result in zip(ties, done, strict=True):
            if isinstance(result, Invalid):
                said[place] = (result.code, "id_number")
        return said


def _conflicts(found: list[Line]) -> None:
    """Mark every row whose number appears under another name in the same file, with that name."""
    by_number: dict[str, dict[str, Line]] = {}
    for line in found:
        if line.known:
            by_number.setdefault(line.known.number.key, {}).setdefault(folded(line.known.name), line)
    for line in found:
        names = by_number.get(line.known.number.key, {}) if line.known else {}
        if line.known and len(names) > 1:
            mine = folded(line.known.name)
            others = [one for name, one in names.items() if name != mine]
            line.code, line.column = "name_conflict", "id_number"
            line.others = tuple(f"第 {one.row.number} 行 {lines.who(one.row)}" for one in others)
