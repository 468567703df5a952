"""Examining one reference photo: its templates and looks, or what is wrong with it."""

from dataclasses import dataclass

from api.ports import Ports
from matcher.errors import BadImage
from matcher.types import Looks, Template

# Verdicts that a photo turned by 90° or 180° gets.
TAKEN_FOR = {"covered", "turned", "no_face", "blurred"}


@dataclass(frozen=True, slots=True)
class Portrait:
    """What a photo shows: `verdict` ok or what is wrong; templates and looks only if it is ok."""

    verdict: str
    templates: tuple[Template, ...] = ()
    looks: Looks | None = None


def looked_at(ports: Ports, photo: bytes) -> Portrait:
    """Return what a photo shows, with a verdict of its own for one that is not upright."""
    try:
        enrolled = ports.matcher.enrol(photo)
        if enrolled.verdict in TAKEN_FOR:
            return Portrait(_upright(ports, photo) or enrolled.verdict)
    except BadImage as error:
        return Portrait(error.reason)
    return Portrait(enrolled.verdict, enrolled.templates, enrolled.looks)


def _upright(ports: Ports, photo: bytes) -> str | None:
    """Return how a photo lies if it would be fine when turned."""
    # Only who looks at photos loads OpenCV.
    import cv2  # noqa: PLC0415

    from matcher.imaging import decode  # noqa: PLC0415

    picture = decode.photo(photo)
    turns = (
        (cv2.ROTATE_180, "upside_down"),
        (cv2.ROTATE_90_CLOCKWISE, "sideways"),
        (cv2.ROTATE_90_COUNTERCLOCKWISE, "sideways"),
    )
    for turn, lies in turns:
        turned = cv2.imencode(".jpg", cv2.rotate(picture, turn))[1].tobytes()
        if ports.matcher.enrol(turned).verdict == "ok":
            return lies
    return None
