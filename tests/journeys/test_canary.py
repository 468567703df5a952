"""Personal data and secrets are searched wherever they could leak: logs, answers, errors, files."""

import json
import logging
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask.testing import FlaskClient

from api.admin import institutions, staff
from api.admin.staff import Member
from api.logs import configure
from matcher.errors import MatcherUnavailable
from models import tables
from models.domain import notice
from models.domain.decision import UNANSWERED
from models.domain.identity.idnumber import IdType, parse
from models.domain.provider import Provider
from tests.support import play
from tests.support.stores import ON_FILES
from tests.support.world import (
    AES_KEY,
    AGENT,
    CALLBACK_TOKEN,
    MAN,
    STAFF,
    TEMPLATE,
    WIFE,
    WRONG,
    World,
    purchase,
)
from wechat.callbacks import sealed
from wechat.errors import WeChatUnknown

PERSONS = (MAN, WIFE, AGENT)
SECRETS = [one.id_number for one in PERSONS] + [one.openid for one in PERSONS] + [STAFF]
NAMES = [one.name for one in PERSONS]


@pytest.fixture
def answers(world: World) -> list[str]:
    """Yield everything the server sends during the test."""
    said: list[str] = []

    @world.app.after_request
    def remember(response: Any) -> Any:
        if not response.is_streamed and not response.direct_passthrough:
            said.append(f"{dict(response.headers)} {response.get_data(as_text=True)}")
        return response

    return said


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Any:
    """Yield the log as the real processes write it."""
    earlier = structlog.get_config()
    caplog.set_level(logging.INFO)
    configure()
    yield lambda: "\n".join(caplog.messages)
    structlog.configure(**earlier)


def everything(world: World) -> str:
    """Run every kind of path; return the appealed verification."""
    till, man = world.till(), world.phone(MAN.openid)
    verification = play.opened(world)
    scene = play.pushed(world, verification)
    play.agree(man, scene)
    play.tried(world, man, scene, WRONG)
    play.tried(world, man, scene, WRONG.__class__(WRONG.file, 7.0, 4.0))
    said = {"reason": "other", "statement": f"我是{MAN.name}，{MAN.id_number}"}
    man.post(f"/mp/v1/attempts/{scene}/appeal", data=said, content_type="multipart/form-data")
    passed = play.opened(world, order_no="A-2", notify_url="http://127.0.0.1:9/hook")
    scene = play.pushed(world, passed)
    play.agree(man, scene)
    play.tried(world, man, scene)
    for path in ("consents", "bindings", "appeals", "export"):
        man.get(f"/mp/v1/me/{path}")
    coded = play.opened(world, order_no="A-3")
    scene = play.coded(world, coded)
    staff = world.phone(STAFF)
    staff.get(f"/mp/v1/attempts/{scene}")
    typed = {"name": AGENT.name, "id_number": AGENT.id_number, "relation": "护工"}
    staff.put(f"/mp/v1/attempts/{scene}/person", json=typed)
    till.post(
        "/v1/verifications",
        json=purchase(order_no="A-4", cardholder={"name": "王", "id_number": MAN.id_number}),
    )
    till.post("/v1/verifications", json=purchase(order_no=MAN.id_number, cardholder=MAN.name))
    till.post("/v1/verifications", data=f'{{"cardholder": "{MAN.id_number}"', content_type="application/json")
    man.post("/mp/v1/bindings", json={"name": WIFE.name, "id_number": WIFE.id_number})
    man.post(f"/mp/v1/attempts/{scene}/precheck", data={"frame": (BytesIO(MAN.id_number.encode()), "a.jpg")})
    till.get(f"/v1/verifications/{MAN.id_number}")
    till.get(f"/v1/verifications?order_no={MAN.id_number}")
    code = play.ok(till.post(f"/v1/verifications/{coded}/till-code", json={}))["till_code"]
    known = {"name": WIFE.name, "id_number": WIFE.id_number}
    man.post("/mp/v1/bindings", json=known | {"till_code": code})
    man.post("/mp/v1/bindings", json=known | {"till_code": MAN.id_number[:16]})
    callbacks(world)
    acting_for(world, till)
    natively(world, man)
    play.work(world.ports)
    return verification


def callbacks(world: World) -> None:
    """Send genuine and forged callbacks about the man."""
    item = {"TemplateId": TEMPLATE, "SubscribeStatusString": "accept"}
    at = int(world.clock.now().timestamp())
    told = {
        "FromUserName": MAN.openid, "CreateTime": at, "MsgType": "event", "List": item,
        "Event": "subscribe_msg_popup_event",
    }  # fmt: skip
    for nonce, ago in (("n1", 0), ("n1", 1), ("n2", 999)):
        document = json.dumps(told | {"CreateTime": at - ago}).encode()
        query, body = sealed(CALLBACK_TOKEN, AES_KEY, "wx-test", document, nonce, at - ago)
        world.app.test_client().post("/wechat/callback", query_string=query, data=body)


