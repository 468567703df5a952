"""Releases of policies from the trial to everybody, and how the guard holds them, in the console's pages."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from threading import Thread
from typing import Any

import pytest
from werkzeug.serving import make_server
from werkzeug.wsgi import LimitedStream

from api.jobs import work
from api.jobs.due import due
from api.policies import versions
from api.releases import actions, guarding
from models import tables
from models.domain.console.operator import Role
from models.domain.policy import Policy
from models.domain.release.stages import Arm, Stage
from tests.miniprogram.e2e.browser import Browser
from tests.miniprogram.e2e.stage import OUT
from tests.support.console import PASSWORD, Colleague, colleague
from tests.support.decisions import Try, write
from tests.support.world import World

pytestmark = pytest.mark.browser
WEEK = 7 * 86_400
SERIOUS = ("serious", "critical")


class Office:
    """An installation served to a browser, with two operators and what happens at its tills."""

    def __init__(self, world: World, browser: Browser, url: str) -> None:
        self.world, self.browser, self.url = world, browser, url
        self.people = {name: colleague(world, name, Role.OPERATOR) for name in ("li", "wang")}
        self.pictures = OUT / "screens"
        self.pictures.mkdir(parents=True, exist_ok=True)

    def enter(self, name: str) -> None:
        """Sign in through the form, by keyboard."""
        one: Colleague = self.people[name]
        self.browser.do("phone", width=1366, height=768)
        self.browser.do("goto", url=f"{self.url}/console/sign-in")
        for field, value in (("name", name), ("password", PASSWORD), ("code", one.code())):
            self.browser.do("type", on=f"input[name={field}]", text=value)
        self.browser.do("press", key="Enter")
        self.browser.do("wait", on="nav[aria-label=主菜单]", timeout=60_000)

    def see(self, picture: str) -> str:
        """Take a picture, check it for barriers, and return its text."""
        self.browser.do("screenshot", path=str(self.pictures / f"console-journey-{picture}.png"))
        assert [one for one in self.browser.do("axe") if one["impact"] in SERIOUS] == []
        return "".join(str(self.browser.do("text", on="main")).split())

    def tried_out(self, picture: str, **values: str) -> str:
        """Try thresholds on the eight weeks, and return what the page says."""
        self.browser.do("goto", url=f"{self.url}/console/what-if?days=56")
        for name, value in values.items():
            self.browser.do("type", on=f"#{name}", text=value)
        self.browser.do("press", key="Enter")
        self.browser.do("wait", on="section[aria-label=计算进度]")
        for job in due(self.world.ports):
            work.run(self.world.ports, job)
        self.browser.do("wait", on="section[aria-label=试算结果]")
        return self.see(picture)

    def propose(self, reason: str) -> tables.Release:
        """Propose what was just tried out, and have the other operator approve it."""
        self.browser.do("type", on="textarea[name=reason]", text=reason)
        self.browser.do("tap", on="button:text-is('提议')")
        self.browser.do("wait", on="ol.stages")
        assert self.browser.do("count", on="button:has-text('批准')") == 0
        self.enter("wang")
        self.browser.do("goto", url=f"{self.url}/console/releases/{self.release().id}")
        self.browser.do("tap", on="button:has-text('批准')")
        self.browser.do("wait", on="li[aria-current=step]:has-text('已批准')")
        guarding.watch(self.world.ports)
        return self.release()

    def release(self) -> tables.Release:
        return actions.history(self.world.ports)[0]

    def show(self, picture: str) -> str:
        """Let the guard read everything, and return the release's page."""
        row = None
        while row is None or (row.seen_at, row.stage) != (self.release().seen_at, self.release().stage):
            row = self.release()
            guarding.watch(self.world.ports)
        self.browser.do("goto", url=f"{self.url}/console/releases/{row.id}")
        return self.see(picture)

    def policies(self) -> tuple[Policy, Policy]:
        row = self.release()
        with self.world.ports.database.reading() as db:
            return versions.pinned(db, row.before), versions.pinned(db, row.version)


