"""Films without actions, judged by PAD and continuity alone."""

from pathlib import Path

import cv2

from scripts.lab.evaluate.presentations import BONA_FIDE, Piece, Presentation, labels, named

PASSIVE_S, PASSIVE_STEP_S = 5.0, 2.5


def passive(folder: Path) -> list[Presentation]:
    """Return stretches of every film as presentations without actions, for PAD and continuity."""
    made = []
    for name, label in labels(folder).items():
        length = played(folder / name)
        begins = [n * PASSIVE_STEP_S for n in range(1 + int(max(0.0, length - PASSIVE_S) / PASSIVE_STEP_S))]
        species = BONA_FIDE if label["kind"] == BONA_FIDE else label["species"]
        for number, begin in enumerate(begins):
            piece = Piece(folder / name, begin, min(length, begin + PASSIVE_S))
            made.append(named(Presentation(species, (), (piece,), folder / name, number=number), label))
    return made


def played(film: Path) -> float:
    """Return a film's length in seconds; exit where it cannot be decoded."""
    opened = cv2.VideoCapture(str(film))
    rate, count = opened.get(cv2.CAP_PROP_FPS), opened.get(cv2.CAP_PROP_FRAME_COUNT)
    opened.release()
    if not rate or not count:
        raise SystemExit(f"{film} cannot be played")
    return float(count / rate)
