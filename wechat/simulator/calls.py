"""The calls that need an access token."""

import io
from collections.abc import Collection
from typing import Any

import segno
from flask import Flask, Response, jsonify

from wechat.simulator import checks, documents
from wechat.simulator.account import Account
from wechat.simulator.answers import authorised, errcode, unauthorised
from wechat.simulator.faults import Faults
from wechat.simulator.pushes import Pushes
from wechat.simulator.subscriptions import Template


def install_messages(
    app: Flask, account: Account, faults: Faults, out: Pushes, published: Collection[str]
) -> None:
    """Add the subscribed message, whose fate is pushed as an event afterwards, and the templates' list."""

    @app.get("/wxaapi/newtmpl/gettemplate")
    def get_template() -> Response:
        refused = unauthorised(account, faults)
        listed = [_listed(one) for one in account.subscriptions.templates().values()]
        return refused or jsonify({"errcode": 0, "errmsg": "ok", "data": listed})

    @app.post("/cgi-bin/message/subscribe/send")
    def send() -> Response:
        refused, body = authorised(account, faults)
        if refused:
            return refused
        code, errmsg = checks.message_errcode(body, account.subscriptions.templates(), published)
        if code:
            return errcode(code, errmsg)
        fate = int(faults.get("delivery") or 0)
        code, msg_id = account.subscriptions.send(body, arrives=not fate)
        if code:
            return errcode(code, "user refuse to accept the msg")
        out.push(documents.sent(body["touser"], int(account.now()), body["template_id"], msg_id, fate))
        return errcode(0, "ok", msgid=int(msg_id))


def install_codes(app: Flask, account: Account, faults: Faults, published: Collection[str]) -> None:
    """Add the code image, an ordinary QR code of page?scene=…, and what the last of them open."""

    @app.get("/sim/v1/codes")
    def codes() -> Response:
        return jsonify({"codes": list(account.codes)})

    @app.post("/wxa/getwxacodeunlimit")
    def code_image() -> Response:
        refused, body = authorised(account, faults)
        if refused:
            return refused
        code, errmsg = checks.scene_errcode(body, published)
        if code:
            return errcode(code, errmsg)
        picture = io.BytesIO()
        opens = f"{body.get('page', 'pages/index/index')}?scene={body['scene']}"
        account.codes.appendleft(opens)
        segno.make(opens, error="m", micro=False).save(picture, kind="png", scale=8)
        return Response(picture.getvalue(), mimetype="image/png")


def install_faces(app: Flask, account: Account, faults: Faults) -> None:
    """Add WeChat's own face verification and the risk rank."""

    @app.post("/cityservice/face/identify/getverifyid")
    def get_verify_id() -> Response:
        refused, body = authorised(account, faults)
        if refused:
            return refused
        code, verify_id = account.faces.begin(body)
        return (
            errcode(code, "invalid args") if code else errcode(0, "ok", verify_id=verify_id, expires_in=3600)
        )

    @app.post("/cityservice/face/identify/queryverifyinfo")
    def query_verify_info() -> Response:
        refused, body = authorised(account, faults)
        if refused:
            return refused
        code, verify_ret = account.faces.result(body)
        return errcode(code, "invalid args") if code else errcode(0, "ok", verify_ret=verify_ret)

    @app.post("/wxa/getuserriskrank")
    def get_user_risk_rank() -> Response:
        refused, body = authorised(account, faults)
        if refused:
            return refused
        code, rank = account.risks.rank(body)
        return errcode(code, "invalid args") if code else errcode(0, "ok", risk_rank=rank, unoin_id=1)


def _listed(template: Template) -> dict[str, Any]:
    """Return one template as gettemplate lists it."""
    choices = [
        {"keywordCode": f"{key}.DATA", "enumValueList": list(values)}
        for key, values in template.choices.items()
    ]
    return {
        "priTmplId": template.template_id,
        "title": template.title,
        "content": template.content + "\n",
        "example": "\n".join(f"{label}:…" for label in template.labels.values()) + "\n",
        "type": 3 if template.long_term else 2,
        "keywordEnumValueList": choices,
    }
