"""The simulator's control calls under /sim/v1: actions of phones, and faults."""

from typing import Any

from flask import Flask, Response, jsonify, request

from wechat.simulator import documents
from wechat.simulator.account import Account
from wechat.simulator.answers import sent_json
from wechat.simulator.faces import OUTCOMES
from wechat.simulator.faults import Faults
from wechat.simulator.pushes import Pushes, Target
from wechat.simulator.subscriptions import LABELS, Template

# Possible results of wx.requestSubscribeMessage for a template.
RESULTS = ("accept", "acceptWithAudio", "reject", "ban", "filter")
MAX_PANEL = 5
MAX_WAIT_S = 30.0
MAX_AHEAD_S = 366 * 86400


def install(app: Flask, account: Account) -> None:
    """Add phone actions (log in, read the chat, verify the face), and the clock."""

    @app.post("/sim/v1/login")
    def login() -> Response:
        return jsonify({"code": account.logins.begin(_text("openid"))})

    @app.get("/sim/v1/chats/<openid>")
    def chat(openid: str) -> Response:
        return jsonify({"messages": account.subscriptions.chat(openid)})

    @app.post("/sim/v1/faces")
    def faces() -> Response:
        outcome = _body()["outcome"]
        verify_ret = outcome if isinstance(outcome, int) else OUTCOMES.get(str(outcome))
        if verify_ret is None:
            raise ValueError(f"outcome must be a verify_ret or one of {', '.join(OUTCOMES)}")
        account.faces.decide(_text("openid"), verify_ret)
        return jsonify({"verify_ret": verify_ret})

    @app.post("/sim/v1/faces/perform")
    def perform() -> Response:
        return jsonify({"verify_ret": account.faces.perform(_text("verify_id"))})

    @app.post("/sim/v1/clock")
    def clock() -> Response:
        seconds = float(_body()["ahead_s"])
        if not 0 <= seconds <= MAX_AHEAD_S:
            raise ValueError(f"ahead_s must be 0 to {MAX_AHEAD_S}")
        account.put_ahead(seconds)
        return jsonify({"ahead_s": seconds})

    @app.post("/sim/v1/risks")
    def risks() -> Response:
        rank = _body()["rank"]
        if rank not in range(5):
            raise ValueError("rank must be 0 to 4")
        account.risks.decide(_text("openid"), rank)
        return jsonify({"rank": rank})


def install_subscriptions(app: Flask, account: Account, out: Pushes) -> None:
    """Add the panel, the settings and the templates."""

    @app.post("/sim/v1/subscribe")
    def subscribe() -> Response:
        openid, wanted, result = _text("openid"), _body()["template_id"], _text("result")
        templates = wanted if isinstance(wanted, list) else [_text("template_id")]
        if result not in RESULTS or not 1 <= len(templates) <= MAX_PANEL:
            raise ValueError(f"result must be one of {', '.join(RESULTS)}, for 1 to {MAX_PANEL} templates")
        for template_id in templates if result.startswith("accept") else ():
            account.subscriptions.allow(openid, str(template_id))
        status = "accept" if result.startswith("accept") else "reject"
        out.push(documents.popup(openid, int(account.now()), dict.fromkeys(map(str, templates), status)))
        return jsonify({"credits": account.subscriptions.credits(openid)})

    @app.post("/sim/v1/settings")
    def settings() -> Response:
        openid, template_id = _text("openid"), _text("template_id")
        if _text("result") != "reject":
            raise ValueError("result must be reject: WeChat pushes no other change")
        account.subscriptions.refuse(openid, template_id)
        out.push(documents.change(openid, int(account.now()), template_id))
        return jsonify({"credits": account.subscriptions.credits(openid)})

    @app.get("/sim/v1/credits/<openid>")
    def credit(openid: str) -> Response:
        return jsonify({"credits": account.subscriptions.credits(openid)})

    @app.route("/sim/v1/templates", methods=["GET", "POST"])
    def templates() -> Response:
        if request.method == "POST":
            body = _body()
            title, labels = str(body.get("title") or "待办事项提醒"), dict(body.get("labels") or LABELS)
            long_term, choices = body.get("long_term") is True, dict(body.get("choices") or {})
            account.subscriptions.add(Template(_text("template_id"), title, long_term, labels, choices))
        return jsonify({"templates": list(account.subscriptions.templates().values())})


def install_callbacks(app: Flask, out: Pushes) -> None:
    """Add control of the events on their way to the server."""

    @app.get("/sim/v1/callbacks")
    def state() -> Response:
        return jsonify(out.state(min(request.args.get("wait", 0.0, float), MAX_WAIT_S)))

    @app.post("/sim/v1/callbacks")
    def target() -> Response:
        out.target = Target(_text("url"), _text("token"), _text("aes_key"))
        return jsonify({"verified": out.verify()})

    @app.post("/sim/v1/callbacks/verify")
    def verify() -> Response:
        return jsonify({"verified": out.verify()})

    @app.post("/sim/v1/callbacks/release")
    def release() -> Response:
        body = _body()
        return jsonify(
            {"pushed": out.release(str(body.get("order", "given")), batch=body.get("batch") is True)}
        )


def install_faults(app: Flask, account: Account, faults: Faults) -> None:
    """Add the faults, and the call counts that show how a server reacted."""

    @app.get("/sim/v1/calls")
    def calls() -> Response:
        return jsonify({"calls": account.calls.all()})

    @app.get("/sim/v1/faults")
    def in_force() -> Response:
        return jsonify({"faults": faults.all()})

    @app.post("/sim/v1/faults")
    def set_faults() -> Response:
        wanted = _body()
        now = faults.set(wanted)
        if wanted.get("token") == "expired":
            account.tokens.expire()
        if wanted.get("token") == "rotated":
            account.tokens.rotate()
        if "quota" in wanted or wanted.get("clear") or not wanted:
            account.calls.forget()
        return jsonify({"faults": now})


def _body() -> dict[str, Any]:
    """Return the request's JSON object; {} when there is none."""
    return sent_json() or {}


def _text(name: str) -> str:
    """Return a text of the request's JSON object."""
    value = _body()[name]
    if not isinstance(value, str) or not 1 <= len(value) <= 256:
        raise ValueError(f"{name} must be a text of 1 to 256 characters")
    return value
