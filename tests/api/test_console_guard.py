"""Every page of the console for every role, and what four eyes hold against."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from api.acts.ledger import Entry, record
from api.admin import assessing
from api.console.guard import OPEN
from api.console.texts import CODES
from api.policies import overriding as sealing
from api.policies import versions
from api.privacy import requests
from api.releases import actions, overriding, proposing, strangers
from api.releases.overriding import Wanted
from models import tables
from models.domain.console.act import ActKind
from models.domain.console.operator import RIGHTS, Role
from models.domain.errors import Refusal
from models.domain.identity.held import HeldReason, HeldState
from models.domain.law.assessment import Purpose
from models.domain.law.request import RequestKind
from models.domain.person import User
from models.domain.policy import Policy
from models.domain.release.migration import MigrationState
from models.domain.release.overrides import Place
from models.domain.release.seen import Budget
from tests.support import acting, play
from tests.support.console import PASSWORD, Colleague, colleague, number_of
from tests.support.statements import asked, counted
from tests.support.world import MAN, WRONG, World

FIRST_LOAD = 200_000
STATEMENTS = 50


def entered(world: World, name: str, role: Role) -> Colleague:
    one = colleague(world, name, role)
    assert one.sign_in().status_code == 303
    return one


@pytest.fixture
def busy(world: World) -> tuple[World, dict[str, str]]:
    """An installation with one of everything that a page is about, all of it other people's."""
    ports = world.ports
    scene, phone = play.pushed(world, play.opened(world)), world.phone(MAN.openid)
    play.agree(phone, scene)
    play.tried(world, phone, scene, WRONG)
    appeal = str(play.ok(play.appealed(phone, scene), 201)["appeal_id"])
    (holder,) = acting.strangers(world, 1)
    acting.bought(world, holder)
    spare = colleague(world, "spare", Role.REVIEWER)
    shipped(world)
    release = proposing.propose(ports, "opr_li", {"score_min": 0.48}, "少放亲属", Budget())
    with ports.database.transaction() as db:
        row = db.scalars(select_first(tables.HeldPhoto)).first() or held(world)
        db.add(row)
        look = record(
            ports, db, Entry(spare.operator_id, ActKind.PHOTO_OPENED, appeal, {"picture": "frame-0"})
        )
        found = {
            "appeal_id": appeal,
            "act_id": look.id,
            "operator_id": spare.operator_id,
            "release_id": release.id,
            "held_id": row.id,
            "import_id": row.import_id,
            "institution_id": world.institutions[0],
            "staff_id": db.scalars(select_first(tables.Staff)).one().id,
            "binding_id": db.scalars(select_first(tables.Binding)).one().id,
            "agency_id": db.scalars(select_first(tables.AgentPurchase)).one().id,
            "delivery_id": db.scalars(select_first(tables.Delivery)).one().id,
            "challenge_id": db.scalars(select_first(tables.DecisionFact)).one().challenge_id,
            "request_id": corrected(world, db),
            "name": "institutions",
        }
    found["override_id"] = overriding.propose(ports, "opr_li", override(world)).id
    assessing.write_down(
        ports,
        "opr_boss",
        "0" * 64,
        (Purpose.VERIFICATION, Purpose.FAMILY, Purpose.BACKGROUND, Purpose.STRANGERS),
    )
    found["run_id"] = strangers.ask(ports, "opr_li").id
    return world, found


def override(world: World) -> Wanted:
    ends = world.ports.now() + timedelta(days=30)
    return Wanted(Place.INSTITUTION, world.institutions[0], {"score_min": 0.5}, ends, "门店光线差")


def corrected(world: World, db: Session) -> str:
    row = requests.opened(world.ports, RequestKind.CORRECT, User(MAN.openid, "phone"), world.ids[MAN.name])
    db.add(row)
    return row.id


def held(world: World) -> tables.HeldPhoto:
    return tables.HeldPhoto(
        id="held1", person_id=world.ids[MAN.name], import_id="imp1", photo_key="photos/none",
        photo_sha256="0" * 64, templates=b"", state=HeldState.HELD, reason=HeldReason.UNVOUCHED,
        other_ids=[], twins=False, created_at=world.ports.now(),
    )  # fmt: skip


def select_first(table: type) -> Select:
    return select(table).limit(1)


def paths(rule: Rule, found: dict[str, str]) -> Iterator[tuple[str, bool]]:
    """Yield the rule's path for somebody else's thing and for nobody's, and whether it is nobody's."""
    names = re.findall(r"<(?:\w+:)?(\w+)>", rule.rule)
    for whose in ("others", "nobodys") if names else ("only",):
        values = {name: found.get(name, "x") if whose == "others" else "nobodys" for name in names}
        path = rule.rule
        for name, value in values.items():
            path = re.sub(rf"<(?:\w+:)?{name}>", value, path)
        yield path, whose == "nobodys"


