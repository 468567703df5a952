"""Lists at the console: who sees which, page by page, as CSV without formulas, and what is done from them."""

import csv
import io

import pytest

from api.acts import ledger
from api.admin import institutions, staff
from api.console.lists import LISTS, PAGE, ListRow, as_csv
from models.domain.console.operator import RIGHTS, Role
from tests.support import acting
from tests.support.console import Colleague, colleague
from tests.support.world import World


def entered(world: World, role: Role) -> Colleague:
    one = colleague(world, f"one-{role}", role)
    assert one.sign_in().status_code == 303
    return one


def test_each_list_is_seen_by_the_roles_that_may(world: World) -> None:
    for role in Role:
        one = entered(world, role)
        for name, found in LISTS.items():
            may = found.right in RIGHTS[role]
            for path in (f"/console/lists/{name}", f"/console/lists/{name}.csv"):
                assert one.client.get(path).status_code == (200 if may else 403), (role, path)
        assert one.client.get("/console/lists/person").status_code == 404


def test_a_list_is_shown_page_by_page(world: World) -> None:
    for number in range(PAGE):
        institutions.add_institution(world.ports, f"药房{number:02}")
    one = entered(world, Role.ADMINISTRATOR)
    first = one.get("/console/lists/institutions")
    assert first.count("<tr>") == PAGE + 1 and "下一页" in first
    assert "下一页" not in one.get("/console/lists/institutions?page=1")
    assert "这里现在没有内容" in one.get("/console/lists/institutions?page=9999999")


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", " =1"])
def test_no_cell_of_a_csv_is_a_formula(cell: str) -> None:
    read = list(
        csv.reader(io.StringIO(as_csv(("编号", "一"), [ListRow("id", (cell,))]).removeprefix("\ufeff")))
    )
    assert read == [["编号", "一"], ["id", f"'{cell}"]]


def test_a_csv_is_an_act_and_says_what_the_page_says(world: World) -> None:
    institutions.add_institution(world.ports, "=cmd药房")
    one = entered(world, Role.ADMINISTRATOR)
    answer = one.client.get("/console/lists/institutions.csv")
    assert answer.headers["Cache-Control"] == "no-store" and "'=cmd药房" in answer.get_data(as_text=True)
    with world.ports.database.reading() as db:
        newest = ledger.newest(db, most=1)[0]
    assert (newest.kind, newest.subject, newest.actor) == (
        "list.exported",
        "institutions",
        one.operator_id,
    )


def test_staff_are_taken_away_by_an_administrator_on_record(world: World) -> None:
    one = entered(world, Role.ADMINISTRATOR)
    ((row, _),) = staff.members(world.ports, world.institutions[0])
    assert one.post(f"/console/staff/{row.id}/remove").status_code == 303
    assert "已撤销" in one.get("/console/lists/staff")
    assert one.post("/console/staff/nobodys/remove").status_code == 404
    with world.ports.database.reading() as db:
        assert ledger.newest(db, most=1)[0].kind == "staff.removed"


def test_a_dispute_is_concluded_once_on_record(world: World) -> None:
    (holder,) = acting.strangers(world, 1)
    acting.bought(world, holder)
    phone = world.phone(holder.openid)
    (row,) = phone.get("/mp/v1/me/agents").json["agents"]
    phone.post(f"/mp/v1/me/agents/{row['agency_id']}/dispute", json={"statement": "=不是我"})
    one = entered(world, Role.REVIEWER)
    page, path = one.get("/console/lists/disputes"), f"/console/disputes/{row['agency_id']}"
    assert "=不是我" in page and "未授权" in page
    assert one.post(path, finding="perhaps", note="x").status_code == 400
    assert one.post(path, finding="authorised", note="有委托书").status_code == 303
    assert one.post(path, finding="authorised", note="有委托书").status_code == 409
    assert "有授权" in one.get("/console/lists/disputes")
    with world.ports.database.reading() as db:
        assert ledger.newest(db, most=1)[0].kind == "dispute.concluded"
