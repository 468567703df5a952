"""Public routes: verification keys, health, code images."""

from typing import Any

from flask import Response, current_app, make_response, render_template
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from api.http import limiting
from api.http.schemas import answers
from api.http.web import answer, ports
from api.messaging import qr_code
from api.verification import receipts
from models.domain.identity.rate import RateKind

public = APIBlueprint("public", __name__, abp_tags=[Tag(name="Public 公开")])


class ImagePath(BaseModel):
    """The attempt's code image."""

    scene: str = Field(max_length=64)


@public.get("/", responses={200: {"content": {"text/html": {}}}})
def home() -> Response:
    """Return the service's name and links."""
    settings = ports().settings
    simulator = settings.wechat_base_url if settings.demo else None
    page = make_response(render_template("home.html", simulator=simulator))
    page.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; img-src 'self'"
    return page


@public.get("/.well-known/jwks.json", responses={200: answers.KeySet})
def keys() -> Response:
    """Return the keys that verify receipts, former ones included."""
    limiting.by_address(ports(), RateKind.KEY_SET)
    return answer(receipts.published_keys(ports()))


@public.get("/sandbox/.well-known/jwks.json", responses={200: answers.KeySet})
def sandbox_keys() -> Response:
    """Return the keys that verify sandbox receipts; they never sign real ones."""
    limiting.by_address(ports(), RateKind.KEY_SET)
    return answer(receipts.published_keys(ports(), sandbox=True))


@public.get("/healthz", responses={200: answers.Health})
def health() -> Response:
    """Report whether the service answers and can write to its stores."""
    current_app.extensions["health"].check()
    return answer({"status": "ok"})


@public.get("/readyz", responses={200: answers.Readiness})
def readiness() -> Response:
    """Report whether requests may be sent here: database, schema, matcher, worker, clock and disk."""
    found = current_app.extensions["readiness"].check()
    return answer({"status": "ready", "checks": [one.name for one in found]})


PICTURE: Any = {200: {"content": {"image/png": {}, "image/jpeg": {}}}}


@public.get("/qr/<string:scene>.png", responses=PICTURE)
def code_image(path: ImagePath) -> Response:
    """Return the mini-program code image of an attempt; gone once the attempt has ended."""
    return _picture(qr_code.image(ports(), path.scene))


@public.get("/qr/subscribe.png", responses=PICTURE)
def subscribe_image() -> Response:
    """Return the code image that opens the subscription page (引导开通)."""
    return _picture(qr_code.subscribe_image(ports()))


def _picture(picture: bytes) -> Response:
    kind = "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
    return Response(picture, mimetype=kind, headers={"Cache-Control": "no-store"})
