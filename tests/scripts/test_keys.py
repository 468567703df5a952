"""Changing keys while the service runs: what seals, what signs, what a till calls with."""

import base64
from datetime import timedelta

import pytest
from sqlalchemy import select

from api.acts import ledger
from api.admin import api_keys, audit, institutions, resealing
from api.directory import photos
from api.facts import checking
from models import tables
from models.domain.console.operator import Role
from models.domain.errors import Conflict
from models.vault import Ciphers
from scripts import __main__ as yibao
from scripts.admin import setting
from tests.support import play
from tests.support.console import token
from tests.support.rings import NEW, OLD, on
from tests.support.world import MAN, SECRET, World, purchase


def lived_in(world: World) -> str:
    """Fill many tables: a passed purchase, a failed and appealed one, a repeatable answer."""
    body, key = purchase(order_no="R-1"), {"Idempotency-Key": "again"}
    play.ok(world.till().post("/v1/verifications", json=body, headers=key), 201)
    verification = play.opened(world)
    phone, scene = world.phone(MAN.openid), play.pushed(world, verification)
    play.agree(phone, scene)
    assert play.tried(world, phone, scene)
    return verification


class Cut(Exception):
    """The operator's shell ends."""


def test_all_values_are_resealed_during_service_and_the_old_key_can_go(world: World) -> None:
    verification = lived_in(world)
    both = on(world, {"k1": OLD, "k2": NEW})
    before = resealing.in_use(both)
    assert before["k1"] > 20 and "k2" not in before
    told: list[str] = []

    def cut_off(name: str, _done: int) -> None:
        told.append(name)
        if len(told) == 6:
            raise Cut

    with pytest.raises(Cut):
        resealing.reseal(both, cut_off)
    # Half old, half new: a process with both opens everything.
    assert audit.check(both).is_whole
    assert resealing.reseal(both, lambda *_: None) == []
    assert resealing.in_use(both) == {"k2": sum(before.values())}
    alone = on(world, {"k2": NEW})
    assert audit.check(alone).is_whole and checking.check(alone).is_whole
    assert alone.directory.find is not None
    with alone.database.reading() as db:
        row = db.scalars(select(tables.Enrolment)).first()
        assert row is not None and alone.objects.get(row.photo_key)
    assert alone.directory.references(world.ids[MAN.name])
    # The same answer to the same key, from a process that has only the new one.
    world.app.extensions["ports"] = alone
    key = {"Idempotency-Key": "again"}
    play.ok(world.till().post("/v1/verifications", json=purchase(order_no="R-1"), headers=key), 201)
    assert play.state(world, verification)["state"] == "passed"


def test_everything_stored_moves_to_sm4_and_back(world: World) -> None:
    verification, person = lived_in(world), world.ids[MAN.name]
    with world.ports.database.reading() as db:
        key = db.scalars(select(tables.Enrolment).filter_by(person_id=person)).one().photo_key
    photo = photos.get(world.ports, key)
    moved = on(world, {"k1": OLD}, Ciphers.SM)
    for ports, ciphers in ((moved, Ciphers.SM), (world.ports, Ciphers.INTERNATIONAL)):
        before = resealing.in_use(ports)
        assert resealing.reseal(ports, lambda *_: None) == []
        name = resealing.sm4("k1") if ciphers is Ciphers.SM else "k1"
        assert resealing.in_use(ports) == {name: sum(before.values())}
        assert ports.objects.get(key).startswith(photos.MARKS[ciphers])
        # Processes of either setting read everything, as during a rolling restart.
        for reader in (moved, world.ports):
            assert photos.get(reader, key) == photo and reader.directory.references(person)
            assert audit.check(reader).is_whole and checking.check(reader).is_whole
        world.app.extensions["ports"] = ports
        phone, scene = world.phone(MAN.openid), play.pushed(world, play.opened(world, order_no=ciphers.value))
        play.agree(phone, scene)
        # The film was shown before, and its frames are found whatever seals.
        assert play.tried(world, phone, scene)["reason"] == "frames_seen_before"
    assert play.state(world, verification)["state"] == "passed"


def test_unreadable_values_are_named_and_the_rest_is_resealed(world: World) -> None:
    with world.ports.database.transaction() as db:
        db.get_one(tables.Person, world.ids[MAN.name]).name = b"k1\0" + b"x" * 40
    assert resealing.reseal(on(world, {"k1": OLD, "k2": NEW}), lambda *_: None) == ["person.name"]


def test_an_object_deleted_meanwhile_does_not_come_back(world: World) -> None:
    both = on(world, {"k1": OLD, "k2": NEW})
    world.ports.objects.put("photos/x", b"picture")
    assert both.objects.reseal("photos/x") and not both.objects.reseal("photos/x")
    both.objects.delete(["photos/x"])
    assert not both.objects.reseal("photos/x")
    both.objects._replace("photos/x", None, b"late")
    assert both.objects.list("photos/x") == []


def test_the_key_commands_give_advice_and_refuse_data_loss(
    installed: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    yibao.main(["keys", "add", "k2"])
    entry = capsys.readouterr().out.strip()
    assert entry.startswith("k2:") and len(base64.b64decode(entry[3:])) == 32
    with pytest.raises(SystemExit):
        yibao.main(["keys", "retire", "k1"])
    signed = ("--token", token(setting.ports(), "chief", Role.ADMINISTRATOR))
    monkeypatch.setenv("YIBAO_CIPHERS", "sm")
    yibao.main(["keys", "reseal", *signed])
    yibao.main(["keys", "show"])
    assert "k1 (SM4)" in capsys.readouterr().out
    monkeypatch.setenv("YIBAO_VAULT_KEYS", f"k1:{SECRET},{entry}")
    with pytest.raises(SystemExit) as needed:
        yibao.main(["keys", "retire", "k1"])
    assert "still need it" in str(needed.value.code)
    with pytest.raises(SystemExit, match="sign in first"):
        yibao.main(["keys", "reseal"])
    yibao.main(["keys", "reseal", *signed])
    yibao.main(["keys", "retire", "k1"])
    assert "take k1 out" in capsys.readouterr().out
    yibao.main(["keys", "sign", *signed])
    kid = capsys.readouterr().out.strip()
    with setting.ports().database.reading() as db:
        assert [one.subject for one in ledger.newest(db, most=2)] == [kid, "k2"]
    published = installed.app.test_client().get("/.well-known/jwks.json").json["keys"]
    assert kid in [one["kid"] for one in published]


def test_two_keys_of_an_institution_work_during_a_change_and_one_after(world: World) -> None:
    old, institution = world.keys[0], world.institutions[0]
    new = api_keys.add_key(world.ports, institution, timedelta(hours=2))

    def answered(key: str) -> int:
        headers = {"Authorization": f"Bearer {key}"}
        return world.app.test_client().get("/v1/verifications/vrf_x", headers=headers).status_code

    assert (answered(old), answered(new)) == (404, 404)
    with pytest.raises(Conflict):
        api_keys.add_key(world.ports, institution, timedelta(hours=2))
    world.clock.tick(2 * 3600)
    assert (answered(old), answered(new)) == (401, 404)
    # Somebody has the new one too: both end at once.
    newer = api_keys.add_key(world.ports, institution, timedelta(hours=2))
    rotated = institutions.rotate_key(world.ports, institution).api_key
    assert [answered(key) for key in (new, newer, rotated)] == [401, 401, 404]
