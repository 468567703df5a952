"""Errors of calls to WeChat. No message contains a token, secret, openid or address."""

from wechat.refusals import Kind, meaning


class WeChatError(Exception):
    """A call to WeChat that failed."""


class WeChatRefused(WeChatError):
    """WeChat refused the call; repeating it does not help.

    `errcode` is WeChat's, or 0 when there is no recipient; `kind` says whom it concerns.
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
    """The call may have had its effect: it was sent, but no valid answer arrived."""
