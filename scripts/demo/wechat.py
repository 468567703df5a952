"""The WeChat scenarios: no subscription, a new subscription, and an outage of WeChat."""

import time
from collections.abc import Callable
from typing import Any

from scripts.demo.film import Film
from scripts.demo.phone import Phone, Unexpected, body
from scripts.demo.servers import Servers
from scripts.demo.stage import Stage
from scripts.demo.till import Till


class WeChatActs:
    """Push scenarios with one till, the insured's phone and the cashier's."""

    def __init__(
        self, document: dict[str, Any], servers: Servers, stage: Stage, phone: Phone, film: Film
    ) -> None:
        self.document, self.servers, self.stage = document, servers, stage
        self.phone, self.film = phone, film
        openid = document["institutions"][0]["staff_openid"]
        self.staff = Phone(document["base_url"], document["simulator_url"], openid)
        self.staff.login()
        self.person_id = document["persons"][0]["person_id"]

    def play(self, till: Till, begin: Callable[[Till], dict[str, Any]]) -> None:
        """Run both scenarios, each with its own purchases."""
        with self.stage.scene("六、未订阅，改用扫码；再开通", "(f) no message allowed: the code; then a tap"):
            self.nobody_allowed(till, begin(till))
        with self.stage.scene("七、微信中断又恢复", "(g) WeChat goes away and comes back"):
            self.wechat_goes_away(till, begin(till), begin(till))

    def close(self) -> None:
        """Close all HTTP clients."""
        self.staff.close()

    def nobody_allowed(self, till: Till, opened: dict[str, Any]) -> None:
        """Pass by code where a push is undeliverable, then subscribe and wait for push state `ready` (f)."""
        stage = self.stage
        with stage.step("参保人未订阅，推送送不到", "no message was allowed: undeliverable"):
            stage.expect(self.push_state(till, opened) == "no_credit", "the PC shows 无额度")
            till.push(opened["id"], self.person_id)
            reason = till.wait_for(opened["id"], "attempt.undeliverable")["reason"]
            stage.expect(reason == "not_subscribed", f"not_subscribed, not {reason}")
        with stage.step("改用扫码：收费员手机拍摄并通过", "the code instead: passed on the cashier's phone"):
            self.passes(till, self.scan(till, opened))
            stage.expect(till.read(opened["id"])["state"] == "passed", "passed")
        with stage.step("点 允许，微信回调记账，收银台显示 可推送", "a tap; the ledger knows"):
            self.phone.allow(self.document["template_id"])
            self.wait_until_ready(till, opened)

    def wechat_goes_away(self, till: Till, coded: dict[str, Any], pushed: dict[str, Any]) -> None:
        """Pass by code while the simulator is killed; the push is retried and arrives once (g)."""
        stage, scene, before = self.stage, self.scan(till, coded), len(self.phone.messages())
        self.servers.kill("simulator")
        try:
            with stage.step("微信中断，扫码路径照常通过", "WeChat is gone: the code's path goes on"):
                self.passes(till, scene)
                stage.expect(till.read(coded["id"])["state"] == "passed", "passed")
            with stage.step("推送等待重试", "the push waits"):
                till.push(pushed["id"], self.person_id)
                time.sleep(1.5)
                state = till.read(pushed["id"])["attempts"][0]["state"]
                stage.expect(state == "waiting", f"waiting, not {state}")
        finally:
            self.servers.restart("simulator")
        with stage.step("微信恢复后送达，且只送达一次", "WeChat is back: the message arrives, once"):
            self.phone.open(self.phone.wait_for_message(before, seconds=30))
            # The phone may receive the push before the worker has recorded it.
            till.wait_for(pushed["id"], "attempt.delivered")
            sent = [event["type"] for event in till.events(pushed["id"])].count("attempt.delivered")
            stage.expect((sent, len(self.phone.messages())) == (1, before + 1), "one message")

    def scan(self, till: Till, opened: dict[str, Any]) -> str:
        """Scan the code with the cashier's phone, choose the person and consent; return the scene."""
        shown = body(till.attempt(opened["id"], {"channel": "qr"}), 201)
        picture = till.http.get(shown["qr_url"])
        self.stage.expect(picture.status_code == 200, "the code has a picture")
        scene = str(shown["qr_url"]).rsplit("/", 1)[1].removesuffix(".png")
        self.staff.open(scene)
        self.staff.choose(scene, {"person_id": self.person_id})
        self.staff.consent(scene, self.document["notice_version"])
        return scene

    def passes(self, till: Till, scene: str) -> None:
        """Clear the memory of frames and pass with the insured's film on the cashier's phone."""
        body(till.http.post("/demo/forget-frames"))
        challenge = self.staff.draw(scene)
        self.staff.film(challenge, self.film)
        outcome = self.staff.finish(challenge)["outcome"]
        self.stage.expect(outcome == "passed", f"passed, not {outcome}")

    def push_state(self, till: Till, opened: dict[str, Any]) -> str:
        """Return the card-holder's push state as the PC shows it."""
        persons = till.read(opened["id"])["persons"]
        return str(next(one["push"] for one in persons if one["person_id"] == self.person_id))

    def wait_until_ready(self, till: Till, opened: dict[str, Any], seconds: float = 10.0) -> None:
        """Wait until WeChat's subscription event is recorded."""
        give_up = time.monotonic() + seconds
        while self.push_state(till, opened) != "ready":
            if time.monotonic() > give_up:
                raise Unexpected("WeChat's event did not reach the ledger")
            time.sleep(0.1)
