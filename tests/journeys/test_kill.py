"""A process killed around any commit leaves a consistent state, and repeating the request continues from it.

The kill is an exception that nothing catches, right before or right after the n-th commit; then
everything in memory is thrown away and composed anew on the same files. tests/e2e kills real
processes.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.admin import audit
from matcher.local import LocalMatcher
from models import tables
from models.database import Database
from models.domain.verification import VerificationState
from scripts.demo.film import Film, Shot
from tests.support import play
from tests.support import world as worlds
from tests.support.world import MAN, RIGHT, WRONG, World, multipart, purchase


class Killed(BaseException):
    """The process is gone; nothing may catch this."""


class MortalDatabase(Database):
    """A database that kills before or after the commit with a given number."""

    commits = 0
    dies_at = 0
    before = True

    def commit(self, session: Session) -> None:
        self.commits += 1
        if self.commits == self.dies_at and self.before:
            raise Killed
        super().commit(session)
        if self.commits == self.dies_at:
            raise Killed


class Play:
    """One purchase that continues over any number of kills."""

    def __init__(self, folder: Path, matcher: LocalMatcher, dies_at: int, before: bool) -> None:
        self.folder, self.matcher, self.deaths = folder, matcher, 0
        self.world = self._compose()
        database = self.world.ports.database
        assert isinstance(database, MortalDatabase)
        database.dies_at, database.before = dies_at, before
        self.answers: dict[str, set[str]] = {}

    def _compose(self, earlier: World | None = None) -> World:
        ports = worlds.compose(self.folder, self.matcher, seed=10 + self.deaths, kind=MortalDatabase)
        if earlier is not None:
            ports = replace(ports, clock=earlier.clock, wechat=earlier.wechat)
        return worlds.composed(self.folder, ports)

    def surely(self, action: Callable[[], Any]) -> Any:
        """Run an action, in a new process if this one is killed."""
        try:
            return action()
        except Killed:
            self.deaths += 1
            self.world.ports.database.dispose()
            self.world = self._compose(self.world)
            return action()

    def post(self, url: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        """Send a till's request with its key; every answer with it must be the same."""

        def send() -> dict[str, Any]:
            answer = self.world.till().post(url, json=body, headers={"Idempotency-Key": key})
            self.answers.setdefault(key, set()).add(answer.get_data(as_text=True))
            return play.ok(answer, 201)

        return self.surely(send)

    def _send(self, challenge: dict[str, Any], shots: list[Shot]) -> dict[str, Any]:
        url = f"/mp/v1/challenges/{challenge['challenge_id']}/frames"
        return play.ok(self.phone.post(url, **multipart(shots)))

    def purchase(self, film: Film) -> str:
        """Play a purchase to its end; return the verification."""
        verification = str(self.post("/v1/verifications", purchase(), "k-create")["id"])
        scene = self.reach(verification)
        self.surely(lambda: play.ok(self.phone.get(f"/mp/v1/attempts/{scene}")))
        self.surely(lambda: play.agree(self.phone, scene))
        challenge = self.surely(lambda: play.draw(self.phone, scene))
        shots = film.shots(challenge["frame"])
        self.world.clock.tick(shots[-1].t_ms / 1000)
        for start in range(0, len(shots), 12):
            self.surely(partial(self._send, challenge, shots[start : start + 12]))
        result = self.surely(lambda: play.finish(self.phone, challenge))
        if result["outcome"] == "failed":
            self.surely(lambda: play.ok(play.appealed(self.phone, scene), 201))
        return verification

    @property
    def phone(self):
        return self.world.phone(MAN.openid)

    def reach(self, verification: str) -> str:
        """Push until a message arrives; one with unknown delivery is not repeated."""
        for number in range(3):
            wanted = {"channel": "push", "person_id": self.world.ids[MAN.name]}
            self.post(f"/v1/verifications/{verification}/attempts", wanted, f"k-push-{number}")
            for _ in range(3):
                self.surely(lambda: play.work(self.world.ports))
                if self.world.wechat.sent:
                    return self.world.wechat.sent[-1][1].split("scene=")[1]
                self.world.clock.tick(45)
        raise AssertionError("nothing ever arrived")


def is_whole(world: World, verification: str) -> None:
    """Check the consistency of the tables."""
    with world.ports.database.reading() as db:
        row = db.get_one(tables.Verification, verification)
        attempts = db.scalars(
            select(tables.Attempt).where(tables.Attempt.verification_id == verification)
        ).all()
        decisions = db.scalar(select(func.count()).select_from(tables.Decision))
        appeals = db.scalar(select(func.count()).select_from(tables.Appeal))
        events = db.scalars(
            select(tables.Event.type).where(tables.Event.verification_id == verification)
        ).all()
    assert audit.check(world.ports).is_whole
    ended = row.state in (VerificationState.PASSED, VerificationState.APPEALED)
    assert ended and row.receipt is not None
    assert decisions == 1
    assert appeals == (1 if row.state is VerificationState.APPEALED else 0)
    assert [attempt.state.value for attempt in attempts].count(row.state.value) == 1
    assert events.count(f"verification.{row.state}") == 1
    assert len({play.state(world, verification)["receipt"] for _ in range(2)}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("before", [True, False], ids=["before the commit", "after the commit"])
@pytest.mark.parametrize(("film", "state"), [(RIGHT, "passed"), (WRONG, "appealed")], ids=["right", "wrong"])
def test_a_death_at_any_commit_loses_nothing(
    populated: Path, tmp_path: Path, matcher: LocalMatcher, film: Film, state: str, before: bool
) -> None:
    # Until its frames are stored, a failure's purchase commits what a pass's does.
    deaths, number = 1, 0 if film is RIGHT else 10
    while deaths:
        number += 1
        folder = tmp_path / str(number)
        worlds.copied(populated, folder)
        played = Play(folder, matcher, number, before)
        verification = played.purchase(film)
        deaths = played.deaths
        is_whole(played.world, verification)
        assert play.state(played.world, verification)["state"] == state
        assert all(len(answers) == 1 for answers in played.answers.values())
        played.world.ports.database.dispose()
        worlds.removed(folder)
    assert number > 12
