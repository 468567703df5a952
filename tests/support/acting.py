"""Purchases by 李建国 as an agent, verified by WeChat, which needs no film."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from api.admin import enrolment, institutions
from api.admin.enrolment import Entry
from models import tables
from models.domain import notice
from models.domain.identity.idnumber import IdType
from models.domain.provider import Provider
from tests.support import play
from tests.support.world import MAN, Insured, World, number, purchase

CHECKS = {"cardholder_document": True, "agent_document": True}


def refused(answer: TestResponse, status: int, code: str) -> bool:
    return (answer.status_code, answer.json["code"]) == (status, code)


def strangers(world: World, count: int) -> list[Insured]:
    """Enrol unrelated persons; both institutions use the provider `wechat` from now on."""
    for institution in world.institutions:
        institutions.set_provider(world.ports, institution, Provider.WECHAT)
    people = [
        Insured(f"孙{'甲乙丙丁戊己'[i]}", number(f"330106195003011{i:02}"), f"openid-s{i}", None)
        for i in range(count)
    ]
    for one in people:
        entry = Entry(one.name, IdType.RESIDENT, one.id_number, openid=one.openid)
        world.ids[one.name] = enrolment.enrol(world.ports, entry, None).person_id
    return people


def opened(world: World, holder: Insured, till: int = 0) -> str:
    """Open a verification for a person's card."""
    known = {"name": holder.name, "id_number": holder.id_number}
    body = purchase(order_no=world.ports.random.token(8), cardholder=known)
    return str(play.ok(world.till(till).post("/v1/verifications", json=body), 201)["id"])


def typed(agent: Insured = MAN, relation: str = "其他") -> dict[str, str]:
    return {"name": agent.name, "id_number": agent.id_number, "relation": relation}


def begun(world: World, verification: str, till: int = 0, **wanted: Any) -> TestResponse:
    """Push to 李建国 as the card-holder's agent, or begin what is wanted instead."""
    # A person gets at most one push within 30 s.
    world.clock.tick(30)
    body = {"channel": "push", "person": typed()} | wanted
    return world.till(till).post(f"/v1/verifications/{verification}/attempts", json=body)


def passed(world: World, openid: str = MAN.openid) -> None:
    """Deliver the message and have WeChat pass the person."""
    play.work(world.ports)
    scene = world.wechat.sent[-1][1].split("scene=")[1]
    phone = world.phone(openid)
    play.agree(phone, scene, notice_version=notice.IN_FORCE[Provider.WECHAT])
    play.ok(phone.post(f"/mp/v1/attempts/{scene}/native"))
    world.wechat.faces[openid] = 10000
    assert play.ok(phone.post(f"/mp/v1/attempts/{scene}/native/finish"))["outcome"] == "passed"


def bought(world: World, holder: Insured, till: int = 0, **wanted: Any) -> str:
    """Buy for a person and pass; return the verification."""
    verification = opened(world, holder, till)
    play.ok(begun(world, verification, till, **wanted), 201)
    passed(world)
    return verification


def until(world: World, instant: str) -> None:
    """Advance the clock to an instant."""
    world.clock.tick((datetime.fromisoformat(instant) - world.clock.now()).total_seconds())


def private(world: World, verification: str, kind: str) -> dict[str, Any]:
    """Open what only auditors may read of the newest event of a kind."""
    row = tables.Event
    with world.ports.database.reading() as db:
        wanted = select(row).where(row.verification_id == verification, row.type == kind)
        event = db.scalars(wanted.order_by(row.seq.desc())).first()
    assert event is not None and event.private is not None
    found: dict[str, Any] = json.loads(
        world.ports.vault.text(f"event.private:{verification}:{event.seq}", event.private)
    )
    return found
