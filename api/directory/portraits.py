"""Examines one reference photo: its templates and attributes, or its defect."""

from dataclasses import dataclass

from api.ports import Ports
from matcher.errors import BadImage
from matcher.types import Looks, Template

# Verdicts that are typical of a photo turned by 90° or 180°.
TAKEN_FOR = {"covered", "turned", "no_face", "blurred"}


@dataclass(frozen=True, slots=True)
class Portrait:
    """Result of examining a photo: `verdict` ok or its defect; templates and attributes only if ok."""

    verdict: str
    templates: tuple[Template, ...] = ()
    looks: Looks | None = None


def examine(ports: Ports, photo: bytes) -> Portrait:
    """Return what a photo shows, with a verdict of its own where it is not upright."""
    try:
        enrolled = ports.matcher.enrol(photo)
        if enrolled.verdict in TAKEN_FOR:
            return Portrait(_upright(ports, photo) or enrolled.verdict)
    except BadImage as error:
        return Portrait(error.reason)
    return Portrait(enrolled.verdict, enrolled.templates, enrolled.looks)


def _upright(ports: Ports, photo: bytes) -> str | None:
    """Return the rotation in which the photo would be acceptable, or None."""
    # Imported here so that only processes that examine photos load OpenCV.
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
