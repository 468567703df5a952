"""Responses of the console: page security policy, session cookie, Chinese labels of stored values."""

from typing import Any

from flask import Response, make_response, render_template
from flask_login import current_user

from api.console.sessions import SignedIn
from api.http.web import ports
from models.domain.appeal import AppealReason, AppealState
from models.domain.console.act import ActKind
from models.domain.console.operator import Right, Role
from models.domain.console.review import Ground, Verdict

COOKIE = "yibao_console"
PATH = "/console"
POLICY = (
    "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
WORDS: dict[str, str] = {
    Role.OPERATOR: "运营员",
    Role.REVIEWER: "复核员",
    Role.AUDITOR: "审计员",
    Role.ADMINISTRATOR: "管理员",
    AppealState.LODGED: "待复核",
    AppealState.WITHDRAWN: "已撤回",
    AppealReason.PHOTO_OUTDATED: "登记照片太旧",
    AppealReason.APPEARANCE_CHANGED: "容貌有变化",
    AppealReason.CAPTURE_TROUBLE: "拍摄遇到困难",
    AppealReason.OTHER: "其他",
    Verdict.UPHELD: "申诉成立",
    Verdict.REJECTED: "申诉不成立",
    Ground.SAME_PERSON: "看得出是同一个人",
    Ground.REFERENCE_OUTDATED: "登记照片已不能代表本人",
    Ground.CAPTURE_POOR: "拍摄条件差，不能怪本人",
    Ground.OTHER_PERSON: "看得出是另一个人",
    Ground.NOT_ALIVE: "不是真人现场拍摄",
    Ground.NOT_DECIDABLE: "照片不足以判断",
    ActKind.ACCOUNT_INVITED: "邀请账号",
    ActKind.ACCOUNT_JOINED: "启用账号",
    ActKind.ACCOUNT_REMOVED: "停用账号",
    ActKind.ACCOUNT_LOCKED: "账号锁定",
    ActKind.SIGNED_IN: "登录",
    ActKind.SIGNED_OUT: "退出",
    ActKind.ACTS_READ: "查看操作记录",
    ActKind.CASE_OPENED: "打开案件",
    ActKind.CASE_CLAIMED: "领取案件",
    ActKind.CASE_RELEASED: "退回案件",
    ActKind.PHOTO_OPENED: "查看照片",
    ActKind.VERDICT_GIVEN: "给出结论",
    ActKind.RELEASE_PROPOSED: "提议策略发布",
    ActKind.RELEASE_APPROVED: "批准策略发布",
    ActKind.RELEASE_WITHDRAWN: "撤回策略发布",
    ActKind.RELEASE_MOVED: "策略发布进入下一阶段",
    ActKind.RELEASE_HELD: "策略发布暂停",
    ActKind.RELEASE_RESUMED: "策略发布继续",
    ActKind.RELEASE_ROLLED_BACK: "策略退回前一版",
    ActKind.FIGURES_READ: "查看统计",
}
CODES = {
    "sign_in_refused": "账号、密码或动态码不正确。连续错 5 次，账号锁定 15 分钟。",
    "forbidden": "您的角色没有这项权限。需要时请联系管理员。",
    "not_impartial": "您与本案有关（本人、家人或该机构员工），不能复核。请由他人处理。",
    "already_claimed": "其他复核员正在处理这件申诉，请选下一件。",
    "already_judged": "您已复核过，或这件申诉已有结论。",
    "not_claimed": "领取已过期（30 分钟）。请重新领取后再提交。",
    "operator_exists": "这个账号名或这个人已有账号：一人一号。",
    "own_account": "不能停用自己的账号，请由另一位管理员操作。",
    "password_weak": "密码须为 12–128 个字符，且至少有 5 个不同字符。",
    "code_wrong": "动态码不正确或已用过，请等下一个。",
    "photo_over": "60 秒已过。需要再看，请再说明一次理由。",
    "own_proposal": "不能批准自己的提议，请由另一位运营员批准。",
    "evidence_expired": "提议已超过 7 天，依据可能过时。请撤回后重新提议。",
    "overtaken": "提议之后现行策略已变。请撤回后按现行策略重新提议。",
    "below_floor": "低于代码规定的底线（活体检测、亲属间隔或陌生人误识率 0.1%），生产环境不接受。",
    "release_open": "另一项策略发布还在进行，请等它结束或先撤回。",
    "policy_invalid": "阈值填写有误：名称不认识、数值超出范围，或与现行策略相同。",
    "budget_invalid": "放行预算超出允许范围（至多 500 次、5 万元）。",
    "policy_decided": "这一版已生效、已撤回或已被取代。",
    "not_found": "找不到，或链接已用过、已过期。",
    "invalid": "填写的内容不完整，请检查后再提交。",
    "malformed": "填写的内容不完整，请检查后再提交。",
}
MENU = (
    (Right.SEE_CASES, "console.appeals", "申诉复核"),
    (Right.SEE_ACCOUNTS, "console.accounts", "账号"),
    (Right.SEE_ACTS, "console.acts", "操作记录"),
)


def me() -> SignedIn:
    """Return the signed-in account; valid only behind the guard."""
    found: SignedIn = current_user._get_current_object().who
    return found


def page(template: str, status: int = 200, **shown: Any) -> Response:
    """Return a console page with a nonce-based Content-Security-Policy and `no-store`."""
    nonce = ports().random.token()
    who = me() if current_user.is_authenticated else None
    menu = [(end, title) for right, end, title in MENU if who and who.may(right)]
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
