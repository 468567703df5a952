"""Error codes of the till API, their meaning and remedy, for OpenAPI and docs/integration.md."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from api.http.description import Description

# The codes whose response carries Retry-After.
WAITED_FOR = ("rate_limited", "busy")
AGAIN = {
    "description": "几秒后再发同一请求；POST 用同一个 Idempotency-Key。",
    "schema": {"type": "integer", "minimum": 0},
}


class Scope(Enum):
    """Which routes return a code: those that declare it, those with an Idempotency-Key, or all."""

    NAMED = 1
    REPEATABLE = 2
    EVERY = 3


@dataclass(frozen=True, slots=True)
class Code:
    """One error code, its HTTP status, its meaning and the till's remedy."""

    status: int
    code: str
    means: str
    then: str
    scope: Scope = Scope.NAMED

    def is_of(self, route: Description) -> bool:
        """Tell whether a route can return this code."""
        named = self.code in route.refuses or (self.scope is Scope.REPEATABLE and route.repeatable)
        return named or self.scope is Scope.EVERY


EVERY, POSTS = Scope.EVERY, Scope.REPEATABLE

TILL = (
    Code(400, "malformed", "请求读不懂：字段缺少、多余或类型不对", "改程序，字段名在 detail 里", EVERY),
    Code(401, "unauthorized", "没有带密钥，或密钥无效", "停下来，向管理员核对密钥", EVERY),
    Code(404, "not_found", "没有这个编号，或它属于别的机构", "核对编号和密钥", EVERY),
    Code(405, "method_not_allowed", "地址对，方法不对", "改程序", EVERY),
    Code(409, "order_exists", "这个订单已有核验，在办或已有结果",
         "用 GET /v1/verifications?order_no=… 找到它，接着办"),
    Code(409, "verification_ended", "本次核验已结束", "读取核验，以 state 为准；需要时另开一笔"),
    Code(409, "wrong_state", "本次核验已结束，不能取消，也不能改为核对证件",
         "读取核验，以 state 为准"),
    Code(409, "deciding", "正在比对，马上有结果", "等事件；没有通过再做，换新的 Idempotency-Key"),
    Code(409, "tries_used_up", "本次核验的次数已用完", "核对证件（bypass）"),
    Code(409, "receipt_redeemed", "回执已用于另一结算号或另一金额", "不要结算，查明原来那一笔"),
    Code(409, "receipt_expired", "回执已过 30 分钟", "重新核验"),
    Code(409, "key_reused", "同一个 Idempotency-Key 发了不同内容", "改程序：每件新的事换一个新的", POSTS),
    Code(409, "in_progress", "用这个 Idempotency-Key 的上一次请求还在处理", "等 2 秒，用同一个再发", POSTS),
    Code(403, "institution_suspended", "本机构已被停用，不能开始新的核验", "联系医保经办机构"),
    Code(413, "too_large", "请求超过 64 kB", "改程序", POSTS),
    Code(415, "unsupported_media_type", "请求不是 JSON", "发 Content-Type: application/json", POSTS),
    Code(422, "person_not_found", "查无此人：姓名与证件号不符，或不在名单上",
         "请收银员核对后重新填写"),
    Code(422, "id_number_invalid", "证件号不正确", "请收银员核对后重新填写"),
    Code(422, "notify_url_not_allowed", "回调地址不允许：不是 https，或不是公网地址",
         "改地址；内网地址请管理员登记网段"),
    Code(422, "person_missing", "推送没有说明推给谁", "先选实际到店的人"),
    Code(422, "relation_missing", "没有说明与参保人的关系，或把别人写成本人", "选择关系"),
    Code(422, "not_enrolled", "此人没有比对照片，无法刷脸", "核对证件（bypass）"),
    Code(422, "look_alike", "另有一人与此人长得一样（双胞胎），刷脸分不清", "核对证件（bypass）"),
    Code(422, "guardian_needed", "孩子不刷脸", "选家长，家长本人刷脸"),
    Code(422, "minor_not_filmed", "14 至 17 岁（按现行策略）不刷脸：面容变得快，容易认错",
         "核对证件（bypass），或选家长，家长本人刷脸"),
    Code(422, "native_resident_only", "微信人脸核身只支持居民身份证", "核对证件（bypass）"),
    Code(422, "agent_is_staff", "本机构工作人员不能在本机构代办", "另选实际到店的人"),
    Code(422, "checks_missing", "代办时没有说明两个人的证件都已核对", "核对后带上 checks 再发"),
    Code(422, "amount_too_high", "核销金额高于核验金额", "按实际金额重新核验"),
    Code(429, "rate_limited",
         "近一小时查无此人的次数过多（柜台或机构）；或 30 秒内刚向此人推送过，对方尚未同意",
         "等 Retry-After 秒；等不及就用二维码，或核对证件"),
    Code(429, "agent_quota", "此人本月代办的人数已满", "核对证件（bypass），或换人"),
    Code(500, "internal", "服务器出错", "记下 detail 里的请求编号，告诉管理员", EVERY),
    Code(503, "busy", "服务器忙，什么也没有改变", "等 Retry-After 秒，原样再发", EVERY),
)  # fmt: skip


def explain(operation: dict[str, Any], route: Description) -> dict[str, str]:
    """Document a till route's errors in its OpenAPI operation; return the first code of each status."""
    first: dict[str, str] = {}
    for one in TILL:
        if not one.is_of(route):
            continue
        status, line = str(one.status), f"`{one.code}` {one.means} → {one.then}"
        described = operation["responses"].setdefault(status, {"description": ""})
        described["description"] = f"{described['description']}\n\n{line}" if status in first else line
        first.setdefault(status, one.code)
        if one.code in WAITED_FOR:
            described["headers"] = {"Retry-After": AGAIN}
    return first
