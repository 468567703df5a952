"""How much of what is stored, and the requests of persons: the numbers of the filing."""

from collections.abc import Iterator

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables
from models.domain.law.request import RequestKind, RequestState

STORED_HEAD = ("项目", "数量", "说明")
REQUESTS_HEAD = ("请求", "状态", "件数")
# From this number of persons on a filing is due within 30 working days.
FILED_FROM = 100_000
KINDS = {RequestKind.EXPORT: "查阅、复制", RequestKind.CORRECT: "更正", RequestKind.DELETE: "删除"}
STATES = {RequestState.OPEN: "办理中", RequestState.DONE: "已办结", RequestState.REFUSED: "已答复不办"}


def faces(db: Session) -> int:
    """Return how many persons' faces are stored."""
    used, held = tables.Enrolment.person_id, tables.HeldPhoto.person_id
    live = select(used).where(tables.Enrolment.revoked_at.is_(None))
    waiting = select(held).where(tables.HeldPhoto.decided_at.is_(None))
    both = live.union(waiting).subquery()
    return db.scalar(select(func.count()).select_from(both)) or 0


def stored(db: Session) -> Iterator[tuple[str, int, str]]:
    """Yield what is stored with its number."""
    enrolment, held, frame = tables.Enrolment, tables.HeldPhoto, tables.Frame
    yield "存储人脸信息的人数", faces(db), f"达到 {FILED_FROM} 人起 30 个工作日内备案"
    yield "在用的登记照片", _count(db, select(enrolment.id).where(enrolment.revoked_at.is_(None))), "加密"
    yield "待审核的登记照片", _count(db, select(held.id).where(held.decided_at.is_(None))), "加密，未使用"
    yield (
        "参保人",
        _count(db, select(tables.Person.id).where(tables.Person.deleted_at.is_(None))),
        "姓名和证件号码加密",
    )
    yield (
        "暂存的拍摄画面",
        _count(db, select(frame.seq).where(frame.file_key.is_not(None))),
        "加密，见保存期限",
    )
    yield "接入机构", _count(db, select(tables.Institution.id)), "药店和诊所"
    yield "核验次数（累计）", _count(db, select(tables.Verification.id)), ""
    yield (
        "要求删除的人数（累计）",
        _count(db, select(tables.Tombstone.id_index)),
        "只留不可还原的标记，防止再次导入",
    )


def requests(ports: Ports, db: Session) -> Iterator[tuple[str, str, int]]:
    """Yield the requests of persons by kind and state, and those overdue."""
    row = tables.SubjectRequest
    grouped = select(row.kind, row.state, func.count()).group_by(row.kind, row.state)
    found = {(kind, state): count for kind, state, count in db.execute(grouped)}
    for kind, named in KINDS.items():
        for state, told in STATES.items():
            yield named, told, found.get((kind, state), 0)
    late = select(row.id).where(row.state == RequestState.OPEN, row.due_at <= ports.now())
    yield "合计", "超过 15 天未答复", _count(db, late)


def _count(db: Session, wanted: Select[str] | Select[int] | Select[int, str]) -> int:
    return db.scalar(select(func.count()).select_from(wanted.subquery())) or 0
