"""Draws a background from a folder of faces as an installation draws it from its insured."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.domain.layers.background import LEAST, PER_CELL, cell
from scripts.lab.evaluate.identity import people, photos

SEED = 20_26
# Reserve for drawn persons whose photo enrolment refuses.
SPARE = 1.3


@dataclass(frozen=True, slots=True)
class Drawn:
    """SFace and dlib reference embeddings (n, 128), and the folder of each one's person."""

    faces: np.ndarray
    dlib: np.ndarray
    folders: Sequence[str]


def draw(folder: Path | None, files: Sequence[Path] = ()) -> Drawn | None:
    """Return a background of a folder's adults, balanced by sex and age; None for no folder or too few.

    Takes one photo per person in random order, of those that enrolment would accept, from the folder or from
    `files`.
    """
    if folder is None:
        return None
    cells = _cells(folder, files or people.files(folder))
    wanted = [file for members in cells.values() for file in members]
    accepted = photos.enrolled(wanted)
    kept = [file for members in cells.values() for file in [f for f in members if f in accepted][:PER_CELL]]
    if len(kept) < LEAST:
        print(f"{len(kept)} faces are too few for a background of {LEAST}: bare scores and their thresholds")
        return None
    faces, dlib = (np.stack([accepted[file][at] for file in kept]) for at in (0, 1))
    return Drawn(faces, dlib, [str(file.parent.resolve()) for file in kept])


def _cells(folder: Path, files: Sequence[Path]) -> dict[tuple[str, str], list[Path]]:
    """Return the candidate photos by sex and age."""
    chance = np.random.default_rng(SEED)
    members = defaultdict(list)
    for person, file in _one_each(folder, files):
        if not person.child:
            members[cell(person.sex, person.ages[0] if person.ages else None)].append(file)
    drawn = {}
    for name, found in sorted(members.items()):
        order = chance.permutation(len(found))[: round(PER_CELL * SPARE)]
        drawn[name] = [found[at] for at in order]
    return drawn


def _one_each(folder: Path, files: Sequence[Path]) -> list[tuple[people.Person, Path]]:
    """Return each person with their first photo."""
    first: dict[Path, Path] = {}
    for file in files:
        first.setdefault(file.parent, file)
    chosen = list(first.values())
    return list(zip(people.persons(folder, chosen), chosen, strict=True))
