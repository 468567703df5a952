"""Looking at one reference photo: its templates, or what is wrong with it."""

from api.ports import Ports
from matcher.errors import BadImage
from matcher.types import Template

# What a photo that lies on its side or its head is taken for.
TAKEN_FOR = {"covered", "turned", "no_face", "blurred"}


def looked_at(ports: Ports, photo: bytes) -> tuple[str, tuple[Template, ...]]:
    """Return `ok` and the templates, or what is wrong; a photo not upright is called so."""
    try:
        enrolled = ports.matcher.enrol(photo)
        if enrolled.verdict in TAKEN_FOR:
            return _upright(ports, photo) or enrolled.verdict, ()
    except BadImage as error:
        return error.reason, ()
    return enrolled.verdict, enrolled.templates


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
