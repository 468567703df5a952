"""Writes the seed corpus."""

from pathlib import Path

from scripts.demo.film import samples
from scripts.lab.fuzz import corpus

PHOTOS = ("single_face.jpg", "0-f1-su-ph.jpg")


def make(folder: Path) -> None:
    """Write the valid seed pictures, and the crafted ones that are fed unmutated."""
    seeds = corpus.seeds([samples() / photo for photo in PHOTOS])
    for name, pictures in {"seeds": seeds, "made": seeds | corpus.bombs() | corpus.broken(seeds)}.items():
        (folder / name).mkdir(parents=True)
        for title, image in pictures.items():
            (folder / name / title).write_bytes(image)