@pytest.mark.parametrize("role", list(Role))
def test_every_page_is_opened_or_refused_by_its_right(busy: tuple[World, dict[str, str]], role: Role) -> None:
    """Whatever is refused changes nothing; nobody's things are absent; an empty form does nothing."""
    world, found = busy
    one = entered(world, f"one-{role}", role)
    rules = [rule for rule in world.app.url_map.iter_rules() if rule.endpoint.startswith("console.")]
    assert len(rules) > 40
    token = {"csrf_token": one.token()}
    for rule in sorted(rules, key=lambda rule: "POST" in (rule.methods or ())):
        right = getattr(world.app.view_functions[rule.endpoint], "right", None)
        if rule.endpoint in OPEN or right is None:
            continue
        for path, is_nobodys in paths(rule, found):
            for method in sorted({"GET", "POST"} & (rule.methods or set())):
                answer = one.client.open(path, method=method, data=token if method == "POST" else None)
                told = (role, method, path, answer.status)
                assert (answer.status_code == 403) is (right not in RIGHTS[role]), told
                if is_nobodys and right in RIGHTS[role]:
                    assert answer.status_code in (400, 404, 409, 422), told
                assert answer.status_code < 500, told


# What nobody may do with or see of what is their own, a form that would do it for anybody else's (None: to
# see it), and the refusal.
Own = tuple[dict[str, str] | None, str]
OWN: dict[str, Own] = {
    "appeal": (None, "not_impartial"),
    "print_appeal": (None, "not_impartial"),
    "photos": (None, "not_impartial"),
    "show_photo": ({"picture": "frame-0", "reason": "x", "why": "x"}, "not_impartial"),
    "claim": ({}, "not_impartial"),
    "give_verdict": ({"choice": "upheld same_person", "note": "x"}, "not_impartial"),
    "ask": ({"wanted": "statement", "note": "x"}, "not_impartial"),
    "conclude_dispute": ({"finding": "authorised", "note": "x"}, "not_impartial"),
    "decide_held": ({"choice": "accept", "why": "x"}, "not_impartial"),
    "decide_import": ({"choice": "accept", "why": "x"}, "not_impartial"),
    "answer_request": ({"state": "done", "text": "x"}, "not_impartial"),
    "approve_release": ({}, "own_proposal"),
    "approve_override": ({}, "own_proposal"),
    "start_strangers": ({}, "own_proposal"),
    "confirm_destruction": ({}, "own_proposal"),
    "remove": ({}, "own_account"),
}
# Deeds on what belongs to nobody among the staff, and those that a proposer may do too.
NOBODYS_OWN = {
    "release", "show_held_photo", "show_contact_sheet", "change_release", "change_override",
    "change_strangers", "change_move", "move_recovery", "set_district", "set_suspended", "change_key",
    "change_staff",
    "remove_staff", "resend", "revoke_binding", "dismiss_alert", "snooze_alert", "confirm_alert", "join",
}  # fmt: skip


def test_nobody_decides_about_what_is_their_own(busy: tuple[World, dict[str, str]]) -> None:
    """The account is the insured's of the appeal, the agent's of the dispute, and the proposer's."""
    world, found = busy
    world.clock.tick(1)
    one = colleague(world, "own", Role.REVIEWER, MAN.id_number)
    assert one.sign_in().status_code == 303
    with world.ports.database.transaction() as db:
        for table, column in ((tables.Release, "proposer"), (tables.StrangerRun, "asked_by")):
            setattr(db.scalars(select(table)).one(), column, one.operator_id)
        row = db.scalars(select(tables.PolicyOverride)).one()
        row.proposer = one.operator_id
        sealing.seal(world.ports, row)
        now = world.ports.now()
        db.add(
            tables.ModelMigration(
                id="mig_own", old_set="sface", new_set="dlib", state=MigrationState.LIVE, begun_by="opr_li",
                begun_at=now, per_minute=60, next_at=now, destroy_asked_by=one.operator_id,
            )
        )  # fmt: skip
    ids = {**found, "operator_id": one.operator_id, "migration_id": "mig_own"}
    rules = [rule for rule in world.app.url_map.iter_rules() if rule.endpoint.startswith("console.")]
    deeds = {rule.endpoint.removeprefix("console."): rule for rule in rules if rule.arguments}
    done = {name for name, (form, _) in OWN.items() if form is not None}
    assert {name for name, rule in deeds.items() if "POST" in rule.methods} == done | NOBODYS_OWN
    for name, (form, code) in OWN.items():
        right = world.app.view_functions[f"console.{name}"].right
        with world.ports.database.transaction() as db:
            db.get_one(tables.Operator, one.operator_id).role = next(r for r in Role if right in RIGHTS[r])
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda part: ids[part[1]], deeds[name].rule)
        answer = one.client.get(path) if form is None else one.post(path, **form)
        assert CODES[code] in answer.get_data(as_text=True), (name, answer.status)


