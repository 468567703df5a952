"""A move to another model set: both sets' templates, the worker killed, a release, and the destruction."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from api.acts import ledger
from api.admin import enrolment, resealing
from api.admin.enrolment import Entry
from api.directory import references
from api.jobs.due import MoveTemplates, due
from api.policies import resolving, sets, versions
from api.releases import actions, migrating, moving, overriding, proposing
from api.releases.deciding import Both, report_of
from api.releases.migrating import Progress
from api.tuning.replaying import Scope, replay
from matcher.errors import MatcherUnavailable
from matcher.local import LocalMatcher
from matcher.types import Embedder, Enrolment
from models import tables
from models.domain.errors import Conflict, Invalid
from models.domain.identity.idnumber import IdType
from models.domain.policy import Policy
from models.domain.release.migration import LEASE, MigrationState
from models.domain.release.overrides import Place
from models.domain.release.seen import Budget
from models.domain.release.stages import Stage
from scripts.demo.film import samples
from tests.support import play
from tests.support.decisions import Try, write
from tests.support.rings import NEW, OLD, on
from tests.support.world import MAN, WIFE, World

LI, WANG = "opr_li", "opr_wang"
# Scores of the two sets lie on scales of their own; this lets the right man pass and nobody else here.
DLIB = {"model_set": "dlib", "score_min": 0.4, "raw_score_min": 0.4, "raw_score_min_old": 0.4}


class Killed(BaseException):
    """The worker's process is killed."""


class Moved(LocalMatcher):
    """The real matcher, which kills its process at the nth photo."""

    def __init__(self, real: LocalMatcher, at: int) -> None:
        self._real, self._left = real, at

    def enrol(self, photo: bytes) -> Enrolment:
        self._left -= 1
        if self._left < 0:
            raise Killed
        return self._real.enrol(photo)


def begun(world: World, per_minute: int = 600) -> str:
    return migrating.begin(world.ports, LI, "dlib", per_minute).id


def row(world: World, migration_id: str) -> tables.ModelMigration:
    return next(one for one in migrating.history(world.ports) if one.id == migration_id)


def progress(world: World, migration_id: str) -> Progress:
    return migrating.progress(world.ports, row(world, migration_id))


def worked(world: World, migration_id: str, over: Callable[[Progress], bool] | None = None) -> Progress:
    """Let the worker work until nothing is left to embed, or the move is over."""
    for _ in range(40):
        world.clock.tick(1)
        moving.run(world.ports, migration_id)
        seen = progress(world, migration_id)
        if (over or (lambda one: one.done == one.photos))(seen):
            return seen
    raise AssertionError("it does not end")


def destroyed(world: World, migration_id: str) -> tables.ModelMigration:
    migrating.ask_destruction(world.ports, LI, migration_id)
    migrating.confirm_destruction(world.ports, WANG, migration_id)
    return worked(world, migration_id, lambda one: one.row.state is MigrationState.DONE).row


def in_force(world: World) -> None:
    """Put the new set in force for everybody, as a demo may at once."""
    with world.ports.database.reading() as db:
        now = versions.active(db)
    version = versions.propose(world.ports, DLIB, author=LI)
    versions.approve(world.ports, version, approver=WANG)
    assert now.model_set == "sface"


def engines(world: World, name: str) -> set[str]:
    return {str(one.engine) for one in world.ports.directory.references(world.ids[name])}


def made(world: World) -> int:
    with world.ports.database.reading() as db:
        return db.scalar(select(func.count()).select_from(tables.Template)) or 0


def refused(code: str, call: Callable[..., Any], *given: Any, **named: Any) -> None:
    with pytest.raises((Conflict, Invalid)) as refusal:
        call(*given, **named)
    assert refusal.value.code == code


def test_both_sets_live_and_new_persons_get_both(either: World) -> None:
    migration = begun(either)
    assert MoveTemplates(migration) in due(either.ports)
    moving.run(either.ports, migration)
    assert MoveTemplates(migration) not in due(either.ports), "the pace is kept"
    entry = Entry(MAN.name, IdType.RESIDENT, MAN.id_number)
    photo = (samples() / "single_face.jpg").read_bytes() + b"\n"
    before = made(either)
    assert enrolment.enrol(either.ports, entry, photo).photo == "ok"
    assert made(either) == before + 1, "a photo that comes mid-way has both at once"
    seen = worked(either, migration)
    assert (seen.embedded, seen.photos, seen.impossible, seen.persons_left) == (4, 4, {}, 0)
    assert made(either) == 4 and engines(either, MAN.name) == {"sface", "dlib"}
    with either.ports.database.transaction() as db:
        mine = select(tables.Enrolment).where(tables.Enrolment.person_id == either.ids[MAN.name])
        references.revoke(either.ports, db, list(db.scalars(mine)))
    assert made(either) == 2 and engines(either, MAN.name) == set()


