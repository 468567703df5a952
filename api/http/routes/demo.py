"""Routes of the demo profile."""

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from api.capture import seen_frames
from api.http.schemas.answers import Answer
from api.http.web import answer, ports

demo = APIBlueprint("demo", __name__, url_prefix="/demo", abp_tags=[Tag(name="Demo 演示")])


class Forgotten(Answer):
    """The number of frames forgotten."""

    forgotten: int


@demo.post("/forget-frames", responses={200: Forgotten})
def forget_frames() -> Response:
    """Clear the memory of frames seen, so that a film can be shown twice."""
    return answer({"forgotten": seen_frames.forget_everything(ports())})
