"""The list of persons' requests about their own data."""

from sqlalchemy import select

from api.console.lists.people import PERSON, name
from api.console.lists.table import Cells, Filter, Listed, Order, end_of, minute
from api.ports import Ports
from models import tables
from models.domain.console.operator import Right
from models.domain.law.request import RequestKind, RequestState, time_left

REQUEST = tables.SubjectRequest
KINDS = {RequestKind.EXPORT: "查阅、复制", RequestKind.CORRECT: "更正", RequestKind.DELETE: "删除"}
STATES = {RequestState.OPEN: "待办", RequestState.DONE: "已办", RequestState.REFUSED: "已答复不办"}


def _request(ports: Ports, row: tuple[tables.SubjectRequest, tables.Person]) -> Cells:
    one, person = row[0], row[1]
    return {
        "id": one.id,
        "kind": KINDS[one.kind],
        "name": name(ports, person),
        "asked": minute(one.asked_at),
        "due": minute(one.due_at),
        "left": time_left(one.state, one.due_at, ports.now()),
        "state": STATES[one.state],
        "closed": minute(one.closed_at),
    }


REQUESTS = Listed(
    "个人信息请求",
    Right.SEE_SUBJECTS,
    {"id": "编号", "kind": "要什么", "name": "姓名", "asked": "提出", "due": "期限", "left": "剩余",
     "state": "状态", "closed": "办结"},
    lambda: select(REQUEST, PERSON).join(PERSON, PERSON.id == REQUEST.person_id),
    REQUEST.id,
    {"due": Order(REQUEST.due_at)},
    _request,
    {
        "state": Filter("状态", lambda value: REQUEST.state == value, STATES, usual=RequestState.OPEN),
        "kind": Filter("要什么", lambda value: REQUEST.kind == value, KINDS),
        "by": Filter("期限至", lambda text: REQUEST.due_at < end_of(text), is_day=True),
    },
)  # fmt: skip
