"""Lists at the console: who sees which, page by page, as CSV without formulas, and what is done from them."""

import csv
import io
import re

import pytest
from sqlalchemy import select

from api.acts import ledger
from api.admin import institutions, staff
from api.appeals import recovering
from api.console.lists import table
from api.console.lists.registry import LISTS
from api.console.lists.table import PAGE, Query, as_csv
from api.verification.record import to_send
from models import tables
from models.domain.attempt import Channel
from models.domain.console.operator import RIGHTS, Role
from models.domain.delivery import DeliveryKind
from models.domain.identity.held import HeldState
from tests.support import acting, play, renewing
from tests.support.console import Colleague, colleague
from tests.support.world import MAN, World, purchase


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
    assert first.count("<tr>") == PAGE + 1
    path = re.search(r'href="([^"]*after=[^"]*)"', first)
    assert path is not None
    last = one.get(path.group(1))
    assert "下一页" not in last and "第一页" in last
    names = re.findall(r"<td>(药房\d\d|第.药房)</td>", first + last)
    assert len(names) == len(set(names)) == PAGE + len(world.institutions)
    falling = one.get("/console/lists/institutions?sort=-name")
    assert re.findall(r"<td>(药房\d\d|第.药房)</td>", falling)[0] == names[-1]
    assert one.get("/console/lists/institutions?text=药房07").count("<tr>") == 2
    assert "这里现在没有内容" in one.get("/console/lists/institutions?state=suspended")
    assert one.client.get("/console/lists/deliveries?state=all").status_code == 400
    assert one.client.get("/console/lists/institutions?state=all").status_code == 200


@pytest.mark.parametrize(
    "query",
    ["sort=secret", "after=x", "after=WzEsMl0", "after=WyJuYU4iXQ", "state=perhaps", f"text={'x' * 201}"],
)
def test_a_list_refuses_what_it_does_not_have(world: World, query: str) -> None:
    one = entered(world, Role.ADMINISTRATOR)
    for ending in ("", ".csv"):
        assert one.client.get(f"/console/lists/institutions{ending}?{query}").status_code == 400


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", " =1"])
def test_no_cell_of_a_csv_is_a_formula(cell: str) -> None:
    found = LISTS["consents"]
    row = dict.fromkeys(found.columns, "") | {"id": cell}
    read = list(csv.reader(io.StringIO(as_csv(found, [row]).removeprefix("\ufeff"))))
    assert read[0] == list(found.columns.values()) and read[1][0] == f"'{cell}"


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


def test_an_institution_is_registered_suspended_and_given_a_key_on_record(world: World) -> None:
    one = entered(world, Role.ADMINISTRATOR)
    one.get("/console/institutions/new")
    shown = one.post("/console/institutions", name="新药房", district="上城区").get_data(as_text=True)
    institution_id, api_key = re.findall(r'<code class="long">([^<]+)</code>', shown)[:2]
    path, till = f"/console/institutions/{institution_id}", world.app.test_client()
    sent = {"json": purchase(), "headers": {"Authorization": f"Bearer {api_key}"}}
    opened = till.post("/v1/verifications", **sent)
    assert opened.status_code == 201
    assert one.post(f"{path}/state", state="suspended").status_code == 303
    assert "已停用" in one.get(path) and institution_id in one.get(
        "/console/lists/institutions?state=suspended"
    )
    sent["json"] = purchase(order_no="S-2")
    refused = till.post("/v1/verifications", **sent)
    assert (refused.status_code, refused.json["code"]) == (403, "institution_suspended")
    attempts = f"/v1/verifications/{opened.json['id']}/attempts"
    assert till.post(attempts, json={"channel": "qr"}, headers=sent["headers"]).status_code == 403
    one.post(f"{path}/state", state="active")
    assert till.post("/v1/verifications", **sent).status_code == 201
    one.post(f"{path}/district", district="=西湖区")
    assert "=西湖区" in one.get(path)
    beside = one.post(f"{path}/key", how="beside").get_data(as_text=True)
    assert "旧的 API 密钥 72 小时内仍可用" in beside
    assert till.get("/v1/verifications?order_no=S-2", headers=sent["headers"]).status_code == 200
    one.post(f"{path}/key", how="replace")
    assert till.get("/v1/verifications?order_no=S-2", headers=sent["headers"]).status_code == 401
    with world.ports.database.reading() as db:
        kinds = [row.kind for row in ledger.newest(db, most=6)]
    assert kinds == ["institution.changed"] * 5 + ["institution.added"]


