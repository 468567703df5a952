"""Fakes of the clock and of WeChat. Everything else in the tests is real."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from wechat import fields
from wechat.errors import WeChatRefused
from wechat.fields import TemplateFields
from wechat.simulator.subscriptions import LABELS


class FakeClock:
    """A clock that moves only when told to."""

    def __init__(self, now: datetime = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def tick(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class SeededRandom:
    """Random numbers that are the same in every run."""

    def __init__(self, seed: int = 1) -> None:
        self._numbers = np.random.default_rng(seed)

    def token(self, length: int = 22) -> str:
        alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        return "".join(alphabet[i] for i in self._numbers.integers(0, 62, length))

    def digits(self, length: int) -> str:
        return "".join(str(i) for i in self._numbers.integers(0, 10, length))

    def fractions(self) -> Iterator[float]:
        while True:
            yield float(self._numbers.random())

    def salt(self) -> bytes:
        return self._numbers.bytes(32)


@dataclass
class FakeWeChat:
    """WeChat as our server sees it; `fail` makes the next calls go wrong.

    tests/contracts holds it to what the gateway does with the simulator.
    """

    credits: Counter[str] | None = None
    template_id: str = "template-1"
    labels: dict[str, str] = field(default_factory=lambda: dict(LABELS))
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sent: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    fail: Exception | None = None
    codes: dict[str, str | None] = field(default_factory=dict)
    # Results of WeChat's own face verification, by openid; 10300 until set.
    faces: dict[str, int] = field(default_factory=dict)
    # Risk ranks of recently active users.
    ranks: dict[str, int] = field(default_factory=dict)
    visitors: set[str] = field(default_factory=set)
    verifications: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)

    def log_in(self, openid: str) -> str:
        code = f"code-{len(self.codes)}"
        self.codes[code] = openid
        return code

    def code_to_session(self, code: str) -> str:
        self._maybe_fail()
        if code not in self.codes:
            raise WeChatRefused(40029)
        openid, self.codes[code] = self.codes[code], None
        if openid is None:
            raise WeChatRefused(40163)
        self.visitors.add(openid)
        return openid

    def send_subscribed(
        self, openid: str, template_id: str, page: str, data: Mapping[str, str]
    ) -> str | None:
        self._maybe_fail()
        if set(data) != set(self.labels):
            raise WeChatRefused(47003)
        if self.credits is not None and self.credits[openid] < 1:
            raise WeChatRefused(43101)
        if self.credits is not None:
            self.credits[openid] -= 1
        self.sent.append((openid, page, {name: item["value"] for name, item in fields.cut(data).items()}))
        return f"msgid-{len(self.sent)}"

    def fetch_token(self) -> None:
        self._maybe_fail()

    def template(self, template_id: str) -> TemplateFields | None:
        self._maybe_fail()
        found = TemplateFields("待办事项提醒", False, self.labels, self.choices)
        return found if template_id == self.template_id else None

    def code_image(self, scene: str, page: str) -> bytes:
        self._maybe_fail()
        if not 1 <= len(scene) <= 32:
            raise WeChatRefused(40169)
        if not scene.isascii():
            raise WeChatRefused(40129)
        return b"\x89PNG" + f"{page}?scene={scene}".encode()

    def face_verify_id(self, openid: str, out_seq_no: str, name: str, id_number: str) -> str:
        self._maybe_fail()
        if not re.fullmatch(r"[0-9A-Za-z_-]{5,32}", out_seq_no):
            raise WeChatRefused(84011)
        if any(out_seq_no == earlier for _, earlier, _, _ in self.verifications.values()):
            raise WeChatRefused(84019)
        verify_id = f"verify-{len(self.verifications)}"
        self.verifications[verify_id] = (openid, out_seq_no, name, id_number)
        return verify_id

    def face_result(self, openid: str, verify_id: str, out_seq_no: str, name: str, id_number: str) -> int:
        self._maybe_fail()
        if verify_id not in self.verifications:
            raise WeChatRefused(84022)
        whose, number, *person = self.verifications[verify_id]
        for fits, errcode in ((whose == openid, 84017), (number == out_seq_no, 84020)):
            if not fits:
                raise WeChatRefused(errcode)
        if person != [name, id_number]:
            raise WeChatRefused(84018)
        return self.faces.get(openid, 10300)

    def risk_rank(self, openid: str, scene: int, client_ip: str) -> int:
        self._maybe_fail()
        if scene not in (0, 1):
            raise WeChatRefused(40129)
        if openid not in self.visitors:
            raise WeChatRefused(61010)
        return self.ranks.get(openid, 0)

    def _maybe_fail(self) -> None:
        if self.fail is not None:
            raise self.fail
