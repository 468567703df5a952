"""WeChat's callback route: /wechat/callback."""

from typing import Any

from flask import Response, request
from flask_openapi3 import APIBlueprint, Tag

from api.contacts import callback
from api.http.description import Body, describe
from api.http.schemas.query import Query
from api.http.web import ports

wechat = APIBlueprint("wechat", __name__, url_prefix="/wechat", abp_tags=[Tag(name="WeChat 微信")])
PLAIN: Any = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}


# WeChat sends XML or JSON under any content type; a message that cannot be decrypted is refused later.
SEALED = Body(media=None)


class CallbackQuery(Query):
    """How WeChat signs a call."""

    timestamp: str = ""
    nonce: str = ""
    signature: str = ""
    msg_signature: str = ""
    encrypt_type: str = ""
    echostr: str = ""


def _plain(text: str) -> Response:
    return Response(text, mimetype="text/plain", headers={"Cache-Control": "no-store"})


@wechat.get("/callback", responses=PLAIN)
def prove_address(query: CallbackQuery) -> Response:
    """Answer WeChat's check of this address."""
    return _plain(callback.echo(ports(), query.model_dump()))


@wechat.post("/callback", responses=PLAIN)
@describe(body=SEALED)
def receive(query: CallbackQuery) -> Response:
    """Receive a signed and encrypted event from WeChat; a repetition has no effect."""
    callback.receive(ports(), query.model_dump(), request.get_data())
    return _plain("success")