def test_both_sets_open_after_a_change_of_the_sealing_key(either: World) -> None:
    worked(either, begun(either))
    both = on(either, {"k1": OLD, "k2": NEW})
    assert resealing.reseal(both, lambda *_: None) == [] and set(resealing.in_use(both)) == {"k2"}
    alone = on(either, {"k2": NEW})
    found = alone.directory.references(either.ids[MAN.name])
    assert {str(one.engine) for one in found} == {"sface", "dlib"}


def test_a_killed_worker_leaves_whole_photos_and_another_goes_on(
    either: World, matcher: LocalMatcher
) -> None:
    migration = begun(either)
    dying = replace(either.ports, matcher=Moved(matcher, 1))
    with pytest.raises(Killed):
        moving.run(dying, migration)
    assert made(either) == 1
    assert MoveTemplates(migration) not in due(either.ports), "its batch is leased"
    either.clock.tick(LEASE.total_seconds())
    assert worked(either, migration).embedded == 3 == made(either)


def test_a_photo_that_is_gone_is_counted_and_its_person_keeps_the_old_template(world: World) -> None:
    with world.ports.database.reading() as db:
        mine = select(tables.Enrolment.photo_key).where(tables.Enrolment.person_id == world.ids[MAN.name])
        world.ports.objects.delete(list(db.scalars(mine)))
    migration = begun(world)
    seen = worked(world, migration)
    assert (seen.embedded, seen.impossible, seen.persons_left) == (2, {"photo_gone": 1}, 1)
    in_force(world)
    with world.ports.database.reading() as db:
        bought = tables.Verification(institution_id=world.institutions[0], cardholder_id=world.ids[WIFE.name])
        resolved = resolving.resolve(world.ports, db, bought)
        fits = [
            resolving.fitting(world.ports, db, resolved, world.ids[one.name], bought).version.model_set
            for one in (MAN, WIFE)
        ]
        bought.cardholder_id = world.ids[MAN.name]
        at_his = resolving.fitting(world.ports, db, resolved, world.ids[WIFE.name], bought)
    assert (resolved.version.model_set, fits) == ("dlib", ["sface", "dlib"])
    assert at_his.version.model_set == "sface", "with his card she is compared with him too"
    proof = destroyed(world, migration).proof
    assert proof and (proof["destroyed"], proof["persons_left"]) == (2, 1)
    assert engines(world, MAN.name) == {"sface", "dlib"} and engines(world, WIFE.name) == {"dlib"}
    entry = Entry(MAN.name, IdType.RESIDENT, MAN.id_number)
    photo = (samples() / "single_face.jpg").read_bytes() + b"\n"
    assert enrolment.enrol(world.ports, entry, photo).photo == "ok"
    assert engines(world, MAN.name) == {"dlib"}, "the next photo ends it"


def test_a_check_is_reported_by_both_sets_and_decided_by_its_policys(world: World) -> None:
    migration = begun(world)
    refused("migration_unfinished", versions.propose, world.ports, DLIB, author=LI)
    worked(world, migration)
    in_force(world)
    phone = world.phone(MAN.openid)
    scene = play.pushed(world, play.opened(world))
    play.agree(phone, scene)
    play.tried(world, phone, scene)
    with world.ports.database.reading() as db:
        fact = db.scalars(select(tables.DecisionFact)).one()
        report = report_of(world.ports, fact)
    assert fact.outcome == "passed" and (report.model_set, report.other_set) == ("dlib", "sface")
    assert report.score is not None and report.score > report.under("sface").relative
    assert report.under("sface").score == report.other_score > Policy().raw_score_min
    assert destroyed(world, migration).proof["destroyed"] == 3
    assert {one: engines(world, one) for one in (MAN.name, WIFE.name)} == {
        MAN.name: {"dlib"}, WIFE.name: {"dlib"},
    }  # fmt: skip


def test_shadow_decides_by_the_new_sets_scores_and_what_if_leaves_out_who_has_none(world: World) -> None:
    policy = Policy(version=versions.enact(world.ports, Policy(), author="a", approver="b"))
    worked(world, begun(world))
    release_id = proposing.propose(world.ports, LI, DLIB, "新模型", Budget()).id
    since = world.clock.now()
    write(world, [Try(policy, by_dlib=score) for score in (0.7, 0.39, None)])
    with world.ports.database.transaction() as db:
        release = actions.found(db, release_id)
        release.stage = Stage.SHADOW
        both = Both(world.ports, db, release)
        facts = db.scalars(select(tables.DecisionFact).order_by(tables.DecisionFact.decided_at)).all()
        seen = [both.seen(one) for one in facts]
        by_dlib = versions.pinned(db, release.version)
    # Whoever has no template of the new set would be decided by the old one.
    assert [one.before_passed for one in seen] == [True, False, True]
    assert {one.score for one in seen} == {0.7}
    found = replay(world.ports, policy, by_dlib, Scope(since, world.clock.now()))
    assert (found.decided, found.incomparable, dict(found.flips)) == (2, 1, {False: 1})


