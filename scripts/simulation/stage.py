"""The simulated environment of the real actions: a simulated clock, and an invented WeChat and matcher."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from api.ports import HeldBackground, Ports
from matcher.types import Background
from models.domain.policy import FIRST_SET
from scripts.simulation.matching import InventedMatcher
from wechat.errors import WeChatRefused
from wechat.fields import TemplateFields

NO_CREDIT = 43101
NEVER = timedelta(days=36_500)


class PutBack:
    """A clock set to the simulation's current time."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """Return the simulated instant."""
        return self._at

    def reach(self, at: datetime) -> None:
        """Advance to an instant; past instants have no effect."""
        self._at = max(self._at, at)

    def tick(self, seconds: float) -> None:
        """Advance by some seconds."""
        self._at += timedelta(seconds=seconds)


@dataclass
class InventedWeChat:
    """WeChat for invented users: accepts every message except for those `without_credit`."""

    without_credit: set[str] = field(default_factory=set)
    sent: int = 0

    def send_subscribed(
        self, openid: str, template_id: str, page: str, data: Mapping[str, str]
    ) -> str | None:
        """Accept one message, or refuse it for a user without credit."""
        if openid in self.without_credit:
            self.without_credit.discard(openid)
            raise WeChatRefused(NO_CREDIT)
        self.sent += 1
        return f"simulated-{self.sent}"

    def code_to_session(self, code: str) -> str:
        """Refuse: simulated users do not log in."""
        raise WeChatRefused(40029)

    def code_image(self, scene: str, page: str) -> bytes:
        """Refuse: no code images are shown."""
        raise WeChatRefused(40169)

    def face_verify_id(self, openid: str, out_seq_no: str, name: str, id_number: str) -> str:
        """Refuse: the shops use their own camera."""
        raise WeChatRefused(84011)

    def face_result(self, openid: str, verify_id: str, out_seq_no: str, name: str, id_number: str) -> int:
        """Refuse: the shops use their own camera."""
        raise WeChatRefused(84022)

    def risk_rank(self, openid: str, scene: int, client_ip: str) -> int:
        """Return no risk."""
        return 0

    def fetch_token(self) -> None:
        """Accept the account."""

    def template(self, template_id: str) -> TemplateFields | None:
        """Return no template."""


def background() -> Background:
    """Return the background that invented scores name in their reports."""
    return Background(np.zeros((1, 128), "<f4").tobytes())


def put_back(ports: Ports, at: datetime) -> tuple[Ports, PutBack, InventedMatcher]:
    """Return ports with a clock set to an instant and an invented WeChat and matcher."""
    clock, matcher = PutBack(at), InventedMatcher()
    staged = replace(ports, clock=clock, matcher=matcher, wechat=InventedWeChat())
    held = HeldBackground({FIRST_SET: (background(), at + NEVER)})
    return replace(staged, background=held), clock, matcher
