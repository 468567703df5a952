"""A reviewer without a mouse: from the sign-in to the verdict, with the keyboard alone."""

import time
from dataclasses import dataclass

from models.domain.appeal import AppealState
from models.domain.console.operator import Role
from tests.api.idor import appeal_of
from tests.api.test_console_appeals import of_own_phone, state
from tests.miniprogram.conftest import served
from tests.miniprogram.e2e.browser import Browser
from tests.support.console import PASSWORD, colleague
from tests.support.world import WIFE, World

AT = """(one => one === document.body ? '' : [one.innerText, one.name, one.value, one.href].join(' '))(
  document.activeElement)"""


@dataclass
class Keyboard:
    """Keys sent to a browser's window, and where the focus is."""

    window: Browser

    def press(self, key: str) -> None:
        self.window.do("press", key=key)

    def at(self) -> str:
        """Return text, name, value and address of what has the focus."""
        return str(self.window.do("evaluate", script=AT))

    def tab_to(self, wanted: str) -> None:
        """Press Tab until the focus is on what says or is called this."""
        for _ in range(40):
            if wanted in self.at():
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not lead to {wanted}, but to {self.at()}")

    def fill(self, field: str, text: str) -> None:
        self.tab_to(field)
        self.window.do("write", text=text)

    def enter(self, shown: str) -> None:
        """Press Enter, and wait for what the next page shows."""
        self.press("Enter")
        self.window.do("wait", on=shown)
        self.until("document.readyState === 'complete'")

    def until(self, script: str, seconds: float = 15) -> None:
        """Wait until a script of the page is true; its policy lets none in that asks by itself."""
        end = time.monotonic() + seconds
        while not self.window.do("evaluate", script=script):
            assert time.monotonic() < end, script
            time.sleep(0.05)


def test_a_case_is_opened_seen_and_judged_by_keys(world: World, window: Browser) -> None:
    first, second = of_own_phone(world), appeal_of(world, 0, WIFE, order_no="A-2")
    reviewer, keys = colleague(world, "reviewer", Role.REVIEWER), Keyboard(window)
    with served(world.app) as address:
        window.do("phone", width=1366, height=768)
        window.do("goto", url=f"{address}/console/sign-in")
        for field, text in (("name", "reviewer"), ("password", PASSWORD), ("code", reviewer.code())):
            keys.fill(field, text)
        keys.enter("#queue")
        for key, appeal_id in (("j", first), ("j", second), ("k", first)):
            keys.press(key)
            assert appeal_id in keys.at()
        keys.enter("form[action$=claim]")
        keys.tab_to("领取")
        keys.enter("text=提交结论")
        look(keys)
        keys.press("n")
        assert "wanted" in keys.at()
        for key, choice in (("r", "rejected"), ("u", "upheld")):
            keys.press(key)
            assert choice in keys.at()
            keys.press("Space")
            assert window.do("evaluate", script="document.activeElement.checked")
        keys.fill("note", "照片清楚，是同一个人。")
        keys.tab_to("提交结论")
        keys.enter("text=申诉成立")
    assert (state(world, first), state(world, second)) == (AppealState.UPHELD, AppealState.LODGED)


def look(keys: Keyboard) -> None:
    """Look at a photo and come back."""
    keys.tab_to("查看照片")
    keys.enter("text=看哪一张")
    for field in ("picture", "reason"):
        keys.tab_to(field)
        keys.press("Space")
    keys.fill("why", "看五官")
    keys.enter("img.photo")
    keys.tab_to("看完了")
    keys.enter("text=提交结论")
