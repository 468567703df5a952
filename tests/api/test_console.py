"""Console sign-in, accounts, and the right that every page requires."""

import pytest

from api.acts import checking
from api.console import accounts
from api.console.guard import OPEN
from api.console.sessions import sign_in
from models import tables
from models.domain.console.operator import RIGHTS, Right, Role
from models.domain.errors import Absent, Conflict, SignInRefused
from models.domain.identity.idnumber import IdType, parse
from tests.support.console import PASSWORD, Colleague, colleague
from tests.support.world import World, number


def entered(world: World, name: str, role: Role) -> Colleague:
    one = colleague(world, name, role)
    assert one.sign_in().status_code == 303
    return one


def test_requests_without_a_session_are_redirected_to_the_sign_in(world: World) -> None:
    client = world.app.test_client()
    for page in ("/console/", "/console/appeals", "/console/accounts", "/console/acts"):
        answer = client.get(page)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/console/sign-in")


def test_every_view_declares_its_right(world: World) -> None:
    views = {name: view for name, view in world.app.view_functions.items() if name.startswith("console.")}
    assert [name for name, view in views.items() if name not in OPEN and not hasattr(view, "right")] == []


def test_a_form_without_its_token_changes_nothing(world: World) -> None:
    boss = entered(world, "boss", Role.ADMINISTRATOR)
    other = colleague(world, "other", Role.REVIEWER)
    assert boss.client.post(f"/console/accounts/{other.operator_id}/remove").status_code == 400
    assert other.sign_in().status_code == 303


def test_a_wrong_password_or_code_is_refused_in_the_same_words(world: World) -> None:
    one = colleague(world, "one", Role.REVIEWER)
    said = "账号、密码或动态码不正确"
    for answer in (one.sign_in(password="wrong password!"), one.sign_in(code="000000")):
        assert answer.status_code == 401 and said in answer.get_data(as_text=True)
    with pytest.raises(SignInRefused):
        sign_in(world.ports, "nobody", PASSWORD, "000000")


def test_a_one_time_code_is_valid_once(world: World) -> None:
    one = colleague(world, "one", Role.REVIEWER)
    code = one.code()
    assert one.sign_in(code=code).status_code == 303
    assert one.sign_in(code=code).status_code == 401


def test_a_recovery_code_is_valid_once(world: World) -> None:
    one = colleague(world, "one", Role.REVIEWER)
    assert one.sign_in(code=one.recovery[0]).status_code == 303
    assert one.sign_in(code=one.recovery[0]).status_code == 401


def test_five_failures_lock_the_account_for_a_quarter_of_an_hour(world: World) -> None:
    one = colleague(world, "one", Role.REVIEWER)
    for _ in range(5):
        with pytest.raises(SignInRefused):
            sign_in(world.ports, one.name, "wrong password!", one.code())
    assert one.sign_in().status_code == 401
    world.clock.tick(15 * 60)
    assert one.sign_in().status_code == 303


def test_a_session_ends_idle_and_with_its_account(world: World) -> None:
    one, boss = entered(world, "one", Role.REVIEWER), entered(world, "boss", Role.ADMINISTRATOR)
    one.get("/console/appeals")
    boss.post(f"/console/accounts/{one.operator_id}/remove")
    assert one.client.get("/console/appeals").status_code == 303
    world.clock.tick(15 * 60)
    assert boss.client.get("/console/accounts").headers["Location"] == "/console/sign-in"


def test_accounts_are_changed_with_a_fresh_code_only(world: World) -> None:
    boss, other = entered(world, "boss", Role.ADMINISTRATOR), colleague(world, "other", Role.REVIEWER)
    world.clock.tick(5 * 60)
    answer = boss.post(f"/console/accounts/{other.operator_id}/remove")
    assert answer.headers["Location"].startswith("/console/code")
    assert other.sign_in().status_code == 303
    answer = boss.post("/console/code", code=boss.code(), after="https://elsewhere.example/")
    assert answer.headers["Location"] == "/console/"
    assert boss.post(f"/console/accounts/{other.operator_id}/remove").status_code == 303
    assert other.client.get("/console/appeals").status_code == 303


