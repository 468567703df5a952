"""What an alert says: one Chinese sentence with its numbers, and who it is about."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables
from models.domain.abuse.alert import About, AlertKind
from models.domain.person import mask

KINDS: Mapping[AlertKind, str] = {
    AlertKind.STAFF_SHOWN: "申诉照片是本店员工",
    AlertKind.SAME_FACE: "多件申诉是同一张脸",
    AlertKind.RELATIVE_NEARER: "更像亲属",
    AlertKind.ONE_PHONE: "一部手机替多家人核验",
    AlertKind.CLOSING_BURST: "打烊前集中免刷脸",
    AlertKind.BYPASS_RATE: "核对证件过多",
    AlertKind.APPEAL_RATE: "申诉过多",
    AlertKind.NEAR_MISSES: "连续差一点通过",
    AlertKind.DISPUTES: "代办被多次否认",
    AlertKind.AGENT_QUOTA: "代办达到上限",
}
_RATE = (
    "8 周内 {of:.0f} 笔中有 {hits:.0f} 笔以{what}结束（{share:.0%}）；按笔数折算的估计为 {rate:.0%}"
    "（99% 区间 {low:.0%}–{high:.0%}），同类平均为 {peers:.1%}。"
)
_EXPLAINED = (
    "笔数少时，{hits:.0f}/{of:.0f} 可能只是碰巧，所以把它向同类平均 {peers:.1%} 拉近，得到 {rate:.0%}；"
    "笔数越多，拉得越少。99% 区间是说：真实比例有 99% 的把握在 {low:.0%} 与 {high:.0%} 之间。"
    "连下端 {low:.0%} 也高于同类平均的 1.2 倍，才会提示。"
)
_SENTENCES: Mapping[AlertKind, str] = {
    AlertKind.STAFF_SHOWN: (
        "发现时，{appeals:.0f} 件未结申诉的照片像一名本店员工（最高 {best:.2f}，0.50 起算）。"
    ),
    AlertKind.SAME_FACE: (
        "发现时，{appeals:.0f} 件未结申诉分属不同家庭，照片却像同一个人（最高 {best:.2f}）。"
    ),
    AlertKind.RELATIVE_NEARER: "{of:.0f} 笔中有 {times:.0f} 笔，镜头前的人更像其亲属（最高 {best:.2f}）。",
    AlertKind.ONE_PHONE: "这部手机 8 周内替 {families:.0f} 个家庭的 {persons:.0f} 人核验了 {times:.0f} 次。",
    AlertKind.CLOSING_BURST: "{days:.0f} 天在打烊前 {minutes:.0f} 分钟内，共有 {times:.0f} 笔不刷脸结束。",
    AlertKind.BYPASS_RATE: _RATE,
    AlertKind.APPEAL_RATE: _RATE,
    AlertKind.NEAR_MISSES: (
        "连续 {times:.0f} 次都只差一点、中间没有通过，涉及 {purchases:.0f} 笔：可能登记照片太旧，"
        "也可能有人反复试探。"
    ),
    AlertKind.DISPUTES: "有 {times:.0f} 笔代办被参保人说成“不是我授权的”。",
    AlertKind.AGENT_QUOTA: "有 {months:.0f} 个月替 {quota:.0f} 名以上外人代办，8 周内共 {holders:.0f} 人。",
}
_WHAT = {AlertKind.BYPASS_RATE: "核对证件", AlertKind.APPEAL_RATE: "申诉"}
ABOUT = {
    About.CASHIER: "收费员",
    About.SHOP: "机构",
    About.PHONE: "手机",
    About.PERSON: "参保人",
    About.AGENT: "代办人",
}


def sentence(kind: AlertKind, numbers: Mapping[str, Any]) -> str:
    """Return why there is an alert, with its numbers."""
    share = numbers["hits"] / numbers["of"] if kind in _WHAT else 0.0
    return _SENTENCES[kind].format(what=_WHAT.get(kind, ""), share=share, **numbers)


def explained(kind: AlertKind, numbers: Mapping[str, Any]) -> str:
    """Return how the estimate of a rate comes about, "" for other kinds."""
    return _EXPLAINED.format(**numbers) if kind in _WHAT else ""


def subject(ports: Ports, db: Session, row: tables.Alert) -> str:
    """Return who an alert is about, as far as this console may name them."""
    place, _, rest = row.subject.partition("/")
    if row.kind is AlertKind.SAME_FACE:
        return "不同家庭的申诉"
    if row.kind is AlertKind.STAFF_SHOWN:
        place, _, person_id = row.subject.partition("#")
        return f"{_shop(db, place)} 的员工 {_person(ports, db, person_id)}"
    match row.about:
        case About.CASHIER:
            return f"{_shop(db, place)} 收费员 {rest}"
        case About.SHOP:
            return _shop(db, row.subject)
        case About.PHONE:
            return f"手机 {row.subject[:8]}"
    return _person(ports, db, row.subject)


def _shop(db: Session, institution_id: str) -> str:
    shop = tables.Institution
    return db.scalar(select(shop.name).where(shop.id == institution_id)) or institution_id


def _person(ports: Ports, db: Session, person_id: str) -> str:
    row = db.get(tables.Person, person_id)
    if row is None or row.deleted_at is not None:
        return "已注销的人"
    return mask(ports.vault.text(f"person.name:{row.id}", row.name))
