"""Composes the simulator's HTTP side: WeChat's calls, the control calls and the page."""

import socket
from collections.abc import Collection

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from wechat.simulator import calls, control, page, tokens
from wechat.simulator.account import Account
from wechat.simulator.answers import errcode
from wechat.simulator.faults import Faults, Reset
from wechat.simulator.page import Beside
from wechat.simulator.pushes import Pushes

MAX_BODY = 256 * 1024


def create(
    account: Account,
    faults: Faults,
    pushes: Pushes,
    published: Collection[str] = (),
    beside: Beside | None = None,
) -> Flask:
    """Return the simulator for one mini-program; `published` are its pages, where they are known."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    _guard(app, account, faults)
    _errors(app)
    tokens.install(app, account, faults)
    calls.install_messages(app, account, faults, pushes, published)
    calls.install_codes(app, account, faults, published)
    calls.install_faces(app, account, faults)
    control.install(app, account)
    control.install_callbacks(app, pushes)
    control.install_subscriptions(app, account, pushes)
    control.install_faults(app, account, faults)
    page.install(app, account, faults, pushes, beside or Beside())
    return app


def _guard(app: Flask, account: Account, faults: Faults) -> None:
    """Count WeChat's calls, refuse those over quota, and apply active faults."""

    @app.before_request
    def before() -> Response | None:
        if not _wechats():
            return None
        account.calls.count(request.path)
        wrong = faults.before()
        if wrong is not None:
            return wrong
        quotas = faults.get("quota") or {}
        if not account.calls.within_quota(request.path, quotas.get(request.path)):
            return errcode(45009, "reach max api daily quota limit")
        return None

    @app.after_request
    def after(response: Response) -> Response:
        return faults.after(response) if _wechats() else response

    @app.errorhandler(Reset)
    def reset(_: Reset) -> Response:
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return Response(status=500)


def _errors(app: Flask) -> None:
    """Turn invalid input into a 400 for control calls, and into an errcode for WeChat's calls."""

    @app.errorhandler(ValueError)
    @app.errorhandler(KeyError)
    def false_input(error: Exception) -> tuple[Response, int]:
        return jsonify({"error": str(error)}), 400

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> tuple[Response, int] | Response:
        if _wechats() and error.code == 405:
            wanted = (
                (43001, "require GET method") if request.method == "POST" else (43002, "require POST method")
            )
            return errcode(*wanted)
        if _wechats() and error.code == 404:
            return errcode(40066, "invalid url"), 404
        return jsonify({"error": error.name}), error.code or 500


def _wechats() -> bool:
    """Tell whether the request is one of WeChat's own calls."""
    return request.path != "/" and not request.path.startswith(("/sim/", "/static/", "/favicon"))
