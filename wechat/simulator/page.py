"""The page: every openid's 服务通知 as its owner sees them, and what WeChat knows besides."""

from typing import Any

from flask import Flask, render_template, request

from wechat.simulator.account import Account
from wechat.simulator.faults import Faults
from wechat.simulator.pushes import Pushes

# What each call is, for people.
CALLS = {
    "/cgi-bin/stable_token": "取接口凭据",
    "/cgi-bin/token": "取接口凭据（旧）",
    "/cgi-bin/message/subscribe/send": "发订阅消息",
    "/wxa/getwxacodeunlimit": "取小程序码",
    "/sns/jscode2session": "登录",
    "/cityservice/face/identify/getverifyid": "发起人脸核身",
    "/cityservice/face/identify/queryverifyinfo": "查询人脸核身",
    "/wxa/getuserriskrank": "查询用户风险等级",
}


def install(app: Flask, account: Account, faults: Faults, out: Pushes) -> None:
    """Add the page."""

    @app.get("/")
    def page() -> str:
        known = account.subscriptions.openids()
        chosen = request.args.get("openid") or (known[0] if known else "")
        return render_template(
            "page.html",
            people=[_person(account, openid) for openid in known],
            chosen=_person(account, chosen) if chosen else None,
            templates=account.subscriptions.templates(),
            calls=[(CALLS.get(path, path), path, count) for path, count in account.calls.all().items()],
            faults=faults.all(),
            callbacks=out.state(),
        )


def _person(account: Account, openid: str) -> dict[str, Any]:
    """Return what the page shows of one openid, the newest message first."""
    messages = account.subscriptions.chat(openid)[::-1]
    return {"openid": openid, "messages": messages, "credits": account.subscriptions.credits(openid)}
