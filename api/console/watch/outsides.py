"""Page on what depends on others: webhooks and messages, permission in WeChat, look-ups."""

from collections.abc import Mapping, Sequence
from datetime import date

from api.console.charts import Chart, Line
from api.console.lists.table import minute
from api.console.texts import WORDS
from api.console.watch.shown import SHARE, Shown, Table, days_axis, percentage, share
from api.ports import Ports
from api.watching import outside
from api.watching.outside import Outside
from models.domain.delivery import DeliveryKind
from models.domain.identity.guess import GuessKind
from models.domain.subscription import FactKind

KINDS = {
    DeliveryKind.PUSH: "推送",
    DeliveryKind.NOTICE: "代办提醒",
    DeliveryKind.MORE: "请补充材料",
    DeliveryKind.RENEWAL: "请决定是否换用照片",
    DeliveryKind.WEBHOOK: "回调",
    DeliveryKind.SANDBOX: "沙箱",
}
ANSWERS = {
    FactKind.ACCEPTED: "允许",
    FactKind.DECLINED: "拒绝",
    FactKind.SWITCHED_OFF: "关闭",
    FactKind.TAKEN: "微信收下",
    FactKind.DELIVERED: "送达",
    FactKind.FAILED: "没有送达",
    FactKind.REFUSED: "微信拒收",
}
LOOKED_UP = {
    GuessKind.COUNTER: "柜台查人",
    GuessKind.PHONE: "手机查人",
    GuessKind.NUMBER: "查不到的证件号",
    GuessKind.TILL_CODE_BY: "到店码（按猜的人）",
    GuessKind.TILL_CODE_FOR: "到店码（按被猜的人）",
    GuessKind.STAFF_CODE: "员工码",
}
ByDay = Mapping[date, Mapping[str, int]]


def outsides(ports: Ports, period: int) -> Shown:
    """Show deliveries that are not done, permissions, and look-ups that found nobody."""
    found = outside.outside(ports, period)
    days = sorted({*found.people, *found.answers, *found.lookups})
    charts = []
    if days:
        charts = [_permission(found.people, days), _missed(found.lookups, days)]
    tables = [
        _waiting(found),
        _stuck(found),
        _people(found.people),
        _answers(found.answers),
        _lookups(found.lookups),
    ]
    return Shown("待发送的每种状态只看最新的 500 条；查询和参保人数每天结束后统计一次。", tables, charts)


def _waiting(found: Outside) -> Table:
    rows: list[list[object]] = [
        [
            KINDS[one.kind],
            WORDS.get(one.state, one.state),
            f"{one.number}{' 以上' if one.more else ''}",
            minute(one.oldest),
        ]
        for one in found.waiting
    ]
    return Table("没有办完的回调和消息", ("种类", "状态", "条数", "其中最早的"), rows, 2)


def _stuck(found: Outside) -> Table:
    rows = [[one.shop, one.error, one.number] for one in found.stuck]
    return Table("回调没有成功的机构", ("机构", "最近的原因", "条数"), rows, 2)


def _people(found: ByDay) -> Table:
    rows = [
        [
            f"{day}", n.get("persons", 0), n.get("bound", 0), n.get("agreed", 0),
            percentage(share(n.get("agreed", 0), n.get("persons", 0))),
        ]
        for day, n in sorted(found.items(), reverse=True)
    ]  # fmt: skip
    return Table("能收到消息的参保人", ("日期", "参保人", "已绑定微信", "手机上允许了消息", "占比"), rows)


def _answers(found: ByDay) -> Table:
    rows = [
        [f"{day}", *(n.get(kind, 0) for kind in ANSWERS), percentage(_allowed(n))]
        for day, n in sorted(found.items(), reverse=True)
    ]
    return Table("微信里的回答和送达", ("日期", *ANSWERS.values(), "回答里允许的占比"), rows)


def _allowed(n: Mapping[str, int]) -> float | None:
    """Return the share of the answers that allow messages."""
    yes = n.get(FactKind.ACCEPTED, 0)
    return share(yes, yes + n.get(FactKind.DECLINED, 0) + n.get(FactKind.SWITCHED_OFF, 0))


def _lookups(found: ByDay) -> Table:
    rows = [
        [f"{day}", title, n.get(f"{kind} asked", 0), n.get(f"{kind} missed", 0), percentage(_share(n, kind))]
        for day, n in sorted(found.items(), reverse=True)
        for kind, title in LOOKED_UP.items()
        if n.get(f"{kind} asked")
    ]
    return Table("查询没有找到人", ("日期", "查询", "次数", "没有找到", "占比"), rows, 2)


def _share(n: Mapping[str, int], kind: str) -> float | None:
    return share(n.get(f"{kind} missed", 0), n.get(f"{kind} asked", 0))


def _permission(found: ByDay, days: Sequence[date]) -> Chart:
    lines = [
        Line(title, line, [
            (day.toordinal(), n.get(name, 0) / n["persons"])
            for day, n in sorted(found.items()) if n.get("persons")
        ])
        for title, line, name in (("已绑定微信", "c1", "bound"), ("允许了消息", "c2", "agreed"))
    ]  # fmt: skip
    return Chart(
        "参保人里绑定微信、允许消息的比例；数值见下表", days_axis(days), SHARE, lines, "日期", "比例"
    )


def _missed(found: ByDay, days: Sequence[date]) -> Chart:
    lines = [
        Line(LOOKED_UP[kind], line, [
            (day.toordinal(), part)
            for day, n in sorted(found.items()) if (part := _share(n, kind)) is not None
        ])
        for kind, line in ((GuessKind.COUNTER, "c1"), (GuessKind.PHONE, "c2"))
    ]  # fmt: skip
    return Chart("查询没有找到人的比例；数值见下表", days_axis(days), SHARE, lines, "日期", "比例")
