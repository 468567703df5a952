"""The photos of one import: offered one by one, settled together; a check runs in memory."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from api.directory import portraits, references
from api.directory.comparison import compare
from api.directory.gallery import Gallery, Reference, Vectors, likeness
from api.directory.likeness import Scale, scale
from api.directory.references import Offered, Settled
from api.ports import Ports
from models import tables
from models.domain.identity.held import HeldReason, HeldState, judged, still_doubted
from models.domain.person import mask


@dataclass
class Photos:
    """An import's photos by person and row."""

    ports: Ports
    check: bool
    _import_id: str = ""
    _files: dict[tuple[str, int], str] = field(default_factory=dict)
    _settled: dict[tuple[str, str], Settled] = field(default_factory=dict)
    _in_memory: dict[tuple[str, str], Reference] = field(default_factory=dict)
    _doubts: dict[tuple[str, str], HeldReason] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Draw the import's id, under which held photos are found again."""
        self._import_id = self.ports.new_id("imp")

    def offer(self, person_id: str, row: int, photo: bytes) -> Offered:
        """Return `pending` for a photo to be settled, or its final code."""
        digest = hashlib.sha256(photo).hexdigest()
        self._files[person_id, row] = digest
        if self.check:
            offered = self._examined(person_id, digest, photo)
        else:
            offered = references.offer(self.ports, person_id, photo, self._import_id)
        if offered.code == references.HELD:
            self._settled[person_id, digest] = references.held_for(self.ports, person_id, digest)
            return Offered("pending")
        return offered

    def doubt(self, person_id: str, row: int, reason: HeldReason) -> None:
        """Have a pending photo held for review, whatever the comparison finds."""
        self._doubts.setdefault((person_id, self._files[person_id, row]), reason)

    def settle(self) -> None:
        """Judge all pending photos."""
        if not self._files:
            return
        gallery = Gallery(self.ports)
        if not self.check:
            references.doubt(self.ports, self._import_id, self._doubts)
            self._settled |= references.settle(self.ports, gallery, self._import_id)
            return
        offered = _Offered(self._in_memory.values())
        for key, photo in self._in_memory.items():
            self._settled[key] = self._judged(gallery, offered, photo)

    def verdict(self, person_id: str, row: int) -> tuple[str, tuple[str, ...]]:
        """Return the code of a row's photo and the masked names of the persons it resembles."""
        one = self._settled.get((person_id, self._files.get((person_id, row), "")))
        if one is None:
            return "unchanged", ()
        return one.reason or one.verdict, tuple(self._name(other) for other in one.other_ids)

    def call(self, person_id: str, name: str) -> None:
        """Remember the name of a person who is not enrolled yet."""
        self._names[person_id] = name

    def _name(self, person_id: str) -> str:
        with self.ports.database.reading() as db:
            row = db.get(tables.Person, person_id)
        if row is None:
            return mask(self._names.get(person_id, ""))
        return mask(self.ports.vault.text(f"person.name:{row.id}", row.name))

    def _examined(self, person_id: str, digest: str, photo: bytes) -> Offered:
        with self.ports.database.reading() as db:
            known = references.known(db, person_id, digest)
        if known is not None and known != HeldState.PENDING:
            return Offered(known)
        if (person_id, digest) in self._in_memory:
            return Offered("pending")
        seen = portraits.examine(self.ports, photo)
        if seen.verdict != "ok":
            return Offered(seen.verdict)
        self._in_memory[person_id, digest] = Reference(digest, person_id, digest, seen.templates)
        return Offered("pending", seen.looks)

    def _judged(self, gallery: Gallery, offered: "_Offered", photo: Reference) -> Settled:
        """Judge a photo as `settle` would, against the stored references and this file's photos."""
        with self.ports.database.reading() as db:
            found, by = compare(self.ports, db, gallery, photo), scale(self.ports, db)
        like = [likeness(by, photo, one) for one in offered.beside(photo, by)]
        own = [one.score for one in like if one.person_id == photo.person_id]
        scores = own if found.own is None else [found.own, *own]
        others = found.others + [one for one in like if one.person_id != photo.person_id]
        verdict = judged(min(scores, default=None), others, found.bars)
        if verdict is None:
            raised = self._doubts.get((photo.person_id, photo.sha256))
            doubt = still_doubted(raised, found.earlier, found.bars)
            return Settled("held", doubt) if doubt else Settled("ok")
        return Settled("held", verdict[0], tuple(verdict[1]))


class _Offered:
    """The photos of a check, indexed for judging one of them against the others."""

    def __init__(self, photos: Iterable[Reference]) -> None:
        self._vectors = Vectors()
        self._by: dict[str, list[Reference]] = {}
        for photo in photos:
            self._vectors.add(photo)
            for key in {photo.id, photo.person_id, photo.sha256}:
                self._by.setdefault(key, []).append(photo)

    def beside(self, photo: Reference, by: Scale) -> list[Reference]:
        """Return the person's other photos, identical files of others, and others' similar photos."""
        keys = [photo.person_id, photo.sha256, *self._vectors.near(photo, by)]
        found = {id(one): one for key in keys for one in self._by.get(key, []) if one is not photo}
        return list(found.values())
