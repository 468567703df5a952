"""Embeds photos as probes and as references as production does, in several processes."""

import multiprocessing
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.progress import track

from matcher.errors import BadImage
from matcher.local import LocalMatcher
from matcher.types import Embedder

Vectors = tuple[np.ndarray, np.ndarray, np.ndarray, str]
Reference = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True)
class Gallery:
    """The usable photos, files and vectors by row; `failed` lists the other files.

    `probe` and `sface` are the (n, 128) SFace vectors of each photo as evidence frame and as reference;
    `dlib` (n, 128) the encodings, equal for both; `hints` (n) enrolment's objection to each
    face, "" for none.
    """

    files: list[Path]
    probe: np.ndarray
    sface: np.ndarray
    dlib: np.ndarray
    hints: np.ndarray
    failed: list[Path]

    def acquired(self) -> "Gallery":
        """Return the gallery of photos that enrolment accepts; the others are failures to acquire."""
        kept = np.flatnonzero(self.hints == "")
        refused = [file for file, hint in zip(self.files, self.hints, strict=True) if hint]
        return Gallery(
            files=[self.files[row] for row in kept],
            probe=self.probe[kept],
            sface=self.sface[kept],
            dlib=self.dlib[kept],
            hints=self.hints[kept],
            failed=[*self.failed, *refused],
        )


class Worker:
    """Holds one matcher per process of the pool."""

    matcher: LocalMatcher

    @classmethod
    def start(cls) -> None:
        """Load the models once."""
        cls.matcher = LocalMatcher(1)

    @classmethod
    def vectors(cls, file: Path) -> Vectors | None:
        """Return the vectors of the photo's main face, or None for a failure to acquire."""
        try:
            found = cls.matcher.both_ways(file.read_bytes())
        except BadImage:
            return None
        if found is None:
            return None
        by_engine = {one.engine: np.asarray(one.vector, np.float32) for one in found.templates}
        return found.probe, by_engine[Embedder.SFACE], by_engine[Embedder.DLIB], found.hint or ""

    @classmethod
    def reference(cls, file: Path) -> Reference | None:
        """Return the photo's SFace and dlib templates, or None where enrolment refuses it."""
        try:
            templates = cls.matcher.enrol(file.read_bytes()).templates
        except BadImage:
            return None
        found = {one.engine: np.asarray(one.vector, np.float32) for one in templates}
        return (found[Embedder.SFACE], found[Embedder.DLIB]) if found else None


def enrolled(files: Sequence[Path]) -> dict[Path, Reference]:
    """Return the SFace and dlib templates of the photos that enrolment accepts, with a progress bar."""
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(os.cpu_count(), Worker.start) as pool:
        made = pool.imap(Worker.reference, files, chunksize=8)
        found = list(track(made, "对照组 / background", total=len(files)))
    return {file: vectors for file, vectors in zip(files, found, strict=True) if vectors is not None}


def gallery(files: Sequence[Path]) -> Gallery:
    """Return the vectors of all files, with a progress bar."""
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(os.cpu_count(), Worker.start) as pool:
        made = pool.imap(Worker.vectors, files, chunksize=8)
        found = list(track(made, "模板 / templates", total=len(files)))
    used = [(file, vectors) for file, vectors in zip(files, found, strict=True) if vectors is not None]
    if not used:
        raise SystemExit("no face was found in any photo")
    probe, sface, dlib = (np.stack([vectors[i] for _, vectors in used]) for i in range(3))
    failed = [file for file, vectors in zip(files, found, strict=True) if vectors is None]
    hints = np.array([str(vectors[3]) for _, vectors in used])
    return Gallery([file for file, _ in used], probe, sface, dlib, hints, failed)
