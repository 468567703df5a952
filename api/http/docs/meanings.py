"""Meaning and handling of receipt claims and reasons, for OpenAPI and docs/integration.md."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """One receipt claim or reason, its meaning and the till's handling of it."""

    name: str
    means: str
    then: str


CLAIMS = (
    Meaning("iss", "谁签的：服务器地址，沙箱再加 `/sandbox`", "与预期的不符就不收"),
    Meaning("aud", "给哪家机构：机构编号", "不是本机构就不收"),
    Meaning("jti", "回执编号", "核销时写进地址；只能用一次"),
    Meaning("iat", "签发时间，Unix 秒", "留作凭证"),
    Meaning("exp", "到期时间，Unix 秒（签发后 30 分钟）", "已过就不收，重新核验"),
    Meaning("order_no", "订单号", "与本单不符就不收"),
    Meaning("amount_fen", "核验的金额，分", "与本单不符就不收；核销金额不得更高"),
    Meaning("result", "`passed` 人脸通过，`appealed` 已申诉先购药，`bypassed` 已核对证件",
         "三种都可以结算；把它记进结算单，不要把后两种当作人脸通过"),
    Meaning("person", "到场的人：`person_id`、与参保人的关系 `relation`", "记进结算单"),
    Meaning("cardholder", "参保人：`person_id`", "扣他的账户"),
    Meaning("agent",
         "`false`；或代办人：`person_id`、`name`（遮盖）、`relation`、`checks`（柜台核对过的证件）",
         "不是 `false` 就按代办登记"),
    Meaning("guardian", "`true`：参保人是不刷脸的未成年人，家长代为核验", "按监护人代办登记"),
    Meaning("channel", "`push` 推送到本人微信，`qr` 收费员手机；核对证件时可以是 `null`", "留作统计"),
    Meaning("provider", "谁认的：`own` 本系统，`wechat` 微信人脸核身，`documents` 人工核对证件", "留作统计"),
    Meaning("policy", "判定所用策略的版本；没有拍过就是 `null`", "有争议时告诉管理员"),
    Meaning("sandbox", "只在沙箱回执里：`true`", "正式收银台见到就不收"),
)  # fmt: skip

REASONS = (
    Meaning("ok", "通过", "等 `verification.passed`，取回执"),
    Meaning("not_acquired", "三次都没有拍到可用的画面", "请本人换亮一点的地方重试、申诉，或核对证件"),
    Meaning("action_missing", "没有看到要求的动作", "请本人重试或申诉，或核对证件"),
    Meaning("action_order", "动作的次序不对", "请本人按提示重试，或核对证件"),
    Meaning("not_live", "不像真人在拍", "核对证件（bypass）"),
    Meaning("not_matched", "与登记的照片不像同一人", "请本人重试或申诉，或核对证件"),
    Meaning("frames_seen_before", "画面以前出现过", "核对证件（bypass）"),
    Meaning("frames_irregular", "画面断了，或不像摄像头拍的", "请本人拿稳手机再拍，或核对证件"),
    Meaning("matcher_unavailable", "比对服务没有回答，已多给一分钟", "请本人再拍一次；再没有就核对证件"),
    Meaning("tries_used_up", "次数用完", "核对证件（bypass）"),
    Meaning("not_bound", "没有开通，不知道推到哪个微信", "出示二维码，或核对证件"),
    Meaning("not_subscribed", "没有可用的消息额度", "出示二维码，或请本人开通一次再推"),
    Meaning("refused_by_wechat", "微信拒收", "出示二维码，或核对证件"),
    Meaning("wechat_unavailable", "连不上微信", "过一会再推，或出示二维码"),
    Meaning("wechat_misconfigured", "服务器的微信设置不对", "出示二维码，并告诉管理员"),
)  # fmt: skip


def rows(told: tuple[Meaning, ...]) -> list[str]:
    """Return the rows of the guide's Markdown table."""
    return [f"| `{one.name}` | {one.means} | {one.then} |" for one in told]
