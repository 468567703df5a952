"""Deletion of a face: nothing is left wherever it is killed, and proof is kept; the lost is found daily."""

import os
from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from joserfc import jws
from joserfc.jwk import KeySet
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.acts import checking
from api.admin import audit
from api.directory import photos
from api.privacy import erasure, orphans, retention
from matcher.local import LocalMatcher
from models import tables
from models.database import Database
from models.domain.appeal import AppealState
from models.domain.law.request import RequestState
from models.domain.person import User
from models.objects import Objects, StoreUnavailable
from scripts.demo.film import samples
from tests.support import play
from tests.support import world as worlds
from tests.support.world import MAN, WRONG, World

PHOTO = (samples() / "single_face.jpg").read_bytes()


class Killed(BaseException):
    """The process is gone; nothing may catch this."""


class Steps:
    """Counts what reaches a disk, and dies at one of it."""

    def __init__(self, dies_at: int) -> None:
        self.left, self.taken = dies_at, 0

    def take(self) -> None:
        self.left, self.taken = self.left - 1, self.taken + 1
        if self.left == 0:
            raise Killed


class MortalDatabase(Database):
    """Dies before or after a commit."""

    steps: Steps | None = None

    def commit(self, session: Session) -> None:
        if self.steps:
            self.steps.take()
        super().commit(session)
        if self.steps:
            self.steps.take()


class MortalObjects(Objects):
    """Dies before or after the removal of one object."""

    steps: Steps | None = None

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            if self.steps:
                self.steps.take()
            super().delete([key])
            if self.steps:
                self.steps.take()


def composed(folder: Path, matcher: LocalMatcher) -> World:
    """Return the world of a folder on a store and a database that can die."""
    ports = worlds.compose(folder, matcher, seed=3, kind=MortalDatabase)
    store = MortalObjects(ports.settings.objects_url, ports.vault)
    return worlds.composed(folder, replace(ports, objects=store))


def killed_at(world: World, number: int, user: User, person_id: str) -> bool:
    """Delete, dying at one step; tell whether there was such a step."""
    steps = Steps(number)
    database, objects = world.ports.database, world.ports.objects
    assert isinstance(database, MortalDatabase) and isinstance(objects, MortalObjects)
    database.steps = objects.steps = steps
    try:
        with database.transaction() as db:
            request_id = erasure.begin(world.ports, db, user, person_id)
        erasure.finish(world.ports, request_id)
    except Killed:
        return True
    finally:
        database.steps = objects.steps = None
    return False


@pytest.fixture
def failed(world: World) -> World:
    """A person with a photo, kept frames of a failed try, and an appeal with a photo."""
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    play.tried(world, phone, scene, WRONG)
    play.ok(play.appealed(phone, scene, (BytesIO(PHOTO), "a.jpg")), 201)
    return world


def test_killed_at_every_step_no_object_and_no_template_is_left_and_proof_is(
    failed: World, tmp_path: Path, matcher: LocalMatcher
) -> None:
    person = failed.ids[MAN.name]
    user = User(MAN.openid, failed.ports.vault.index("openid", MAN.openid))
    failed.ports.database.dispose()
    for number in range(1, 60):
        folder = tmp_path.parent / f"{tmp_path.name}-{number}"
        worlds.copied(tmp_path, folder)
        world = composed(folder, matcher)
        world.clock.tick(60)
        died = killed_at(world, number, user, person)
        with world.ports.database.reading() as db:
            begun = db.scalar(select(tables.SubjectRequest.id)) is not None
        if begun:
            retention.sweep(world.ports)
            assert_nothing_is_left(world, person)
        else:
            assert died
        world.app.extensions["feed"].close()
        world.ports.database.dispose()
        worlds.removed(folder)
        if not died:
            break
    assert number > 10


def assert_nothing_is_left(world: World, person: str) -> None:
    ports = world.ports
    with ports.database.reading() as db:
        mine = select(tables.Enrolment.templates).where(tables.Enrolment.person_id == person)
        assert set(db.scalars(mine)) == {b""}
        assert db.get(tables.PersonKey, person) is None
        (request,) = db.scalars(select(tables.SubjectRequest)).all()
        assert db.scalars(select(tables.Frame)).all() == []
    assert request.state is RequestState.DONE and request.closed_at is not None
    assert not [key for key in ports.objects.list("") if key.startswith(("frames/", "appeals/"))]
    assert len(ports.objects.list("photos")) == 2  # of two other people
    assert request.proof["key_destroyed"] and request.proof["templates"] == 1
    assert request.proof["objects"] >= 1 and request.receipt
    keys = world.app.test_client().get("/.well-known/jwks.json").json
    assert jws.deserialize_compact(request.receipt, KeySet.import_key_set(keys))
    assert checking.check(ports).is_whole
    assert audit.check(ports).is_whole


