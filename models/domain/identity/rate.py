"""How often an address, a WeChat user or an institution may do something in one window of time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class RateKind(StrEnum):
    """What is counted, and of whom."""

    # An address that logs phones in: each is a call of WeChat's. Carriers put many phones behind one.
    LOGIN = "login"
    # An address that sends keys or tokens which are nobody's. Right ones from there pass all the same.
    WRONG_KEY = "wrong_key"
    # An address that opens links of popups which are void.
    WRONG_POPUP = "wrong_popup"
    # An address that reads the published keys.
    KEY_SET = "key_set"
    # A WeChat user who logs in: each login stores a session.
    SESSION = "session"
    # An institution that opens verifications, each with an answer stored under its idempotency key.
    CREATE = "create"
    CREATES_A_DAY = "creates_a_day"


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` in each window; windows begin at whole multiples of their length."""

    most: int
    window: timedelta

    def number(self, now: datetime) -> int:
        """Return the number of the window that `now` is in."""
        return int(now.timestamp() // self.window.total_seconds())

    def begun(self, now: datetime) -> datetime:
        """Return when the window that `now` is in began."""
        return datetime.fromtimestamp(self.number(now) * self.window.total_seconds(), now.tzinfo)

    def left(self, now: datetime) -> int:
        """Return after how many seconds, one at least, the next window begins."""
        seconds = self.window.total_seconds()
        return max(1, int(seconds - now.timestamp() % seconds))


RATES = {
    RateKind.LOGIN: Rate(120, MINUTE),
    RateKind.WRONG_KEY: Rate(20, MINUTE),
    RateKind.WRONG_POPUP: Rate(30, MINUTE),
    RateKind.KEY_SET: Rate(120, MINUTE),
    RateKind.SESSION: Rate(600, HOUR),
    RateKind.CREATE: Rate(6_000, MINUTE),
    RateKind.CREATES_A_DAY: Rate(250_000, DAY),
}
