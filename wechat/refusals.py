"""Meanings of WeChat's errcodes: one table for the gateway, the log, the counter and the operator.

https://developers.weixin.qq.com/miniprogram/dev/framework/usability/PublicErrno.html
https://developers.weixin.qq.com/doc/oplatform/Return_codes/Return_code_descriptions_new.html
"""

from dataclasses import dataclass
from enum import StrEnum

TOKEN_CALL = "cgi-bin/stable_token"  # noqa: S105
STALE_TOKEN = frozenset({40001, 40014, 42001})


class Kind(StrEnum):
    """Whom a refusal concerns, which determines the reaction."""

    # The installation or its account: nothing works until an operator corrects it.
    PERMANENT = "permanent"
    # The call had no effect and may be repeated later.
    PASSING = "passing"
    # Only this person, code or session: the next one may succeed.
    USER = "user"


@dataclass(frozen=True, slots=True)
class Meaning:
    """An errcode's meaning, and what to do about it, in the operator's words."""

    kind: Kind
    says: str
    then: str


P, W, U = Kind.PERMANENT, Kind.PASSING, Kind.USER
_PROGRAM = "程序发出的请求不合要求：记下接口和错误码，交给开发者"
_APPID = "核对 YIBAO_WECHAT_APPID 和 YIBAO_WECHAT_SECRET 是否属于同一个小程序"
_RESET = "在微信公众平台“开发管理 → 开发设置”核对或重置 AppSecret，改 YIBAO_WECHAT_SECRET 后重启"
_ALLOW = "在微信公众平台“开发管理 → 开发设置 → IP 白名单”加入本服务器的出口地址"
_GRANT = "在微信公众平台核对类目和接口权限，开通后再试"
_TEMPLATE = "在微信公众平台“订阅消息 → 我的模板”核对模板，改 YIBAO_WECHAT_TEMPLATE_ID"
_KEYS = "用 yibao wechat check 对照模板的字段，改 YIBAO_WECHAT_TEMPLATE_KEYS"
_PAGE = "发布含有该页面的小程序版本；发布前把 YIBAO_WECHAT_ENV_VERSION 设为 trial 或 develop"
_BANNED = "查看微信公众平台的站内信，按要求整改后申请解封"
_LATER = "不用处理：系统会自动再试；一直这样请查看微信公众平台的公告"
_QUOTA = "不用处理：过一会儿自动恢复；常常这样请在微信公众平台申请提高额度"
_OTHERWISE = "请此人改用其他方式核验"
_AGAIN = "不用处理：请此人重新打开小程序，再做一次"

