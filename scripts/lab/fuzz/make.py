"""Writing the pictures to start from."""

from pathlib import Path

from scripts.demo.film import samples
from scripts.lab.fuzz import corpus

PHOTOS = ("single_face.jpg", "0-f1-su-ph.jpg")


def make(folder: Path) -> None:
    """Write the pictures: whole ones to start from, and those that are fed as they are."""
    seeds = corpus.seeds([samples() / photo for photo in PHOTOS])
    for name, pictures in {"seeds": seeds, "made": seeds | corpus.bombs() | corpus.broken(seeds)}.items():
        (folder / name).mkdir(parents=True)
        for title, image in pictures.items():
            (folder / name / title).write_bytes(image)
