"""What a call to WeChat can come to. No message holds a token, a secret, an openid or an address."""


class WeChatError(Exception):
    """A call to WeChat that brought nothing."""


class WeChatRefused(WeChatError):
    """WeChat understood and said no; saying it again changes nothing.

    `errcode` is WeChat's, or 0 when there is nobody to send to.
    """

    def __init__(self, errcode: int) -> None:
        super().__init__(f"errcode {errcode}")
        self.errcode = errcode


class WeChatBusy(WeChatError):
    """The call had no effect and may be repeated: no connection, a 5xx, system busy, a quota."""


class WeChatUnknown(WeChatError):
    """The call may have had its effect: it was sent, and no readable answer came."""