def test_one_person_has_one_account(world: World) -> None:
    document = parse(IdType.RESIDENT, number("33010619800101001"), world.ports.today())
    accounts.invite(world.ports, "command line", "first", Role.REVIEWER, document)
    with pytest.raises(Conflict):
        accounts.invite(world.ports, "command line", "second", Role.AUDITOR, document)


def test_a_removed_account_is_opened_again_without_its_password(world: World) -> None:
    one = colleague(world, "one", Role.REVIEWER)
    accounts.remove(world.ports, "command line", one.operator_id)
    again = colleague(world, "one", Role.AUDITOR)
    assert again.operator_id == one.operator_id
    assert one.sign_in(code=one.recovery[0]).status_code == 401
    assert again.sign_in().status_code == 303


def test_an_invitation_is_good_once_and_for_a_quarter_of_an_hour(world: World) -> None:
    document = parse(IdType.RESIDENT, number("33010619800101001"), world.ports.today())
    invited = accounts.invite(world.ports, "command line", "first", Role.REVIEWER, document)
    client = world.app.test_client()
    assert client.get(f"/console/join/{invited.token}").status_code == 200
    world.clock.tick(15 * 60)
    assert client.get(f"/console/join/{invited.token}").status_code == 404
    with pytest.raises(Absent):
        accounts.join(world.ports, invited.token, PASSWORD, "000000")


def test_a_changed_act_is_found_and_its_part_named(world: World) -> None:
    entered(world, "boss", Role.ADMINISTRATOR)
    assert checking.anchor(world.ports) and not checking.anchor(world.ports)
    assert checking.check(world.ports).is_whole
    with world.ports.database.transaction() as db:
        row = db.get_one(tables.Act, 2)
        row.actor = "somebody"
    assert [(one.seq, one.part) for one in checking.check(world.ports).wrong] == [(2, "link")]


def test_a_removed_last_act_is_missed_by_the_anchor(world: World) -> None:
    entered(world, "boss", Role.ADMINISTRATOR)
    checking.anchor(world.ports)
    with world.ports.database.transaction() as db:
        db.delete(db.get_one(tables.Act, 3))
    assert [(one.seq, one.part) for one in checking.check(world.ports).wrong] == [(3, "anchor")]


def test_the_private_half_of_an_act_is_committed_to(world: World) -> None:
    entered(world, "boss", Role.ADMINISTRATOR)
    with world.ports.database.transaction() as db:
        row = db.get_one(tables.Act, 1)
        row.private = world.ports.vault.seal(f"act.private:{row.id}", '{"name":"boss","role":"operator"}')
    assert [(one.seq, one.part) for one in checking.check(world.ports).wrong] == [(1, "private")]


def test_an_auditor_reads_what_was_done_and_that_is_an_act_too(world: World) -> None:
    auditor = entered(world, "auditor", Role.AUDITOR)
    assert Right.SEE_ACTS in RIGHTS[Role.AUDITOR]
    page = auditor.get("/console/acts")
    assert "登录" in page and "auditor" in page
    assert "查看操作记录" in auditor.get("/console/acts")


def test_an_unknown_address_and_an_unexpected_error_are_pages(world: World) -> None:
    boss = entered(world, "boss", Role.ADMINISTRATOR)
    unknown = boss.client.get("/console/nothing")
    assert unknown.status_code == 404 and "没有这个页面" in unknown.get_data(as_text=True)
    assert world.app.test_client().get("/v1/nothing").json["code"] == "not_found"

    def broken() -> str:
        raise ValueError("a name that no page may show")

    broken.right = None  # type: ignore[attr-defined]
    world.app.view_functions["console.accounts"] = broken
    answer = boss.client.get("/console/accounts")
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 500 and "系统出错" in shown and "name that" not in shown
