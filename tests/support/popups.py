"""A cashier's popup in a browser without script."""

import re
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from api.contacts import credits
from api.popup import holder
from matcher.errors import MatcherUnavailable
from models.domain.subscription import Fact, FactKind
from tests.support import play
from tests.support.world import (
    AGENT,
    TEMPLATE,
    WIFE,
    Insured,
    World,
    purchase,
)

TICKED = {"cardholder_document": "yes", "agent_document": "yes"}
TEMPLATES = Path(__file__).parents[2] / "api/templates/popup"


class Popup:
    """A browser without script on one popup."""

    def __init__(self, world: World, url: str) -> None:
        self.world, self.url = world, url.removeprefix("http://127.0.0.1:8000")
        self.browser = world.app.test_client()
        self.html = ""

    def get(self, query: str = "") -> TestResponse:
        return self._seen(self.browser.get(self.url + query))

    def _seen(self, answer: TestResponse) -> TestResponse:
        self.html = answer.get_data(as_text=True)
        return answer

    @property
    def screen(self) -> str:
        return str(re.search(r'data-screen="(\w+)"', self.html).group(1))

    def fields(self) -> dict[str, str]:
        """Return the form's own fields of the page on show."""
        found = re.findall(r'<input type="hidden" name="(csrf|attempt)" value="([^"]*)"', self.html)
        return dict(found)

    def post(self, action: str, **fields: Any) -> TestResponse:
        """Send a form of the page on show, and follow to where it leads."""
        answer = self.browser.post(f"{self.url}/{action}", data=self.fields() | fields)
        if answer.status_code == 303:
            return self._seen(self.browser.get(answer.headers["Location"]))
        return self._seen(answer)

    def says(self, *words: str) -> bool:
        return all(word in self.html for word in words)


class Broken:
    """A matcher that dies of everything."""


class Away:
    """A matcher that cannot be reached."""

    def examine(self, *_: Any) -> None:
        raise MatcherUnavailable


def opened(world: World, **changes: Any) -> tuple[str, Popup]:
    """Open a verification whose persons can be pushed to, and its popup."""
    answer = play.ok(world.till().post("/v1/verifications", json=purchase(**changes)), 201)
    popup = Popup(world, answer["popup_url"])
    assert popup.get().status_code == 200
    return answer["id"], popup


def allow(world: World, *openids: str) -> None:
    """Let these WeChat users have allowed one message each."""
    with world.ports.database.transaction() as db:
        for openid in openids:
            index = world.ports.vault.index("openid", openid)
            credits.learn(world.ports, db, index, TEMPLATE, Fact(FactKind.ACCEPTED, world.ports.now()))


def pushed(world: World, popup: Popup, who: Insured = WIFE) -> str:
    """Push to a person with credit from the popup and deliver it; return the scene."""
    allow(world, who.openid)
    popup.get("?step=choose")
    popup.post("push", person_id=world.ids[who.name], confirmed="yes", **TICKED)
    play.work(world.ports)
    popup.get()
    return world.wechat.sent[-1][1].split("scene=")[1]


def states(world: World, verification: str) -> list[str]:
    return [one["state"] for one in play.state(world, verification)["attempts"]]


def typed(who: Insured = AGENT, **changes: str) -> dict[str, str]:
    return {
        "name": who.name,
        "id_number": who.id_number,
        "relation": who.relation,
        "step": "manual",
        **TICKED,
    } | changes


def csrf_of(world: World, popup: Popup) -> str:
    cookie = popup.browser.get_cookie("yibao_popup", path=popup.url)
    return holder.csrf(world.ports, cookie.value)
