"""The installation's lists: institutions, staff, deliveries, disputes; by page or as CSV."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.ports import CHINA, Ports
from models import tables
from models.domain.console.operator import Right
from models.domain.delivery import UNFINISHED
from models.domain.errors import Absent
from models.domain.person import mask

PAGE, MOST = 50, 5_000
# First characters that make a spreadsheet take a cell for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
Cells = tuple[str, ...]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row: the record's id, the other columns, whether it may be acted on, and its short name."""

    id: str
    cells: Cells
    may_change: bool = False
    called: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """One list: title, required right, columns, and the query of its rows."""

    title: str
    right: Right
    columns: Cells
    rows: Callable[[Ports, Session, Span], Sequence[ListRow]]


def rows(ports: Ports, name: str, span: Span) -> Sequence[ListRow]:
    """Return rows of a list from an offset on, at most a number; raises Absent for an unknown list."""
    with ports.database.reading() as db:
        return of(name).rows(ports, db, span)


def of(name: str) -> Listed:
    """Return a list by its name, or raise Absent."""
    if name not in LISTS:
        raise Absent("no such list")
    return LISTS[name]


def as_csv(columns: Cells, found: Sequence[ListRow]) -> str:
    """Return rows as CSV; cells that a spreadsheet would run as formulas are quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([columns, *([_defused(cell) for cell in (row.id, *row.cells)] for row in found)])
    # Excel recognises UTF-8 only by its byte order mark.
    return "\ufeff" + out.getvalue()


def _defused(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell


def _institutions(_: Ports, db: Session, span: Span) -> Sequence[ListRow]:
    row = tables.Institution
    found = db.scalars(select(row).order_by(row.name, row.id).offset(span[0]).limit(span[1]))
    return [
        ListRow(
            one.id,
            (
                one.name,
                one.district or "",
                f"推送 {one.provider} / 扫码 {one.qr_provider}",
                "沙箱" if one.sandbox else "",
                _day(one.created_at),
            ),
        )
        for one in found
    ]


def _staff(ports: Ports, db: Session, span: Span) -> Sequence[ListRow]:
    row, shop = tables.Staff, tables.Institution
    wanted = select(row, shop.name).join(shop, shop.id == row.institution_id).order_by(shop.name, row.id)
    return [_staff_row(ports, one, name) for one, name in db.execute(wanted.offset(span[0]).limit(span[1]))]


def _staff_row(ports: Ports, one: tables.Staff, institution: str) -> ListRow:
    name = mask(ports.vault.text(f"staff.name:{one.id}", one.name))
    return ListRow(
        one.id,
        (
            institution,
            name,
            "、".join(one.counters) or "不限",
            "、".join(one.shifts) or "不限",
            "已撤销" if one.revoked_at else "已绑定" if one.openid_index else "待绑定",
        ),
        may_change=one.revoked_at is None,
        called=name,
    )


def _deliveries(_: Ports, db: Session, span: Span) -> Sequence[ListRow]:
    row, shop = tables.Delivery, tables.Institution
    wanted = select(row, shop.name).join(shop, shop.id == row.institution_id)
    waiting = wanted.where(row.state.in_(UNFINISHED)).order_by(row.next_at, row.id)
    return [
        ListRow(one.id, (name, str(one.kind), str(one.tries), _minute(one.next_at), one.error or ""))
        for one, name in db.execute(waiting.offset(span[0]).limit(span[1]))
    ]


def _disputes(ports: Ports, db: Session, span: Span) -> Sequence[ListRow]:
    row, verification, shop = tables.AgentPurchase, tables.Verification, tables.Institution
    wanted = (
        select(row, verification.amount_fen, shop.name)
        .join(verification, verification.id == row.verification_id)
        .join(shop, shop.id == verification.institution_id)
        .where(row.disputed_at.is_not(None))
        .order_by(row.disputed_at.desc(), row.id)
    )
    return [
        ListRow(
            one.id,
            (
                _minute(one.disputed_at),
                name,
                f"{fen / 100:.2f}",
                one.relation,
                ports.vault.text(f"agency.statement:{one.id}", one.statement) if one.statement else "",
                str(one.finding or ""),
            ),
            may_change=one.finding is None,
        )
        for one, fen, name in db.execute(wanted.offset(span[0]).limit(span[1]))
    ]


def _day(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d")


def _minute(at: datetime | None) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if at else ""


LISTS = {
    "institutions": Listed(
        "机构",
        Right.SEE_INSTITUTIONS,
        ("编号", "名称", "区县", "拍摄方式", "沙箱", "登记日期"),
        _institutions,
    ),
    "staff": Listed(
        "机构员工", Right.SEE_INSTITUTIONS, ("编号", "机构", "姓名", "款台", "班次", "状态"), _staff
    ),
    "deliveries": Listed(
        "待发送", Right.SEE_INSTITUTIONS, ("编号", "机构", "种类", "已试", "下次", "上次的错误"), _deliveries
    ),
    "disputes": Listed(
        "代办争议",
        Right.SEE_CASES,
        ("编号", "提出时间", "机构", "金额（元）", "与本人关系", "参保人说", "结论"),
        _disputes,
    ),
}
