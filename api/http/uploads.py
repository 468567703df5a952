"""Parsing multipart uploads within limits on size and count."""

from typing import TypeVar

from flask import request
from pydantic import BaseModel, TypeAdapter, ValidationError

from api.http.description import APPEAL_BYTES, FRAMES_BYTES, MULTIPART, file, files, multipart
from api.http.schemas.requests import FrameMeta, MoreForAppeal, NewAppeal
from matcher.types import Frame, FrameKind
from models.domain.appeal import AppealReason
from models.domain.errors import Invalid, Malformed, TooLarge, WrongMediaType

FRAMES_A_REQUEST = 12
FRAME_BYTES = 1024 * 1024
PHOTO_BYTES = 8 * 1024 * 1024
FRAME = multipart(FRAMES_BYTES, ("frame",), {"frame": file()})
FRAMES = multipart(
    FRAMES_BYTES,
    ("frames", "meta"),
    {
        "frames": files(1, FRAMES_A_REQUEST),
        "meta": {"type": "string", "description": "JSON: [{seq, t_ms, kind: motion|evidence, mirrored?}]"},
    },
)
APPEAL = multipart(
    APPEAL_BYTES,
    ("reason", "statement"),
    {
        "reason": {"enum": [str(reason) for reason in AppealReason]},
        "statement": {"type": "string", "minLength": 1, "maxLength": 500},
        "photos": files(0, 3),
    },
)
MORE = multipart(
    APPEAL_BYTES,
    ("statement",),
    {"statement": {"type": "string", "minLength": 1, "maxLength": 500}, "photos": files(0, 3)},
)
Fields = TypeVar("Fields", bound=BaseModel)
_METAS = TypeAdapter(list[FrameMeta])


def _multipart() -> None:
    """Raise unless the body is multipart."""
    if request.mimetype != MULTIPART:
        raise WrongMediaType("send multipart/form-data")


def _files(field: str, most_bytes: int) -> list[bytes]:
    """Return the file parts of one field; raise for one above the size limit."""
    contents = [part.stream.read(most_bytes + 1) for part in request.files.getlist(field)]
    if any(len(content) > most_bytes for content in contents):
        raise TooLarge(f"a file may have at most {most_bytes} bytes")
    return contents


def frames() -> list[Frame]:
    """Return the request's frames paired with their `meta` entries, in order."""
    _multipart()
    pictures = _files("frames", FRAME_BYTES)
    try:
        metas = _METAS.validate_json(request.form.get("meta", ""))
    except ValidationError:
        raise Malformed("meta is a JSON list of {seq, t_ms, kind, mirrored?}") from None
    if not pictures or len(pictures) != len(metas):
        raise Malformed("send as many frames as meta entries, at least one")
    if len(pictures) > FRAMES_A_REQUEST:
        raise TooLarge(f"at most {FRAMES_A_REQUEST} frames a request", code="too_many_frames")
    return [
        Frame(meta.seq, meta.t_ms, FrameKind(meta.kind), picture, meta.mirrored)
        for picture, meta in zip(pictures, metas, strict=True)
    ]


def one_frame() -> bytes:
    """Return the single frame of a precheck, under any field name."""
    _multipart()
    names = list(request.files)
    pictures = [picture for name in names for picture in _files(name, FRAME_BYTES)]
    if len(pictures) != 1:
        raise Malformed("send exactly one frame")
    return pictures[0]


def appeal() -> tuple[NewAppeal, list[bytes]]:
    """Return the fields and photos of an appeal."""
    return _with_photos(NewAppeal)


def more() -> tuple[MoreForAppeal, list[bytes]]:
    """Return what is sent on a reviewer's request."""
    return _with_photos(MoreForAppeal)


def _with_photos(kind: type[Fields]) -> tuple[Fields, list[bytes]]:
    """Return the fields and the photos of an upload."""
    _multipart()
    photos = _files("photos", PHOTO_BYTES)
    try:
        return kind.model_validate(request.form.to_dict()), photos
    except ValidationError as error:
        wrong = ", ".join(sorted({str(entry["loc"][0]) for entry in error.errors() if entry["loc"]}))
        raise Invalid(f"please check: {wrong}", code="appeal_invalid") from None
