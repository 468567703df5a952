"""Members of the background: insured adults who consented to the notice that names it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from api.capture.facts import facts
from api.directory import background
from api.ports import HeldBackground, Ports
from matcher.comparison.background import matrix
from matcher.local import LocalMatcher
from matcher.service.remote import RemoteMatcher
from matcher.types import Background, Examination, Report
from models import tables
from models.domain.layers.background import LEAST, PER_CELL
from tests.matcher.captures import MAN, frames, observed, references
from tests.support import crowd, matching
from tests.support.crowd import Agreed
from tests.support.world import World

EVERYBODY = [Agreed(years, sex) for sex in ("female", "male") for years in (20, 45, 70)]


@pytest.fixture
def people(world: World) -> list[str]:
    """Return the ids of enough persons for a background, of both sexes and all adult ages."""
    return [crowd.add(world, EVERYBODY[i % len(EVERYBODY)]) for i in range(LEAST)]


def anew(ports: Ports) -> Ports:
    """Return the ports of another process of the same installation."""
    return replace(ports, background=HeldBackground())


def test_only_consenting_persons_are_drawn_and_too_few_make_no_background(world: World) -> None:
    assert background.members(world.ports) == []
    assert background.in_force(world.ports) is None


def test_consenting_persons_make_a_background_with_a_version(world: World, people: list[str]) -> None:
    assert sorted(background.members(world.ports)) == sorted(people)
    version = background.in_force(world.ports)
    held = background.held(world.ports)
    assert held is not None and held.version == version == Background(held.faces).version
    faces = matrix(held)
    expected = {tuple(crowd.face(int(one.removeprefix("crowd")))) for one in people}
    assert faces.shape == (LEAST, 128) and {tuple(one) for one in faces} == expected


def test_below_the_minimum_unnormalised_scores_decide(world: World, people: list[str]) -> None:
    with world.ports.database.transaction() as db:
        db.execute(update(tables.Enrolment).where(tables.Enrolment.person_id == people[0]).values(
            revoked_at=world.ports.now()))  # fmt: skip
    assert len(background.members(world.ports)) == LEAST - 1
    assert background.in_force(world.ports) is None


@pytest.mark.parametrize(
    "who",
    [
        Agreed(years=17), Agreed(years=5), Agreed(notice="2026-11"), Agreed(notice="2026-11-wechat"),
        Agreed(granted=False), Agreed(passed=False), Agreed(enrolled=False),
    ],
)  # fmt: skip
def test_minors_and_persons_without_consent_or_pass_are_never_drawn(world: World, who: Agreed) -> None:
    left_out, drawn = crowd.add(world, who), crowd.add(world, Agreed(years=18))
    assert background.members(world.ports) == [drawn] and left_out != drawn


def test_withdrawn_and_deleted_persons_are_never_drawn(world: World) -> None:
    withdrawn, deleted, buried, drawn = (crowd.add(world, Agreed()) for _ in range(4))
    now = world.ports.now()
    with world.ports.database.transaction() as db:
        db.execute(
            update(tables.Consent).where(tables.Consent.person_id == withdrawn).values(withdrawn_at=now)
        )
        db.get_one(tables.Person, deleted).deleted_at = now
        index = db.get_one(tables.Person, buried).id_index
        db.add(tables.Tombstone(id_index=index, created_at=now))
    assert background.members(world.ports) == [drawn]


def test_no_cell_has_more_than_its_share_and_each_month_draws_anew(world: World) -> None:
    young = {crowd.add(world, Agreed(years=25)) for _ in range(PER_CELL + 20)}
    old = {crowd.add(world, Agreed(years=61, sex="male")) for _ in range(5)}
    drawn = set(background.members(world.ports))
    assert len(drawn & young) == PER_CELL and old <= drawn
    assert set(background.members(anew(world.ports))) == drawn
    world.clock.tick(timedelta(days=31).total_seconds())
    later = set(background.members(world.ports))
    assert len(later & young) == PER_CELL and later != drawn


def test_a_withdrawal_takes_effect_within_the_hour_and_nothing_is_stored(
    world: World, people: list[str]
) -> None:
    before = rows(world)
    first = background.in_force(world.ports)
    extra = crowd.add(world, Agreed())
    assert background.in_force(world.ports) == first, "drawn anew by the hour, not at every question"
    with world.ports.database.transaction() as db:
        db.execute(update(tables.Consent).where(tables.Consent.person_id == people[0]).values(
            withdrawn_at=world.ports.now()))  # fmt: skip
    world.clock.tick(background.RENEWED.total_seconds())
    second = background.in_force(world.ports)
    assert second not in (first, None) and people[0] not in background.members(world.ports)
    assert extra in background.members(world.ports)
    after = rows(world)
    assert {name: after[name] - count for name, count in before.items()} == {
        name: int(name in ("person", "verification", "attempt", "consent", "enrolment")) for name in before
    }


def rows(world: World) -> dict[str, int]:
    """Return how many rows each table has."""
    with world.ports.database.reading() as db:
        return {
            name: db.scalar(select(func.count()).select_from(table)) or 0
            for name, table in tables.Base.metadata.tables.items()
        }


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with matching.service() as (address, _):
        yield address


def same_background(there: Report, here: Report) -> None:
    """Compare what the background decides; the engines that two processes choose move scores."""
    assert there.comparison.background == here.comparison.background
    assert there.comparison.score == pytest.approx(here.comparison.score, abs=0.01)
    assert there.comparison.raw == pytest.approx(here.comparison.raw, abs=0.01)


def test_a_remote_matcher_gets_the_background_once(
    world: World, people: list[str], matcher: LocalMatcher, service: str
) -> None:
    """The second process knows no background: it asks for it with the first question, and keeps it."""
    version = background.in_force(world.ports)
    held = background.held(world.ports)
    assert held is not None
    filmed = frames(MAN)
    question = Examination(
        actions=("smile",),
        observations=tuple(observed(matcher, filmed)),
        evidence=tuple(frame for frame in filmed if frame.kind == "evidence"),
        references=references(matcher, "single_face.jpg"),
        cohort=(references(matcher, "0-f1-su-ph.jpg"),),
        background=version,
    )
    matcher.learn(held)
    here = matcher.examine(question)
    with closing(RemoteMatcher(service, matching.SECRET.encode(), matching.new_id)) as remote:
        remote.learn(held)
        same_background(remote.examine(question), here)
    with closing(RemoteMatcher(service, matching.SECRET.encode(), matching.new_id)) as forgetful:
        same_background(forgetful.examine(question), here)
    assert here.comparison.background == version and here.comparison.normalised == here.comparison.score
    assert here.comparison.raw is not None and here.comparison.score is not None
    assert here.comparison.score <= here.comparison.raw
    assert (
        facts(here).normalised and not facts(matcher.examine(replace(question, background=None))).normalised
    )