def proven(world: World) -> str:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    play.tried(world, phone, scene)
    return str(phone.environ_base["HTTP_AUTHORIZATION"])


def test_the_person_gets_a_receipt_and_every_session_ends(world: World) -> None:
    other = world.phone(MAN.openid)
    token = proven(world)
    phone = world.app.test_client()
    phone.environ_base["HTTP_AUTHORIZATION"] = token
    (copied,) = [key for key in world.ports.objects.list("photos") if is_of(world, key, MAN.name)]
    sealed = world.ports.objects.sealed(copied)
    assert phone.delete("/mp/v1/me").status_code == 204
    assert phone.get("/mp/v1/me/requests").status_code == other.get("/mp/v1/me/requests").status_code == 401
    (row,) = play.ok(world.phone(MAN.openid).get("/mp/v1/me/requests"))["requests"]
    assert (row["kind"], row["state"]) == ("delete", "done")
    claims = worlds.claims(row["receipt"])
    assert claims["type"] == "erasure" and claims["jti"] == row["request_id"]
    assert claims["deleted"] == {"templates": 1, "key_destroyed": True, "bindings": 1, "objects": 1}
    # A copy of the photo kept elsewhere opens no more.
    world.ports.objects.put_sealed(copied, sealed)
    with pytest.raises(KeyError):
        photos.get(world.ports, copied)
    assert play.ok(world.phone("openid-other").get("/mp/v1/me/requests"))["requests"] == []


def is_of(world: World, key: str, name: str) -> bool:
    with world.ports.database.reading() as db:
        row = db.scalars(select(tables.Enrolment).where(tables.Enrolment.photo_key == key)).one()
        return row.person_id == world.ids[name]


def test_a_store_that_is_away_puts_the_end_off(world: World, tmp_path: Path) -> None:
    class Away(Objects):
        def delete(self, keys: Iterable[str]) -> None:
            raise StoreUnavailable("away")

    away = replace(world.ports, objects=Away(world.ports.settings.objects_url, world.ports.vault))
    person = world.ids[MAN.name]
    with away.database.transaction() as db:
        request_id = erasure.begin(away, db, User(MAN.openid, "index"), person)
    erasure.finish(away, request_id)
    state = select(tables.SubjectRequest.state)
    with world.ports.database.reading() as db:
        assert db.scalar(state) is RequestState.OPEN
    erasure.finish_all(world.ports)
    with world.ports.database.reading() as db:
        assert db.scalar(state) is RequestState.DONE


def test_objects_of_nobody_are_swept_when_they_are_a_day_old(failed: World, tmp_path: Path) -> None:
    store = failed.ports.objects
    kept = set(store.list(""))
    lost = {"photos/enr_x", "frames/chl_x/1", "appeals/apl_x/0", "codes/att_x"}
    for key in [*lost, "photos/enr_young", "codes/subscribe-release"]:
        store.put(key, b"x")
    now = failed.ports.now().timestamp()
    for key in store.list(""):
        age = 60 if key == "photos/enr_young" else 90_000
        os.utime(tmp_path / "objects" / key, (now - age, now - age))
    assert orphans.sweep(failed.ports) == len(lost)
    assert set(store.list("")) == kept | {"photos/enr_young", "codes/subscribe-release"}
    assert orphans.sweep(failed.ports) == 0


def test_an_appeal_goes_on_without_its_photos(failed: World) -> None:
    person = failed.ids[MAN.name]
    with failed.ports.database.transaction() as db:
        request_id = erasure.begin(failed.ports, db, User(MAN.openid, "index"), person)
    erasure.finish(failed.ports, request_id)
    with failed.ports.database.reading() as db:
        appeal = db.scalars(select(tables.Appeal)).one()
    assert appeal.state is AppealState.LODGED and appeal.photo_keys == []