def test_staff_are_named_and_moved_and_bindings_revoked_on_record(world: World) -> None:
    one = entered(world, Role.ADMINISTRATOR)
    shop = world.institutions[0]
    one.get(f"/console/staff/new?institution={shop}")
    said = one.post(
        "/console/staff", institution=shop, name="周新", counters="1\n2", shifts="mon-fri 08:00-17:30"
    )
    assert re.search(r"<code class=.long.>\d{10}</code>", said.get_data(as_text=True))
    page = one.get(f"/console/lists/staff?shop={shop}")
    assert "1、2" in page and "周*" in page
    staff_id = re.findall(r"<code>(stf_\w+)</code>", page)[0]
    one.get(f"/console/staff/{staff_id}")
    assert one.post(f"/console/staff/{staff_id}", shifts="soon").status_code == 422
    assert one.post(f"/console/staff/{staff_id}", counters="3").status_code == 303
    bindings = one.get("/console/lists/bindings")
    binding_id = re.findall(r"<code>(bnd_\w+)</code>", bindings)[0]
    assert one.post(f"/console/bindings/{binding_id}/revoke", note=" ").status_code == 422
    assert one.post(f"/console/bindings/{binding_id}/revoke", note="本人来柜台要求").status_code == 303
    assert one.post(f"/console/bindings/{binding_id}/revoke", note="再来").status_code == 409
    with world.ports.database.reading() as db:
        kinds = [row.kind for row in ledger.newest(db, most=3)]
    assert kinds == ["binding.revoked", "staff.changed", "staff.added"]


# Lists of which a new installation has no row; `fill` gives them some.
EMPTY = {"deliveries", "disputes", "consents", "held", "requests", "recoveries"}


def walked(world: World, name: str, sort: str) -> int:
    """Check that a list read row by row is the list read at once, both ways round; return its length."""
    found, length = LISTS[name], 0
    for turned in (sort, f"-{sort}"):
        whole = [row["id"] for row in table.read(world.ports, found, Query(sort=turned)).rows]
        one_by_one, after = list[str](), ""
        for _ in range(len(whole) + 1):
            page = table.read(world.ports, found, Query(sort=turned, after=after), most=1)
            one_by_one += [row["id"] for row in page.rows]
            after = page.after
            if not after:
                break
        assert one_by_one == whole and len(set(whole)) == len(whole)
        length = len(whole)
    return length


@pytest.mark.parametrize(
    ("name", "sort"), [(name, sort) for name, one in LISTS.items() for sort in one.orders]
)
def test_a_list_is_walked_by_key_without_gap_or_repeat(world: World, name: str, sort: str) -> None:
    assert (walked(world, name, sort) > 0) is (name not in EMPTY)


def fill(world: World) -> None:
    """Add two rows to every list that begins empty."""
    ports, phone = world.ports, world.phone(MAN.openid)
    for number in range(2):
        renewal = renewing.row(world, renewing.offered(world, order_no=f"L-{number}"))
        about = {"person_id": world.ids[MAN.name], "statement": f"姓名写错了 {number}"}
        play.ok(phone.post("/mp/v1/me/corrections", json=about), 201)
        with ports.database.transaction() as db:
            db.get_one(tables.HeldPhoto, renewal.photo_id).state = HeldState.HELD
            recovering.open_for(ports, db, appeal := db.get_one(tables.Appeal, renewal.appeal_id))
            given = {"id": ports.new_id("cns"), "attempt_id": appeal.attempt_id, "created_at": ports.now()}
            on = {"openid_index": appeal.openid_index, "channel": Channel.PUSH, "granted": True}
            db.add(tables.Consent(person_id=appeal.person_id, notice_version="2027-03", **given, **on))
            event = db.scalars(select(tables.Event).limit(1)).one()
            case = db.get_one(tables.Verification, event.verification_id)
            db.add(to_send(ports, case, DeliveryKind.WEBHOOK, event_id=event.id))
    for holder in acting.strangers(world, 2):
        acting.bought(world, holder)
        other = world.phone(holder.openid)
        (row,) = play.ok(other.get("/mp/v1/me/agents"))["agents"]
        play.ok(other.post(f"/mp/v1/me/agents/{row['agency_id']}/dispute", json={}), 201)


def test_the_lists_that_begin_empty_are_walked_too(world: World) -> None:
    fill(world)
    for name in EMPTY:
        assert {walked(world, name, sort) >= 2 for sort in LISTS[name].orders} == {True}, name
