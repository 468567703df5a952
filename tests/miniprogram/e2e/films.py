"""Motion-JPEG films for Chromium's fake camera, and an actor's pictures.

All are made of real film and photos. A real camera is never still and never repeats a picture: every film
sways slightly and is grainy. It is cropped to the shape of a phone's picture.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from scripts.demo.film import samples

Picture = NDArray[np.uint8]
FPS = 15
SIZE = (480, 640)
QUALITY = 85
GRAIN = 2.0
# The man of single_face.mp4 rests for this many pictures, and then smiles.
RESTING = 12


def write(folder: Path) -> dict[str, Path]:
    """Write every film into a folder; return them by name."""
    makers: dict[str, Callable[[], Iterator[Picture]]] = {
        "another": another_person,
        "still": still_photo,
        "nobody": nobody,
        "two": two_people,
    }
    return {name: encode(made(), folder / f"{name}.mjpeg") for name, made in makers.items()}


def write_actor(folder: Path) -> dict[str, Any]:
    """Write 李建国's pictures, who performs requested actions (see actor.js); return the actor's data."""
    folder.mkdir()
    film = read("single_face.mp4", centre=300)
    for number, picture in enumerate(film):
        (folder / f"{number}.jpg").write_bytes(_jpeg(_grainy(picture, number)))
    return {
        "folder": str(folder),
        "pictures": len(film),
        "resting": RESTING,
        "width": SIZE[0],
        "height": SIZE[1],
    }


def another_person() -> Iterator[Picture]:
    """Return a woman who smiles: the same actions, another face."""
    film = read("WolfgangLanger_Pexels.mp4", centre=440, width=320)
    yield from film[190:330]


def still_photo() -> Iterator[Picture]:
    """Return 李建国's photo held before the camera."""
    picture = cv2.imread(str(samples() / "single_face.jpg"))
    yield from [fitted(picture)] * (8 * FPS)


def nobody() -> Iterator[Picture]:
    """Return an empty room."""
    yield from read("no_face.mp4", centre=480)


def two_people() -> Iterator[Picture]:
    """Return two people side by side."""
    man, woman = read("single_face.mp4", centre=300), read("WolfgangLanger_Pexels.mp4", centre=440)[240:]
    half = (SIZE[0] // 2, SIZE[1] // 2)
    for left, right in zip(man, woman, strict=False):
        both = np.hstack([cv2.resize(left, half), cv2.resize(right, half)])
        border = (SIZE[1] - half[1]) // 2
        yield np.asarray(cv2.copyMakeBorder(both, border, border, 0, 0, cv2.BORDER_REPLICATE), np.uint8)


def stretch(film: Path, start_s: float, seconds: float) -> Iterator[Picture]:
    """Return a stretch of a phone's own film."""
    reader = cv2.VideoCapture(str(film))
    fps = reader.get(cv2.CAP_PROP_FPS)
    reader.set(cv2.CAP_PROP_POS_FRAMES, start_s * fps)
    for number in range(int(seconds * fps)):
        going, picture = reader.read()
        if going and number % round(fps / FPS) == 0:
            yield fitted(picture)
    reader.release()


def read(name: str, centre: int, width: int = 270) -> list[Picture]:
    """Return a sample film's pictures, cut upright around a column."""
    reader = cv2.VideoCapture(str(samples() / name))
    pictures = []
    while True:
        going, picture = reader.read()
        if not going:
            break
        left = min(max(0, centre - width // 2), picture.shape[1] - width)
        pictures.append(fitted(picture[:, left : left + width]))
    reader.release()
    return pictures


def fitted(picture: Picture) -> Picture:
    """Return a picture in the camera's size, cut to its shape."""
    height, width = picture.shape[:2]
    scale = max(SIZE[0] / width, SIZE[1] / height)
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    grown = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=kind)
    top, left = (grown.shape[0] - SIZE[1]) // 2, (grown.shape[1] - SIZE[0]) // 2
    return np.ascontiguousarray(grown[top : top + SIZE[1], left : left + SIZE[0]])


def encode(pictures: Iterator[Picture] | Sequence[Picture], file: Path) -> Path:
    """Write pictures as Motion JPEG: one JPEG after another. Chromium shows each twice, at 30 a second."""
    with file.open("wb") as out:
        for number, picture in enumerate(pictures):
            out.write(_jpeg(_grainy(_swayed(picture, number), number)) * (30 // FPS))
    return file


def _jpeg(picture: Picture) -> bytes:
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1])


def _grainy(picture: Picture, number: int) -> Picture:
    """Return a picture as a sensor gives it; the same grain, but never at the same place twice."""
    grainy = picture + np.roll(_grain(), (37 * number, 101 * number), axis=(0, 1))
    return np.clip(grainy, 0, 255).astype(np.uint8)


@cache
def _grain() -> NDArray[np.int16]:
    # Drawing it anew for each picture would take ten times as long.
    return np.random.default_rng(1).normal(0, GRAIN, (SIZE[1], SIZE[0], 3)).astype(np.int16)


def _swayed(picture: Picture, number: int) -> Picture:
    """Return a picture as a hand that is not quite still would film it."""
    t = number / FPS
    across, down = 3 * np.sin(1.3 * t) + 2 * np.sin(3.1 * t), 3 * np.sin(1.7 * t + 1) + 2 * np.sin(2.6 * t)
    moved = np.array([[1, 0, across], [0, 1, down]], np.float32)
    return np.asarray(cv2.warpAffine(picture, moved, SIZE, borderMode=cv2.BORDER_REPLICATE), np.uint8)
