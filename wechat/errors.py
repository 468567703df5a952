"""The errors of a call to WeChat. No message holds a token, a secret, an openid or an address."""

from wechat.refusals import Kind, meaning


class WeChatError(Exception):
    """A call to WeChat that failed."""


class WeChatRefused(WeChatError):
    """WeChat refused the call; repeating it does not help.

    `errcode` is WeChat's, or 0 when there is nobody to send to; `kind` tells whose fault it is.
    """

    def __init__(self, errcode: int, kind: Kind | None = None) -> None:
        super().__init__(f"errcode {errcode}")
        self.errcode = errcode
        self.kind = kind or (meaning(errcode).kind if errcode else Kind.USER)


class WeChatBusy(WeChatError):
    """The call had no effect and may be repeated: no connection, a 5xx, system busy, a quota.

    `errcode` is WeChat's, or None where none was given.
    """

    def __init__(self, errcode: int | None = None) -> None:
        super().__init__("" if errcode is None else f"errcode {errcode}")
        self.errcode = errcode


class WeChatUnknown(WeChatError):
    """The call may have had its effect: it was sent, and no readable answer came."""
