"""Why a try failed, in the Chinese words that counter and console show."""

from typing import NamedTuple


class Failure(NamedTuple):
    """Why a try failed, and what the cashier should say to the person."""

    what: str
    advice: str


FAILED = {
    "not_acquired": Failure("没有拍清楚", "请对方把脸放进圆圈，拿稳手机。"),
    "action_missing": Failure("没有看到动作", "请对方跟着手机的提示，慢慢做动作。"),
    "action_order": Failure("动作的先后不对", "请对方跟着手机的提示，一个一个慢慢做。"),
    "not_matched": Failure("人脸比对未通过", "和登记的照片不太像：请先核对来的是不是选中的人。"),
    "not_live": Failure("没能确认是真人在拍", "请当面核对证件。"),
    "frames_seen_before": Failure("没能确认是现在拍的", "请当面核对证件。"),
    "tries_used_up": Failure("试的次数用完了", "请在下面选一个办法。"),
    "frames_irregular": Failure("画面断了", "请对方拿稳手机，不要切到别的应用。"),
    "matcher_unavailable": Failure("核对的机器正忙", "请稍等再试。"),
}
IN_THE_WAY = {
    "no_face": Failure("没有拍到脸", "请对方把脸放进圆圈。"),
    "two_faces": Failure("画面里有别人", "请对方一个人拍。"),
    "too_dark": Failure("光线太暗", "请对方到亮一点的地方。"),
    "colourless": Failure("画面没有颜色", "请对方到亮一点的地方，或关掉手机的黑白模式。"),
    "too_bright": Failure("光线太亮", "请对方背开强光。"),
    "too_far": Failure("离得太远", "请对方靠近一点。"),
    "too_close": Failure("离得太近", "请对方离远一点。"),
    "blurred": Failure("拍得模糊", "请对方拿稳手机，擦一擦镜头。"),
    "covered": Failure("脸被遮住了", "请对方摘下口罩、墨镜或帽子。"),
    "turned": Failure("没有正对手机", "请对方正对着手机。"),
}


def failure(reason: str | None, hint: str | None) -> Failure:
    """Return why a try failed and what to say; `hint` says what was in the way of `not_acquired`."""
    if reason == "not_acquired" and hint in IN_THE_WAY:
        return IN_THE_WAY[hint]
    return FAILED.get(reason or "", Failure("这次没有通过", "请在下面选一个办法。"))
