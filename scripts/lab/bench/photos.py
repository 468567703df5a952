"""Compares the cost of one photo pair in this matcher and in face_recognition's calls on dlib."""

import io
from typing import Any

import cv2
import face_recognition

from matcher.imaging import decode
from matcher.models import Models
from models.domain.policy import Policy
from scripts.demo.film import Film, samples
from scripts.lab.bench.clock import cpu_ms

SIZE = (640, 480)


def measure(models: Models) -> dict[str, Any]:
    """Return ms per pair (with decoding, outside the grey zone) and face_recognition's ratio to it."""
    pair = _photos()
    if not face_recognition.compare_faces([_encoding(pair[0])], _encoding(pair[1]))[0]:
        raise SystemExit("face_recognition does not know the person again: nothing to compare with")
    score = _ours(models, pair)
    ours = cpu_ms(lambda: _ours(models, pair))
    theirs = cpu_ms(
        lambda: face_recognition.compare_faces([_encoding(pair[0])], _encoding(pair[1])), repeats=9
    )
    return {
        "ours_ms": round(ours, 1),
        "face_recognition_ms": round(theirs, 1),
        "ratio": round(theirs / ours, 2),
        "score_outside_grey_zone": not Policy().grey_low <= score <= Policy().grey_high,
    }


def _photos() -> tuple[bytes, bytes]:
    """Return a portrait and a film frame of the same person, as JPEGs of 640 × 480 px."""
    portrait = cv2.imread(str(samples() / "single_face.jpg"))
    wanted = {"motion": {"max_side": 1280, "quality": 0.95, "fps": 1}, "evidence": {"at_ms": []}}
    film = Film(samples() / "single_face.mp4", 0.0, 1.0).shots(wanted)[0].image
    return _boxed(portrait), _boxed(decode.frame(film, 1280))


def _boxed(picture: Any) -> bytes:
    """Return the picture scaled to fit 640 × 480 px, with grey padding."""
    height, width = picture.shape[:2]
    scale = min(SIZE[0] / width, SIZE[1] / height)
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    right, below = SIZE[0] - small.shape[1], SIZE[1] - small.shape[0]
    framed = cv2.copyMakeBorder(small, 0, below, 0, right, cv2.BORDER_CONSTANT, value=(128, 128, 128))
    return cv2.imencode(".jpg", framed, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()


def _ours(models: Models, pair: tuple[bytes, bytes]) -> float:
    """Return the cosine similarity of two photos."""
    vectors = []
    for image in pair:
        picture = decode.photo(image, SIZE[0])
        face = models.detector.faces(picture)[0]
        vectors.append(models.sface.quick(picture, models.mesh.landmarks(picture, face)))
    return float(vectors[0] @ vectors[1])


def _encoding(image: bytes) -> Any:
    """Return dlib's encoding as face_recognition's README shows it."""
    picture = face_recognition.load_image_file(io.BytesIO(image))
    return face_recognition.face_encodings(picture, face_recognition.face_locations(picture))[0]
