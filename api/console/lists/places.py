"""Lists of institutions, their staff, and pending deliveries."""

from sqlalchemy import or_, select

from api.console.lists.table import Cells, Filter, Listed, Order, day, minute
from api.ports import Ports
from models import tables
from models.domain.console.operator import Right
from models.domain.delivery import DeliveryState
from models.domain.person import mask
from models.domain.provider import Provider

SHOP, STAFF, DELIVERY = tables.Institution, tables.Staff, tables.Delivery
PROVIDERS = {Provider.OWN: "本系统", Provider.WECHAT: "微信核身"}


def _institution(_: Ports, row: tuple[tables.Institution]) -> Cells:
    one = row[0]
    return {
        "id": one.id,
        "name": one.name,
        "district": one.district or "",
        "provider": f"推送{PROVIDERS[one.provider]}，扫码{PROVIDERS[one.qr_provider]}",
        "state": "已停用" if one.suspended_at else "沙箱" if one.sandbox else "使用中",
        "created": day(one.created_at),
    }


INSTITUTIONS = Listed(
    "机构",
    Right.SEE_INSTITUTIONS,
    {"id": "编号", "name": "名称", "district": "区县", "provider": "拍摄方式", "state": "状态",
     "created": "登记日期"},
    lambda: select(SHOP),
    SHOP.id,
    {"name": Order(SHOP.name), "created": Order(SHOP.created_at, falling=True)},
    _institution,
    {
        "text": Filter(
            "名称或区县", lambda text: or_(SHOP.name.contains(text, autoescape=True), SHOP.district == text)
        ),
        "state": Filter(
            "状态",
            lambda value: (
                SHOP.suspended_at.is_not(None) if value == "suspended" else SHOP.suspended_at.is_(None)
            ),
            {"active": "使用中", "suspended": "已停用"},
        ),
    },
)  # fmt: skip


def _member(ports: Ports, row: tuple[tables.Staff, str]) -> Cells:
    one, shop = row[0], row[1]
    return {
        "id": one.id,
        "shop": shop,
        "name": mask(ports.vault.text(f"staff.name:{one.id}", one.name)),
        "counters": "、".join(one.counters) or "不限",
        "shifts": "、".join(one.shifts) or "不限",
        "state": "已撤销" if one.revoked_at else "已绑定" if one.openid_index else "待绑定",
        "created": day(one.created_at),
    }


STAFF_LIST = Listed(
    "机构员工",
    Right.SEE_INSTITUTIONS,
    {"id": "编号", "shop": "机构", "name": "姓名", "counters": "款台", "shifts": "班次", "state": "状态",
     "created": "登记日期"},
    lambda: select(STAFF, SHOP.name).join(SHOP, SHOP.id == STAFF.institution_id),
    STAFF.id,
    {"created": Order(STAFF.created_at, falling=True)},
    _member,
    {
        "shop": Filter("机构编号", lambda text: STAFF.institution_id == text),
        "state": Filter(
            "状态",
            lambda value: STAFF.revoked_at.is_not(None) if value == "revoked" else STAFF.revoked_at.is_(None),
            {"active": "在岗", "revoked": "已撤销"},
        ),
    },
)  # fmt: skip


def _delivery(_: Ports, row: tuple[tables.Delivery, str]) -> Cells:
    one, shop = row[0], row[1]
    return {
        "id": one.id,
        "shop": shop,
        "kind": str(one.kind),
        "state": str(one.state),
        "tries": str(one.tries),
        "next": minute(one.next_at),
        "error": one.error or "",
    }


DELIVERIES = Listed(
    "待发送",
    Right.SEE_INSTITUTIONS,
    {"id": "编号", "shop": "机构", "kind": "种类", "state": "状态", "tries": "已试", "next": "下次",
     "error": "上次的错误"},
    lambda: select(DELIVERY, SHOP.name).join(SHOP, SHOP.id == DELIVERY.institution_id),
    DELIVERY.id,
    {"next": Order(DELIVERY.next_at)},
    _delivery,
    {
        "state": Filter(
            "状态",
            lambda value: DELIVERY.state == value,
            {
                DeliveryState.PENDING: "还没发过",
                DeliveryState.RETRY: "失败后再发",
                DeliveryState.DEAD: "不再发",
                DeliveryState.DELIVERED: "已送达",
            },
            usual=DeliveryState.RETRY,
            # No index sorts all deliveries by their next try.
            has_all=False,
        ),
    },
)  # fmt: skip
