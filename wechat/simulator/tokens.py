"""Calls that return a token or a session; they require the AppSecret instead of a token."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, jsonify, request

from wechat.simulator.account import Account
from wechat.simulator.answers import errcode, sent_json
from wechat.simulator.faults import Faults


def install(app: Flask, account: Account, faults: Faults) -> None:
    """Add /cgi-bin/stable_token, /cgi-bin/token and /sns/jscode2session."""

    @app.post("/cgi-bin/stable_token")
    def stable_token() -> Response:
        body = sent_json()
        if body is None:
            return errcode(47001, "data format error")
        refused = _refusal(account, faults, body)
        if refused:
            return refused
        code, token, seconds = account.tokens.stable(force=body.get("force_refresh") is True)
        if code:
            return errcode(code, "reach max api daily quota limit")
        return jsonify({"access_token": token, "expires_in": seconds})

    @app.get("/cgi-bin/token")
    def token() -> Response:
        refused = _refusal(account, faults, request.args)
        if refused:
            return refused
        value, seconds = account.tokens.plain()
        return jsonify({"access_token": value, "expires_in": seconds})

    @app.get("/sns/jscode2session")
    def code_to_session() -> Response:
        refused = _refusal(account, faults, request.args)
        if refused:
            return refused
        code, openid = account.logins.redeem(request.args.get("js_code", ""))
        if code:
            return errcode(code, "invalid code" if code == 40029 else "code been used")
        return jsonify({"openid": openid, "session_key": secrets.token_urlsafe(16)})


def _refusal(account: Account, faults: Faults, given: Mapping[str, Any]) -> Response | None:
    """Return the refusal of a wrong AppID or AppSecret, or of a fault."""
    code = faults.errcode(request.path)
    if code:
        return errcode(code, "fault")
    if not _is(given.get("appid"), account.appid):
        return errcode(40013, "invalid appid")
    return None if _is(given.get("secret"), account.secret) else errcode(40125, "invalid appsecret")


def _is(given: Any, wanted: str) -> bool:
    return isinstance(given, str) and secrets.compare_digest(given.encode(), wanted.encode())