def test_the_destruction_needs_two_operators_and_ends_the_way_back(either: World) -> None:
    migration, ports = begun(either), either.ports
    worked(either, migration)
    refused("wrong_state", migrating.ask_destruction, ports, LI, migration)
    release = proposing.propose(ports, LI, DLIB, "新模型", Budget())
    refused("release_open", migrating.abandon, ports, LI, migration)
    actions.approve(ports, WANG, release.id)
    with ports.database.transaction() as db:
        versions.approve(ports.within(db), release.version, approver=WANG)
        kept = db.get_one(tables.Release, release.id)
        kept.stage, kept.staged_at = Stage.FULL, ports.now()
    refused("wrong_state", migrating.ask_destruction, ports, LI, migration)
    assert actions.opened(ports, release.id).people_to_go_back == 1
    either.clock.tick(timedelta(days=7).total_seconds())
    migrating.ask_destruction(ports, LI, migration)
    refused("own_proposal", migrating.confirm_destruction, ports, LI, migration)
    migrating.confirm_destruction(ports, WANG, migration)
    assert actions.opened(ports, release.id).people_to_go_back == 0
    actions.roll_back(ports, LI, release.id, "仍要退")
    refused("model_set_unavailable", actions.roll_back, ports, WANG, release.id, "仍要退")
    row = worked(either, migration, lambda one: one.row.state is MigrationState.DONE).row
    assert (row.destroyed, row.proof["persons_left"], len(row.digest)) == (3, 0, 64)
    with ports.database.reading() as db:
        assert db.scalar(select(func.sum(func.length(tables.Enrolment.templates)))) == 0
        told = ledger.private_of(ports, ledger.about(db, migration, 100)[-1])
    assert told == {name: str(value) for name, value in row.proof.items()}


def test_a_destruction_killed_between_batches_goes_on_to_the_same_proof(
    either: World,
) -> None:
    migration, ports = begun(either), either.ports
    worked(either, migration)
    in_force(either)
    migrating.ask_destruction(ports, LI, migration)
    migrating.confirm_destruction(ports, WANG, migration)
    either.clock.tick(1)
    with pytest.raises(Killed), ports.database.transaction() as db:
        moving.run(ports.within(db), migration)
        raise Killed
    seen = progress(either, migration)
    assert (seen.old, seen.row.destroyed) == (3, 0), "a batch is whole or was never"
    assert worked(either, migration, lambda one: one.row.state is MigrationState.DONE).row.destroyed == 3


def test_an_abandoned_move_leaves_no_template_of_the_new_set(world: World) -> None:
    migration = begun(world)
    worked(world, migration)
    migrating.abandon(world.ports, LI, migration)
    row = worked(world, migration, lambda one: one.row.state is MigrationState.ABANDONED).row
    assert (made(world), row.destroyed) == (0, 3) and engines(world, MAN.name) == {"sface", "dlib"}
    refused("model_set_unavailable", versions.propose, world.ports, DLIB, author=LI)
    assert begun(world) != migration


def test_what_cannot_be_is_refused_with_a_word(world: World, matcher: LocalMatcher) -> None:
    class Other(Moved):
        def model_sets(self) -> tuple[Embedder, ...]:
            if self._left:
                raise MatcherUnavailable
            return (Embedder.SFACE,)

    for ports in (replace(world.ports, matcher=Other(matcher, at)) for at in (0, 1)):
        refused("model_set_unavailable", migrating.begin, ports, LI, "dlib")
    for wrong in ("sface", "arcface", "", "<b>"):
        refused("policy_invalid", migrating.begin, world.ports, LI, wrong)
    for pace in (0, -1, 601):
        refused("policy_invalid", migrating.begin, world.ports, LI, "dlib", pace)
    migration = begun(world)
    refused("migration_open", migrating.begin, world.ports, WANG, "dlib")
    wanted = overriding.Wanted(
        Place.INSTITUTION, world.institutions[0], {"score_min": 0.5},
        world.clock.now() + timedelta(days=2), "门店光线差",
    )  # fmt: skip
    refused("migration_open", overriding.propose, world.ports, LI, wanted)
    refused("wrong_state", migrating.confirm_destruction, world.ports, WANG, migration)
    with world.ports.database.reading() as db:
        assert sets.kept(db, "sface") == ("sface", "dlib")
