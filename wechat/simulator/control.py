"""The simulator's control calls, and the page that shows every chat."""

from typing import Any

from flask import Flask, Response, jsonify, render_template, request

from wechat.simulator.account import Account
from wechat.simulator.faults import Faults


def install(app: Flask, account: Account, faults: Faults) -> None:
    """Add what a test or a person at the demo does to WeChat, and the page."""

    @app.post("/sim/v1/login")
    def login() -> Response:
        return jsonify({"code": account.log_in(_text("openid"))})

    @app.post("/sim/v1/subscribe")
    def subscribe() -> Response:
        openid, template_id, result = _text("openid"), _text("template_id"), _text("result")
        if result not in ("accept", "reject"):
            raise ValueError("result must be accept or reject")
        if result == "accept":
            account.allow(openid, template_id)
        return jsonify({"credits": account.credits(openid)})

    @app.get("/sim/v1/chats/<openid>")
    def chat(openid: str) -> Response:
        return jsonify({"messages": account.chat(openid)})

    @app.get("/sim/v1/credits/<openid>")
    def credit(openid: str) -> Response:
        return jsonify({"credits": account.credits(openid)})

    @app.get("/sim/v1/calls")
    def calls() -> Response:
        return jsonify({"calls": dict(account.calls)})

    @app.post("/sim/v1/faults")
    def set_faults() -> Response:
        wanted = body()
        in_force = faults.set(wanted)
        if wanted.get("token") == "expired":
            account.expire_token()
        return jsonify({"faults": in_force})

    @app.get("/")
    def page() -> str:
        return render_template("chats.html", chats=account.chats(), calls=dict(account.calls))


def body() -> dict[str, Any]:
    """Return the request's JSON object; {} when there is none."""
    sent = request.get_json(force=True, silent=True)
    return sent if isinstance(sent, dict) else {}


def _text(name: str) -> str:
    """Return a text of the request's JSON object."""
    value = body()[name]
    if not isinstance(value, str) or not 1 <= len(value) <= 128:
        raise ValueError(f"{name} must be a text of 1 to 128 characters")
    return value
