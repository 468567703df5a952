"""Fakes for what is not ours: a clock and WeChat. Everything else in the tests is real."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from wechat import fields
from wechat.errors import WeChatRefused


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
    sent: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    fail: Exception | None = None
    codes: dict[str, str | None] = field(default_factory=dict)

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
        return openid

    def send_subscribed(self, openid: str, template_id: str, page: str, data: Mapping[str, str]) -> None:
        self._maybe_fail()
        if self.credits is not None and self.credits[openid] < 1:
            raise WeChatRefused(43101)
        if self.credits is not None:
            self.credits[openid] -= 1
        self.sent.append((openid, page, {name: item["value"] for name, item in fields.cut(data).items()}))

    def code_image(self, scene: str, page: str) -> bytes:
        self._maybe_fail()
        if not 1 <= len(scene) <= 32:
            raise WeChatRefused(40169)
        return b"\x89PNG" + f"{page}?scene={scene}".encode()

    def _maybe_fail(self) -> None:
        if self.fail is not None:
            raise self.fail