def acting_for(world: World, till: FlaskClient) -> None:
    """Have documents prove an agent, the card-holder dispute it, and a cashier bind a WeChat user."""
    known = {"name": WIFE.name, "id_number": WIFE.id_number}
    bought = play.opened(world, order_no="A-8", cardholder=known)
    typed = {"name": AGENT.name, "id_number": AGENT.id_number, "relation": "护工"}
    checks = {"cardholder_document": True, "agent_document": True}
    play.attempt(world, bought, channel="push", person=typed, checks=checks)
    till.post(f"/v1/verifications/{bought}/bypass", json={"staff": "王", "document": "证", "reason": "核"})
    wife = world.phone(WIFE.openid)
    (row,) = play.ok(wife.get("/mp/v1/me/agents"))["agents"]
    said = {"statement": f"我不认识{AGENT.name}，{AGENT.id_number}"}
    play.ok(wife.post(f"/mp/v1/me/agents/{row['agency_id']}/dispute", json=said), 201)
    wife.post(f"/mp/v1/me/agents/{WIFE.id_number}/dispute", json=said)
    till.get(f"/v1/verifications/{bought}/events")
    document = parse(IdType.RESIDENT, WIFE.id_number, world.ports.today())
    given = staff.add(world.ports, world.institutions[0], Member(WIFE.name, document=document))
    wife.post("/mp/v1/staff", json={"code": AGENT.id_number[:16]})
    play.ok(wife.post("/mp/v1/staff", json={"code": given.code}), 201)


def natively(world: World, man: FlaskClient) -> None:
    """Verify the man by WeChat, without an answer."""
    institutions.set_provider(world.ports, world.institutions[0], Provider.WECHAT)
    scene = play.pushed(world, play.opened(world, order_no="A-9"))
    play.agree(man, scene, notice_version=notice.IN_FORCE[Provider.WECHAT])
    play.ok(man.post(f"/mp/v1/attempts/{scene}/native"))
    world.wechat.fail = WeChatUnknown()
    man.post(f"/mp/v1/attempts/{scene}/native/finish")
    world.clock.tick(31)
    man.post(f"/mp/v1/attempts/{scene}/native/finish")
    world.wechat.fail = None


def test_nothing_leaks_into_answers_and_logs(world: World, answers: list[str], logged: Any) -> None:
    everything(world)
    for text in (*answers, logged()):
        for secret in (*SECRETS, *NAMES):
            assert secret not in text
        assert not re.search(r'"(score|sface|dlib|cosine|distance|margin|pad)"', text)


@ON_FILES
def test_nothing_leaks_into_the_database_file(world: World, tmp_path: Path) -> None:
    everything(world)
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "world.json"]
    assert any(path.suffix == ".sqlite" for path in files) and len(files) > 5
    for path in files:
        kept = path.read_bytes()
        for secret in (*SECRETS, *NAMES):
            assert secret.encode() not in kept, path.name
        assert b"\xff\xd8\xff\xe0" not in kept or path.suffix == ".sqlite", f"{path.name} has a bare JPEG"


def test_nothing_leaks_when_the_server_breaks(world: World, answers: list[str], logged: Any) -> None:
    man = world.phone(MAN.openid)
    scene = play.pushed(world, play.opened(world))
    play.agree(man, scene)
    with world.ports.database.transaction() as db:
        db.query(tables.Person).update({"name": b"k1\0broken beyond repair"})
    answer = world.till().post("/v1/verifications", json=purchase(order_no="A-2"))
    assert (answer.status_code, answer.json["code"]) == (500, "internal")
    assert answer.json["detail"].startswith("request ")
    told = logged()
    for text in (*answers, told):
        assert not any(secret in text for secret in (*SECRETS, *NAMES))
    assert "Traceback" not in told and "CannotOpen" in told


def test_a_log_line_is_json_with_route_and_request(world: World, logged: Any) -> None:
    play.opened(world)
    lines = [json.loads(line) for line in logged().splitlines() if line.startswith("{")]
    assert any(line.get("route") == "/v1/verifications" and line["status"] == 201 for line in lines)


def test_matcher_errors_carry_nothing() -> None:
    assert str(MatcherUnavailable()) == ""
    assert UNANSWERED.reason == "matcher_unavailable"