def test_a_look_is_its_owners_alone(busy: tuple[World, dict[str, str]]) -> None:
    world, found = busy
    one = entered(world, "other", Role.REVIEWER)
    assert one.client.get(f"/console/photos/{found['act_id']}").status_code == 404
    assert one.client.get("/console/photos/nobodys").status_code == 404
    shown = one.post(
        f"/console/appeals/{found['appeal_id']}/photos", picture="frame-0", reason="检查照片质量", why="看"
    )
    mine = re.search(r"/console/photos/act_\w+", shown.get_data(as_text=True))
    assert mine and one.client.get(mine[0]).status_code == 200


PAGES = {
    Role.REVIEWER: ("appeals", "appeals/{appeal_id}", "appeals/{appeal_id}/print", "reviewers",
                    "lists/recoveries", "lists/disputes", "lists/held", "held/{held_id}"),
    Role.AUDITOR: ("acts", "accounts", "lists/bindings", "lists/consents", "lists/requests"),
    Role.ADMINISTRATOR: ("lists/institutions", "lists/staff", "lists/deliveries",
                         "institutions/{institution_id}"),
    Role.OPERATOR: ("thresholds", "what-if", "releases", "releases/{release_id}", "overrides", "strangers",
                    "models", "watch", "watch/waits", "watch/measures", "watch/drift", "watch/outside",
                    "alerts"),
}  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_a_page_is_few_statements_and_a_small_first_load(
    busy: tuple[World, dict[str, str]], role: Role
) -> None:
    world, found = busy
    one = entered(world, f"one-{role}", role)
    static = sum((Path("api/static") / name).stat().st_size for name in ("console.css", "console.js"))
    for name in PAGES[role]:
        with counted(world) as seen:
            page = one.client.get(f"/console/{name.format(**found)}")
        assert page.status_code == 200, name
        assert asked(seen) <= STATEMENTS, (name, seen)
        assert len(page.data) + static <= FIRST_LOAD, name


def shipped(world: World) -> None:
    """Put the shipped policy in force, which releases begin from."""
    versions.enact(world.ports, Policy(), author="installation", approver="installation")


def proposal(world: World, proposer: Colleague) -> str:
    shipped(world)
    return proposing.propose(world.ports, proposer.operator_id, {"score_min": 0.48}, "少放", Budget()).id


def test_four_eyes_hold_against_one_person_with_another_role_or_a_second_account(world: World) -> None:
    li, boss = entered(world, "li", Role.OPERATOR), entered(world, "boss", Role.ADMINISTRATOR)
    release_id = proposal(world, li)
    path = f"/console/releases/{release_id}/approve"
    assert li.post(path).status_code == 409
    number_of_li = number_of("li")
    again = boss.post("/console/accounts", name="li2", role="operator", id_number=number_of_li)
    assert again.status_code == 409
    assert boss.post(path).status_code == 403
    boss.post(f"/console/accounts/{li.operator_id}/remove")
    assert li.client.get("/console/releases").headers["Location"] == "/console/sign-in"
    assert li.post(path).headers["Location"] == "/console/sign-in"
    back = colleague(world, "li3", Role.OPERATOR, number_of_li)
    assert back.sign_in().status_code == 303
    assert back.operator_id == li.operator_id and back.post(path).status_code == 409
    assert stage(world, release_id) == "proposed"


def test_a_replayed_form_and_a_used_code_do_nothing(world: World) -> None:
    li, wang = entered(world, "li", Role.OPERATOR), entered(world, "wang", Role.OPERATOR)
    release_id = proposal(world, li)
    path = f"/console/releases/{release_id}/approve"
    form = {"csrf_token": wang.token()}
    assert [wang.client.post(path, data=form).status_code for _ in range(2)] == [303, 409]
    code = wang.code()
    assert wang.post("/console/code", code=code, after="/console/releases").status_code == 303
    assert wang.post("/console/code", code=code, after="/console/releases").status_code == 401
    wang.post("/console/sign-out")
    assert wang.client.post(path, data=form).headers["Location"] == "/console/sign-in"


def test_a_clock_moved_back_opens_nothing(world: World) -> None:
    li, wang = entered(world, "li", Role.OPERATOR), entered(world, "wang", Role.OPERATOR)
    world.clock.tick(60)
    release_id = proposal(world, li)
    code = wang.code()
    world.clock.tick(-3600)
    answer = wang.post(f"/console/releases/{release_id}/approve")
    assert answer.headers["Location"] == "/console/sign-in"
    assert wang.client.get("/console/releases").status_code == 303
    wang.client.get("/console/sign-in")
    assert wang.post("/console/sign-in", name="wang", password=PASSWORD, code=code).status_code == 401
    with pytest.raises(Refusal, match="week"):
        actions.approve(world.ports, wang.operator_id, release_id)
    assert stage(world, release_id) == "proposed"


def stage(world: World, release_id: str) -> str:
    with world.ports.database.reading() as db:
        return str(actions.found(db, release_id).stage)
