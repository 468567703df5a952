"""The scenarios: a passed purchase, an impostor, an agent, an unopened message and a replay."""

import time
from typing import Any

from rich.console import Console

from scripts.demo import reviewer
from scripts.demo.film import Film, Shot, samples
from scripts.demo.phone import Phone
from scripts.demo.receiver import Receiver
from scripts.demo.servers import Servers
from scripts.demo.stage import Stage
from scripts.demo.till import Till
from scripts.demo.wechat import WeChatActs


def play(document: dict[str, Any], servers: Servers, console: Console) -> bool:
    """Run all scenarios; return whether every expectation held."""
    story = Story(document, servers, Stage(console))
    try:
        return story.play()
    finally:
        story.close()


class Story:
    """The scenarios, with the till, phones and films they use."""

    def __init__(self, document: dict[str, Any], servers: Servers, stage: Stage) -> None:
        self.document, self.servers, self.stage = document, servers, stage
        self.people = {person["name"]: person for person in document["persons"]}
        main, hurried = document["institutions"][:2]
        self.receiver = Receiver(main["webhook_secret"])
        self.till = Till(document["base_url"], main, self.receiver.url)
        self.hurried = Till(document["base_url"], hurried)
        self.phone = self._phone("李建国")
        self.right = Film(samples() / "single_face.mp4", 0.0, 2.4)
        self.wechat = WeChatActs(document, servers, stage, self.phone, self.right)
        self.wrong = [Film(samples() / "WolfgangLanger_Pexels.mp4", start, 5.0) for start in (0.0, 6.0, 12.0)]
        self.replay: list[Shot] = []
        self.told: list[tuple[Till, dict[str, Any]]] = []
        self.cpu_s: list[float] = []

    def _phone(self, name: str) -> Phone:
        phone = Phone(self.document["base_url"], self.document["simulator_url"], self.people[name]["openid"])
        phone.login()
        return phone

    def close(self) -> None:
        """Close all HTTP clients."""
        for one in (self.wechat, self.receiver, self.till, self.hurried, self.phone):
            one.close()

    def play(self) -> bool:
        """Run the scenarios in order, then print the timelines and the summary."""
        stage = self.stage
        stage.say_whether_pad_is_here()
        with stage.scene("一、本人购药", "(a) the insured buys"):
            self.the_insured_buys()
        with stage.scene("二、他人冒用，失败后申诉", "(b) an impostor; an appeal"):
            self.an_impostor()
        with stage.scene("三、手动录入代办人", "(c) an agent is typed in"):
            self.an_agent_is_typed()
        with stage.scene("四、无人应答；最后一秒失败", "(d) nobody comes; a failure at the last second"):
            self.nobody_comes()
            self.the_last_second()
            reviewer.conclude_all_but_one(stage, self.document)
        with stage.scene("五、重放旧画面", "(e) the frames of (a) again"):
            self.old_frames()
        self.wechat.play(self.till, self.begin)
        stage.act("时间线", "timelines")
        for till, opened in self.told:
            read = till.read(opened["id"])
            stage.timeline(f"{read['order_no']} → {read['state']}", till.events(opened["id"]))
        stage.say_whether_pad_is_here()
        return stage.account(self.phone.finish_ms, self.cpu_s)

    def begin(self, till: Till) -> dict[str, Any]:
        """Open a verification for 李建国 and store it for the timelines."""
        opened = till.open(self.people["李建国"])
        self.told.append((till, opened))
        return opened

    def push(self, till: Till, opened: dict[str, Any]) -> str:
        """Subscribe the person to one message, push it and open its scene."""
        before = len(self.phone.messages())
        self.phone.allow(self.document["template_id"])
        till.push(opened["id"], self.people["李建国"]["person_id"])
        scene = self.phone.wait_for_message(before)
        self.phone.open(scene)
        self.phone.consent(scene, self.document["notice_version"])
        return scene

    def the_insured_buys(self) -> None:
        """Pass with the insured's own film after push and consent, and redeem the receipt (a)."""
        stage, cpu = self.stage, self.servers.cpu_seconds()
        with stage.step("收银台发起核验", "the till opens a verification"):
            opened = self.begin(self.till)
        with stage.step("推送、打开、同意", "pushed, opened, consented"):
            scene = self.push(self.till, opened)
        with stage.step("拍摄真人影片并逐批上传", "a real film is streamed in real time"):
            challenge = self.phone.draw(scene)
            self.replay = self.phone.film(challenge, self.right)
        with stage.step("比对通过", "passed"):
            result = self.phone.finish(challenge)
            stage.expect(result["outcome"] == "passed", f"passed, not {result['outcome']} {result['reason']}")
        self.cpu_s.append(self.servers.cpu_seconds() - cpu)
        with stage.step("回执验签并核销", "the receipt is checked against the JWKS and redeemed"):
            claims = self.till.check_receipt(self.till.read(opened["id"])["receipt"])
            stage.expect(claims["result"] == "passed", "the receipt says passed")
            self.till.redeem(claims)
        with stage.step("收到签名正确的回调", "a webhook with the right signature"):
            stage.expect(self.receiver.wait_for("verification.passed", claims["order_no"]), "a webhook came")

    def an_impostor(self) -> None:
        """Fail twice with another person's film, then lodge an appeal that lets the purchase go on (b)."""
        opened = self.begin(self.till)
        with self.stage.step("推送、打开、同意", "pushed, opened, consented"):
            scene = self.push(self.till, opened)
        for film in self.wrong[:2]:
            self._fails(scene, film)
        with self.stage.step("提交申诉", "an appeal is lodged"):
            self.stage.expect(self.phone.appeal(scene)["state"] == "appealed", "the attempt is appealed")
            state = self.till.read(opened["id"])["state"]
            self.stage.expect(state == "appealed", f"the verification is appealed, not {state}")

    def _fails(self, scene: str, film: Film) -> None:
        """Run one try with a film that must fail."""
        with self.stage.step("他人的影片被拒绝", "another person's film is refused"):
            challenge = self.phone.draw(scene)
            self.phone.film(challenge, film)
            result = self.phone.finish(challenge)
            self.stage.expect(result["outcome"] == "failed", f"failed, not {result['outcome']}")
        self.stage.console.print(
            f"    原因 / reason: {result['reason']}，还可再试 / tries left: {result['tries_left']}"
        )

    def an_agent_is_typed(self) -> None:
        """Type an agent's number with a wrong checksum, which is refused, then the right one (c)."""
        stage, agent = self.stage, self.people["陈桂兰"]
        opened = self.begin(self.till)
        right = agent["id_number"]
        wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
        typed = {"name": agent["name"], "id_number": wrong, "relation": "护工"}
        with stage.step("证件号校验码错误，被拒绝", "a wrong checksum is refused"):
            answer = self.till.attempt(opened["id"], {"channel": "push", "person": typed})
            stage.expect(answer.status_code == 422, f"422, not {answer.status_code}")
            stage.expect(answer.json()["code"] == "id_number_invalid", "the reason is the number")
            stage.expect(wrong not in answer.text, "the number is not repeated")
        with stage.step("更正后接受", "the right number is accepted"):
            answer = self.till.attempt(
                opened["id"], {"channel": "push", "person": typed | {"id_number": right}}
            )
            stage.expect(answer.status_code == 201, f"201, not {answer.status_code}")
        self.till.http.post(f"/v1/verifications/{opened['id']}/cancel", json={})

    def nobody_comes(self) -> None:
        """Leave a message to the wife unopened and push to the insured (d)."""
        stage, till = self.stage, self.hurried
        opened, wife = self.begin(till), self.people["王秀英"]
        hers = Phone(self.document["base_url"], self.document["simulator_url"], wife["openid"])
        hers.allow(self.document["template_id"])
        with stage.step("无人应答，认证超时", "nobody comes: expired"):
            first = till.push(opened["id"], wife["person_id"])
            event = till.wait_for(opened["id"], "attempt.expired")
            stage.expect(event["attempt_id"] == first["attempt_id"], "the first attempt expired")
        with stage.step("改推参保人本人并打开", "pushed to the insured instead and opened"):
            self.push(till, opened)

    def the_last_second(self) -> None:
        """Fail a try after the deadline that was begun in time, and lodge an appeal (d)."""
        stage, till = self.stage, self.hurried
        opened = self.begin(till)
        scene = self.push(till, opened)
        deadline = till.read(opened["id"])["attempts"][0]
        with stage.step("在截止前一秒开始拍摄", "a try begins one second before the deadline"):
            window = self.document["institutions"][1]["window_s"]
            stage.expect(deadline["state"] == "consented", "still open")
            time.sleep(max(0.0, window - 2.0))
            challenge = self.phone.draw(scene)
            self.phone.film(challenge, self.wrong[2])
            result = self.phone.finish(challenge)
            stage.expect((result["outcome"], result["state"]) == ("failed", "failed"), "failed, not expired")
        with stage.step("超时后仍可申诉", "an appeal is still accepted"):
            stage.expect(self.phone.appeal(scene)["state"] == "appealed", "appealed")

    def old_frames(self) -> None:
        """Send the frames of a passed try again (e)."""
        stage = self.stage
        opened = self.begin(self.till)
        scene = self.push(self.till, opened)
        challenge = self.phone.draw(scene)
        with stage.step("重放第一幕的画面，被拒绝", "the frames of (a) are refused"):
            time.sleep(2.0)
            for start in range(0, len(self.replay), 12):
                self.phone.send(challenge, self.replay[start : start + 12])
            result = self.phone.finish(challenge)
            seen = (result["outcome"], result["reason"])
            stage.expect(seen == ("failed", "frames_seen_before"), f"refused as seen before, not {seen}")
