"""The simulator's page: every openid's 服务通知, and WeChat's other state."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from flask import Flask, render_template, request

from wechat.simulator.account import Account
from wechat.simulator.faults import Faults
from wechat.simulator.names import names
from wechat.simulator.pushes import Pushes

# Chinese names of the calls.
CALLS = {
    "/cgi-bin/stable_token": "取接口凭据",
    "/cgi-bin/token": "取接口凭据（旧）",
    "/cgi-bin/message/subscribe/send": "发订阅消息",
    "/wxa/getwxacodeunlimit": "取小程序码",
    "/sns/jscode2session": "登录",
    "/cityservice/face/identify/getverifyid": "发起人脸核身",
    "/cityservice/face/identify/queryverifyinfo": "查询人脸核身",
    "/wxa/getuserriskrank": "查询用户风险等级",
    "/wxaapi/newtmpl/gettemplate": "查询模板",
}

# Chinese descriptions of faults; others show their name.
FAULTS = {
    "token": "凭据无效",
    "send": "发消息出错",
    "login": "登录出错",
    "code_image": "取码出错",
    "latency_ms": "应答变慢（毫秒）",
    "hang": "不再应答",
    "status": "应答状态",
    "body": "应答内容",
    "reset": "断开连接",
    "truncate": "应答中断",
    "quota": "每分钟额度",
    "delivery": "消息送不到",
    "callback_hold": "扣住事件",
    "callback_lost": "丢失事件",
    "callback_forged": "伪造签名",
    "callback_late_s": "事件迟到（秒）",
    "callback_copies": "事件重复",
    "callback_repeats": "原样重发",
    "callback_shape": "List 形式",
    "callback_format": "数据格式",
}
CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the chats: a phone in the browser, and a file with everybody's names."""

    phone_url: str = ""
    names: str = ""


def install(app: Flask, account: Account, faults: Faults, out: Pushes, beside: Beside) -> None:
    """Add the page; where there is a phone, a tap on a message opens it beside the chats."""

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
            faults=[
                (FAULTS.get(name, name), name, json.dumps(value, ensure_ascii=False))
                for name, value in faults.all().items()
            ],
            callbacks=out.state(),
            phone_url=beside.phone_url,
            names=names(beside.names),
        )


def _person(account: Account, openid: str) -> dict[str, Any]:
    """Return the page's data for one openid, newest message first."""
    messages = [
        message | {"at": datetime.fromisoformat(message["sent_at"]).astimezone(CHINA)}
        for message in account.subscriptions.chat(openid)[::-1]
    ]
    return {"openid": openid, "messages": messages, "credits": account.subscriptions.credits(openid)}
