"""Templates of photos, as enrolment would make them, by several processes."""

import multiprocessing
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.progress import track

from matcher.errors import BadImage
from matcher.local import LocalMatcher

Templates = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True)
class Gallery:
    """The photos that could be used: their files and vectors, row by row; `failed` the others."""

    files: list[Path]
    sface: np.ndarray
    dlib: np.ndarray
    failed: list[Path]


class Worker:
    """One matcher in each process of the pool."""

    matcher: LocalMatcher

    @classmethod
    def start(cls) -> None:
        """Load the models once."""
        cls.matcher = LocalMatcher(1)

    @classmethod
    def templates(cls, file: Path) -> Templates | None:
        """Return both engines' vectors of the photo's main face, None for a failure to acquire."""
        try:
            found = cls.matcher.templates(file.read_bytes())
        except BadImage:
            return None
        vectors = {one.engine: np.asarray(one.vector, np.float32) for one in found}
        return (vectors["sface"], vectors["dlib"]) if vectors else None


def gallery(files: Sequence[Path]) -> Gallery:
    """Return the templates of all files, with a progress bar."""
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(os.cpu_count(), Worker.start) as pool:
        made = pool.imap(Worker.templates, files, chunksize=8)
        found = list(track(made, "模板 / templates", total=len(files)))
    used = [(file, pair) for file, pair in zip(files, found, strict=True) if pair is not None]
    return Gallery(
        files=[file for file, _ in used],
        sface=np.stack([pair[0] for _, pair in used]),
        dlib=np.stack([pair[1] for _, pair in used]),
        failed=[file for file, pair in zip(files, found, strict=True) if pair is None],
    )