TABLE: dict[int, Meaning] = {
    -1000: Meaning(W, "微信系统错误", _LATER),
    -1: Meaning(W, "微信系统繁忙", _LATER),
    40001: Meaning(W, "接口凭证已失效", _LATER),
    40002: Meaning(P, "凭证类型不对", _PROGRAM),
    40003: Meaning(U, "此人的 openid 无效，或不属于本小程序", _AGAIN),
    40013: Meaning(P, "AppID 无效", _APPID),
    40014: Meaning(W, "接口凭证不对", _LATER),
    40029: Meaning(U, "登录码无效或已过期", _AGAIN),
    40035: Meaning(P, "参数不对", _PROGRAM),
    40037: Meaning(P, "模板编号无效：没有这个模板，或它不属于本小程序", _TEMPLATE),
    40066: Meaning(P, "接口地址不对", "核对 YIBAO_WECHAT_BASE_URL"),
    40097: Meaning(P, "参数不对", _PROGRAM),
    40125: Meaning(P, "AppSecret 不对", _RESET),
    40129: Meaning(P, "场景值不对", _PROGRAM),
    40159: Meaning(P, "小程序码的路径为空或太长", _PROGRAM),
    40163: Meaning(U, "登录码已经用过", _AGAIN),
    40164: Meaning(P, "本服务器的地址不在 IP 白名单里", _ALLOW),
    40165: Meaning(P, "小程序码的路径不对", _PAGE),
    40169: Meaning(P, "场景值太长或不是文本", _PROGRAM),
    40226: Meaning(U, "微信认为此人的账号风险高，不让登录", _OTHERWISE),
    40243: Meaning(P, "AppSecret 已被冻结", _RESET),
    41001: Meaning(P, "请求没有带凭证", _PROGRAM),
    41002: Meaning(P, "请求没有带 AppID", _APPID),
    41004: Meaning(P, "请求没有带 AppSecret", _RESET),
    41008: Meaning(U, "没有登录码", _AGAIN),
    41009: Meaning(U, "没有 openid", _AGAIN),
    41028: Meaning(U, "微信不认这次操作，消息发不出去", _AGAIN),
    41029: Meaning(U, "这次操作可发的消息已经发完", "请此人在小程序里再点一次“允许”"),
    41030: Meaning(P, "小程序里没有这个页面，或含有它的版本还没有发布", _PAGE),
    42001: Meaning(W, "接口凭证已过期", _LATER),
    42007: Meaning(P, "账号的密码改过，授权已失效", _RESET),
    43001: Meaning(P, "应当用 GET", _PROGRAM),
    43002: Meaning(P, "应当用 POST", _PROGRAM),
    43003: Meaning(P, "应当用 https", "核对 YIBAO_WECHAT_BASE_URL"),
    43004: Meaning(U, "此人没有关注", _AGAIN),
    43019: Meaning(U, "此人在黑名单里", "在微信公众平台把此人移出黑名单"),
    43101: Meaning(U, "此人没有允许消息，或允许的条数已经用完", "请此人在小程序里再点一次“允许”"),
    43104: Meaning(P, "AppID 与 openid 不是同一个小程序的", _APPID),
    43107: Meaning(P, "订阅消息能力已被封禁", _BANNED),
    43108: Meaning(U, "发给此人的消息太密", "不用处理：稍后可以再发"),
    44002: Meaning(P, "请求的内容是空的", _PROGRAM),
    45002: Meaning(P, "消息太长", _KEYS),
    45009: Meaning(W, "今天的调用次数已用完", _QUOTA),
    45011: Meaning(W, "调用太密", _QUOTA),
    45035: Meaning(P, "本服务器的地址没有登记", _ALLOW),
    45168: Meaning(P, "消息里有微信不许的词", "核对机构名称和模板的内容"),
    47001: Meaning(P, "请求的内容不是 JSON", _PROGRAM),
    47003: Meaning(P, "消息的字段与模板不符", _KEYS),
    48001: Meaning(P, "账号没有这个接口的权限", _GRANT),
    48002: Meaning(U, "此人拒收消息", "请此人在微信里打开消息接收"),
    48003: Meaning(P, "账号没有同意接口的协议", _GRANT),
    48004: Meaning(P, "接口已被封禁", _BANNED),
    48008: Meaning(P, "账号没有这类消息的权限", _GRANT),
    50001: Meaning(P, "账号没有得到这个接口的授权", _GRANT),
    50002: Meaning(P, "账号受限，可能违规后被封", _BANNED),
    50005: Meaning(U, "此人没有关注", _AGAIN),
    61003: Meaning(P, "小程序没有授权给这个平台", _GRANT),
    61007: Meaning(P, "小程序没有把这个接口授权出来", _GRANT),
    61010: Meaning(U, "此人最近没有打开过小程序", _AGAIN),
    84010: Meaning(P, "人脸核身：没有带流水号", _PROGRAM),
    84011: Meaning(P, "人脸核身：流水号不合要求", _PROGRAM),
    84012: Meaning(P, "人脸核身：没有带证件", _PROGRAM),
    84013: Meaning(P, "人脸核身：证件类型不对", _PROGRAM),
    84014: Meaning(U, "人脸核身：微信不认此人的姓名", _OTHERWISE),
    84015: Meaning(U, "人脸核身：微信不认此人的证件号", _OTHERWISE),
    84016: Meaning(U, "人脸核身：没有带 openid", _AGAIN),
    84017: Meaning(U, "人脸核身：不是同一个微信", _AGAIN),
    84018: Meaning(U, "人脸核身：不是同一份证件", _AGAIN),
    84019: Meaning(U, "人脸核身：流水号已经用过", _AGAIN),
    84020: Meaning(U, "人脸核身：流水号对不上", _AGAIN),
    84021: Meaning(P, "人脸核身：没有带核身编号", _PROGRAM),
    84022: Meaning(U, "人脸核身：核身编号无效或已过期", _AGAIN),
    85096: Meaning(P, "小程序码的参数与版本不符", _PAGE),
    87009: Meaning(P, "签名不对", _PROGRAM),
    89002: Meaning(P, "小程序没有绑定到开放平台", _GRANT),
    89501: Meaning(P, "管理员拒绝了本服务器的地址", _ALLOW),
    89503: Meaning(P, "本服务器的地址在等管理员确认", "请小程序管理员在微信里点“确认”"),
    89506: Meaning(P, "管理员一天内两次拒绝了本服务器的地址", _ALLOW),
    89507: Meaning(P, "管理员一小时内拒绝过本服务器的地址", _ALLOW),
    200013: Meaning(P, "模板已被封禁", _TEMPLATE),
    200014: Meaning(P, "模板编号不对", _TEMPLATE),
    9410000: Meaning(P, "账号没有这个模板", _TEMPLATE),
}  # fmt: skip

# The same code with another meaning: here the secret is wrong, which no new token corrects.
OF_CALL: dict[tuple[str, int], Meaning] = {
    (TOKEN_CALL, 40001): Meaning(P, "AppSecret 不对，或不属于这个小程序", _RESET),
}
# Unlisted codes, by thousand, as WeChat groups its errors.
OTHERS: dict[int, Meaning] = {
    42: Meaning(W, "凭证已过期", _LATER),
    43: Meaning(P, "请求的方式不对", _PROGRAM),
    48: Meaning(P, "账号没有这个接口的权限", _GRANT),
    50: Meaning(P, "账号受限", _BANNED),
    61: Meaning(P, "小程序的授权有问题", _GRANT),
    89: Meaning(P, "账号或地址没有得到管理员的确认", _ALLOW),
}
UNLISTED = Meaning(P, "微信拒绝了请求，错误码没有收录", "记下接口和错误码，查微信的“全局返回码”")


def meaning(errcode: int, call: str = "") -> Meaning:
    """Return an errcode's meaning; an unlisted one is permanent, unless its thousand says otherwise."""
    if errcode < 0:
        return TABLE.get(errcode, TABLE[-1])
    listed = OF_CALL.get((call, errcode)) or TABLE.get(errcode)
    return listed or OTHERS.get(errcode // 1000, UNLISTED)
