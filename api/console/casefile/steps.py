"""What happened, step by step, in plain Chinese: each try with its reason and its liveness."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.appeals.timeline import Live, Step, Tried
from api.console.texts import EVENTS
from api.http.reasons import failure
from models.domain.attempt import Channel
from models.domain.decision import Outcome

SENT = {Channel.PUSH: "向本人微信发出推送", Channel.QR: "在收银电脑上出示小程序码"}
AGAIN = "重新开始"
LIVE: Mapping[Live, str] = {
    Live.PASSED: "活体检测通过",
    Live.ACTIONS: "动作做对了，没有测翻拍",
    Live.FAILED: "活体检测没有通过",
    Live.OPEN: "没有判断活体",
    Live.BY_WECHAT: "活体由微信判断",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One line of what happened: when, what, why, what of liveness."""

    at: datetime
    what: str
    why: str
    live: str


def told(steps: Sequence[Step]) -> list[Told]:
    """Return the lines of what happened."""
    return [_line(one) for one in steps]


def _line(step: Step) -> Told:
    if step.tried is not None:
        return Told(step.at, _outcome(step.tried), _why(step.tried), LIVE[step.tried.live])
    what = EVENTS.get(step.kind, step.kind)
    if step.kind == "attempt.waiting" and step.channel is not None:
        what = SENT[step.channel]
    if step.kind == "attempt.consented" and step.again:
        what = AGAIN
    return Told(step.at, what, "", "")


def _outcome(tried: Tried) -> str:
    if tried.outcome is Outcome.PASSED:
        return "比对通过"
    return "没有通过" if tried.counted else "没有通过，不计次数"


def _why(tried: Tried) -> str:
    """Return the reason, with both scores where faces were compared and a relative's is higher."""
    if tried.outcome is Outcome.PASSED:
        return f"比对分 {tried.score:.3f}" if tried.score is not None else ""
    why = failure(tried.reason, tried.hint).what
    if tried.score is None:
        return why
    nearer = tried.relative is not None and tried.relative > tried.score
    kin = f"，更像一位亲属（{tried.relative:.3f}）" if nearer else ""
    return f"{why}：和登记照片比对分 {tried.score:.3f}{kin}"