def bounded(world: World, environ: dict[str, Any], start: Any) -> Any:
    """Call the application with a body that ends where it says, as gunicorn does."""
    size = int(environ.get("CONTENT_LENGTH") or 0)
    environ["wsgi.input"] = LimitedStream(environ["wsgi.input"], size)
    return world.app(environ, start)


@pytest.fixture
def office(world: World, window: Browser) -> Iterator[Office]:
    server = make_server("127.0.0.1", 0, partial(bounded, world), threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    yield Office(world, window, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()


def usual(policy: Policy, number: int, *, arm: str = "control", failing: int = 25) -> list[Try]:
    """Return decisions of which one in so many fails."""
    scores = [0.30 if n % failing == 0 else 0.60 + n % 7 * 0.03 for n in range(number)]
    return [Try(policy, score, arm=arm) for score in scores]


def mixed(before: Policy, after: Policy, controls: int, treated: Sequence[Try]) -> list[Try]:
    """Return decisions of both arms, one control among several treated."""
    others = usual(before, controls)
    step = max(1, len(treated) // controls)
    found = list[Try]()
    for n, one in enumerate(treated):
        found += [others[n // step], one] if n % step == 0 and n // step < controls else [one]
    return found


def test_a_candidate_goes_from_its_trial_to_everybody(office: Office) -> None:
    """Eight weeks, in which some insured and some relatives come near; the guard holds the next releases."""
    world = office.world
    version = versions.enact(world.ports, Policy(), author="installation", approver="installation")
    now = replace(Policy(), version=version)
    near = [Try(now, 0.45), Try(now, 0.45), Try(now, 0.45, relative=0.445)]
    for _ in range(8):
        world.clock.tick(WEEK - 60)
        write(world, [*usual(now, 50), *near])

    office.enter("li")
    lenient = office.tried_out("lenient", score_min="0.44", cohort_margin="0")
    assert "24次由拒改为通过" in lenient and "8次新通过时亲属也够得上" in lenient
    assert office.browser.do("count", on=".numbers .bad") == 1
    adjusted = office.tried_out("adjusted", score_min="0.44")
    assert "16次由拒改为通过" in adjusted and "0次新通过时亲属也够得上" in adjusted
    assert office.propose("老照片的本人多被拒").stage is Stage.SHADOW

    before, after = office.policies()
    write(world, usual(before, 501))
    assert "5%" in office.show("five") and office.release().stage is Stage.FIVE
    write(world, mixed(before, after, 50, usual(after, 201, arm=Arm.TREATED)))
    assert "25%" in office.show("quarter") and office.release().stage is Stage.QUARTER
    write(world, mixed(before, after, 50, usual(after, 501, arm=Arm.TREATED)))
    assert "全部" in office.show("full") and office.release().stage is Stage.FULL
    with world.ports.database.reading() as db:
        assert versions.active(db).score_min == 0.44

    office.enter("li")
    office.tried_out("unseen", action_count="3")
    assert office.propose("再加一个动作").stage is Stage.FIVE
    before, after = office.policies()
    write(world, usual(before, 100))
    write(world, mixed(before, after, 180, usual(after, 200, arm=Arm.TREATED, failing=5)))
    assert "失败明显多于对照组" in office.show("rolled-back")
    row = office.release()
    assert (row.stage, row.cause) == (Stage.ROLLED_BACK, "failures") and row.guard["treated"] < 200

    office.enter("li")
    office.tried_out("unseen-again", action_count="3")
    assert office.propose("再试一次").stage is Stage.FIVE
    before, after = office.policies()
    fallen = mixed(before, after, 60, usual(after, 60, arm=Arm.TREATED))
    write(world, [replace(one, score=(one.score or 0.0) - 0.12) for one in fallen])
    assert "两组分数同时变化" in office.show("drift")
    row = office.release()
    assert (row.stage, row.held) == (Stage.FIVE, "drift")
