"""WeChat's responses: JSON with HTTP 200, also for refusals."""

import secrets
from typing import Any

from flask import Response, jsonify, request

from wechat.simulator.account import Account
from wechat.simulator.faults import Faults


def errcode(code: int, errmsg: str, **more: Any) -> Response:
    """Return an errcode as WeChat does."""
    said = f"{errmsg} rid: {secrets.token_hex(8)}" if code else errmsg
    return jsonify({"errcode": code, "errmsg": said} | more)


def sent_json() -> dict[str, Any] | None:
    """Return the request's JSON object, or None when it is something else."""
    found = request.get_json(force=True, silent=True)
    return found if isinstance(found, dict) else None


def authorised(account: Account, faults: Faults) -> tuple[Response | None, dict[str, Any]]:
    """Return (refusal or None, body) of a call that needs a token and a JSON object."""
    refused = unauthorised(account, faults)
    if refused:
        return refused, {}
    body = sent_json()
    return (errcode(47001, "data format error"), {}) if body is None else (None, body)


def unauthorised(account: Account, faults: Faults) -> Response | None:
    """Return the refusal of a call whose token is wrong, or of a fault."""
    token = faults.get("token")
    code = {"always_40001": 40001}.get(token, token) if token else 0
    code = code or account.tokens.errcode(request.args.get("access_token", ""))
    if code:
        return errcode(int(code), "invalid credential, access_token is invalid or not latest")
    code = faults.errcode(request.path)
    return errcode(code, "fault") if code else None
