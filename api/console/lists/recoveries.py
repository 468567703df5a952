"""The list of recoveries after rejected appeals."""

from sqlalchemy import select

from api.console.lists.table import Cells, Filter, Listed, Order, minute
from api.ports import Ports
from models import tables
from models.domain.console.operator import Right
from models.domain.console.recovery import RecoveryState, moves

RECOVERY, APPEAL, BOUGHT, SHOP = tables.Recovery, tables.Appeal, tables.Verification, tables.Institution
STATES = {
    RecoveryState.OPEN: "待通知",
    RecoveryState.NOTIFIED: "已通知",
    RecoveryState.RECOVERED: "已追回",
    RecoveryState.WAIVED: "不再追回",
}


def _recovery(_: Ports, row: tuple[tables.Recovery, str, str]) -> Cells:
    one, shop, order_no = row[0], row[1], row[2]
    return {
        "id": one.id,
        "opened": minute(one.opened_at),
        "shop": shop,
        "order": order_no,
        "amount": f"{one.amount_fen / 100:.2f}",
        "state": STATES[one.state],
        "next": ",".join(moves(one.state)),
        "appeal": one.appeal_id,
    }


RECOVERIES = Listed(
    "申诉不成立的追回",
    Right.SEE_CASES,
    {"opened": "开始", "shop": "机构", "order": "订单", "amount": "金额（元）", "state": "状态"},
    lambda: (
        select(RECOVERY, SHOP.name, BOUGHT.order_no)
        .join(APPEAL, APPEAL.id == RECOVERY.appeal_id)
        .join(BOUGHT, BOUGHT.id == APPEAL.verification_id)
        .join(SHOP, SHOP.id == BOUGHT.institution_id)
    ),
    RECOVERY.id,
    {"opened": Order(RECOVERY.opened_at, falling=True)},
    _recovery,
    {"state": Filter("状态", lambda value: RECOVERY.state == value, STATES)},
)
