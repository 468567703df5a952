"""The simulator's HTTP side: WeChat's calls, the control calls, and a page that shows the chats."""

import io
import secrets
import socket
from datetime import UTC, datetime
from typing import Any

import segno
from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from wechat.simulator import checks, control
from wechat.simulator.account import Account
from wechat.simulator.faults import Faults, Reset

MAX_BODY = 256 * 1024


def create(account: Account, faults: Faults) -> Flask:
    """Return the simulator for one mini-program."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    _guard(app, account, faults)
    _tokens(app, account, faults)
    _calls(app, account, faults)
    control.install(app, account, faults)
    return app


def _guard(app: Flask, account: Account, faults: Faults) -> None:
    """Count WeChat's calls and let them go wrong; turn false input of a control call into a 400."""

    @app.before_request
    def before() -> Response | None:
        if request.path == "/" or request.path.startswith("/sim/"):
            return None
        account.count(request.path)
        return faults.before()

    @app.errorhandler(Reset)
    def reset(_: Reset) -> Response:
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return Response(status=500)

    @app.errorhandler(ValueError)
    @app.errorhandler(KeyError)
    def false_input(error: Exception) -> tuple[Response, int]:
        return jsonify({"error": str(error)}), 400

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> tuple[Response, int]:
        return jsonify({"error": error.name}), error.code or 500


def _tokens(app: Flask, account: Account, faults: Faults) -> None:
    """Add the calls that give a token or a session."""

    @app.post("/cgi-bin/stable_token")
    def stable_token() -> Response:
        body = control.body()
        if not _is(body.get("appid"), account.appid):
            return _errcode(40013, "invalid appid")
        if not _is(body.get("secret"), account.secret):
            return _errcode(40125, "invalid appsecret")
        token, seconds = account.token(renew=body.get("force_refresh") is True)
        return jsonify({"access_token": token, "expires_in": seconds})

    @app.get("/cgi-bin/token")
    def token() -> Response:
        if not _is(request.args.get("appid"), account.appid):
            return _errcode(40013, "invalid appid")
        if not _is(request.args.get("secret"), account.secret):
            return _errcode(40125, "invalid appsecret")
        value, seconds = account.token()
        return jsonify({"access_token": value, "expires_in": seconds})

    @app.get("/sns/jscode2session")
    def code_to_session() -> Response:
        if faults.get("login"):
            return _errcode(int(faults.get("login")), "fault")
        if not _is(request.args.get("appid"), account.appid):
            return _errcode(40013, "invalid appid")
        if not _is(request.args.get("secret"), account.secret):
            return _errcode(40125, "invalid appsecret")
        errcode, openid = account.redeem(request.args.get("js_code", ""))
        if errcode:
            return _errcode(errcode, "invalid code" if errcode == 40029 else "code been used")
        return jsonify({"openid": openid, "session_key": secrets.token_urlsafe(16)})


def _calls(app: Flask, account: Account, faults: Faults) -> None:
    """Add the calls that need a token."""

    @app.post("/cgi-bin/message/subscribe/send")
    def send() -> Response:
        errcode = _token_errcode(account, faults)
        if errcode:
            return _errcode(errcode, "invalid credential")
        if faults.get("send"):
            return _errcode(int(faults.get("send")), "fault")
        body = control.body()
        errcode, errmsg = checks.message_errcode(body, account.template_id)
        if errcode:
            return _errcode(errcode, errmsg)
        message = {
            "template_id": body["template_id"],
            "data": body["data"],
            "page": body.get("page"),
            "sent_at": datetime.now(UTC).isoformat(),
        }
        errcode = account.send(body["touser"], message)
        return _errcode(errcode, "user refuse to accept the msg" if errcode else "ok")

    @app.post("/wxa/getwxacodeunlimit")
    def code_image() -> Response:
        errcode = _token_errcode(account, faults)
        if errcode:
            return _errcode(errcode, "invalid credential")
        if faults.get("code_image"):
            return _errcode(int(faults.get("code_image")), "fault")
        body = control.body()
        errcode, errmsg = checks.scene_errcode(body)
        if errcode:
            return _errcode(errcode, errmsg)
        picture = io.BytesIO()
        opens = f"{body.get('page', 'pages/index/index')}?scene={body['scene']}"
        segno.make(opens, error="m", micro=False).save(picture, kind="png", scale=8)
        return Response(picture.getvalue(), mimetype="image/png")


def _token_errcode(account: Account, faults: Faults) -> int:
    """Return 0 when the request's token is valid."""
    if faults.get("token") == "always_40001":
        return 40001
    return account.token_errcode(request.args.get("access_token", ""))


def _is(given: Any, wanted: str) -> bool:
    return isinstance(given, str) and secrets.compare_digest(given.encode(), wanted.encode())


def _errcode(errcode: int, errmsg: str) -> Response:
    """Return an errcode as WeChat does: always with HTTP 200."""
    return jsonify({"errcode": errcode, "errmsg": f"{errmsg} rid: {secrets.token_hex(8)}"})
