"""Responses of the console: page security policy, session cookie, Chinese labels of stored values."""

from collections.abc import Mapping
from typing import Any

from flask import Response, make_response, render_template, url_for
from flask_login import current_user

from api.console.sessions import SignedIn
from api.console.texts import CODES, WORDS
from api.http.web import ports
from models.domain.console.operator import Right

COOKIE = "yibao_console"
PATH = "/console"
POLICY = (
    "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
MENU: tuple[tuple[Right, str, dict[str, str], str], ...] = (
    (Right.SEE_CASES, "console.appeals", {}, "申诉复核"),
    (Right.SEE_CASES, "console.listed", {"name": "recoveries"}, "追回"),
    (Right.SEE_CASES, "console.reviewers", {}, "复核质量"),
    (Right.SEE_ALERTS, "console.alerts", {}, "异常提示"),
    (Right.SEE_POLICIES, "console.watch", {}, "运行监测"),
    (Right.SEE_POLICIES, "console.thresholds", {}, "阈值"),
    (Right.SEE_POLICIES, "console.stranger_runs", {}, "陌生人"),
    (Right.SEE_POLICIES, "console.what_if", {}, "试算"),
    (Right.SEE_POLICIES, "console.releases", {}, "策略发布"),
    (Right.SEE_POLICIES, "console.overrides_list", {}, "例外"),
    (Right.SEE_POLICIES, "console.models", {}, "模型迁移"),
    (Right.SEE_CASES, "console.listed", {"name": "disputes"}, "代办争议"),
    (Right.SEE_CASES, "console.listed", {"name": "held"}, "导入照片"),
    (Right.SEE_INSTITUTIONS, "console.listed", {"name": "institutions"}, "机构"),
    (Right.SEE_INSTITUTIONS, "console.listed", {"name": "staff"}, "员工"),
    (Right.SEE_INSTITUTIONS, "console.listed", {"name": "deliveries"}, "待发送"),
    (Right.SEE_SUBJECTS, "console.listed", {"name": "bindings"}, "微信绑定"),
    (Right.SEE_SUBJECTS, "console.listed", {"name": "consents"}, "同意记录"),
    (Right.SEE_SUBJECTS, "console.listed", {"name": "requests"}, "个人信息请求"),
    (Right.SEE_ACCOUNTS, "console.accounts", {}, "账号"),
    (Right.SEE_ACTS, "console.acts", {}, "操作记录"),
)


def me() -> SignedIn:
    """Return the signed-in account; valid only behind the guard."""
    found: SignedIn = current_user._get_current_object().who
    return found


def _path(endpoint: str, values: Mapping[str, Any]) -> str:
    return url_for(endpoint, **values)


def page(template: str, status: int = 200, **shown: Any) -> Response:
    """Return a console page with a nonce-based Content-Security-Policy and `no-store`."""
    nonce = ports().random.token()
    who = me() if current_user.is_authenticated else None
    menu = [(_path(end, values), title) for right, end, values, title in MENU if who and who.may(right)]
    body = render_template(f"console/{template}", nonce=nonce, who=who, menu=menu, words=WORDS, **shown)
    response = make_response(body, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = POLICY.format(nonce=nonce)
    return response


def refused(code: str, status: int) -> Response:
    """Return the error page of a refusal, with its reason and the next step."""
    said = CODES.get(code, "没有成功，请返回后再试。")
    return page("refused.html", status, said=said)


def keep(response: Response, token: str) -> Response:
    """Set the session cookie on the response and return it."""
    https = ports().settings.base_url.startswith("https://")
    response.set_cookie(COOKIE, token, path=PATH, secure=https, httponly=True, samesite="Strict")
    return response
