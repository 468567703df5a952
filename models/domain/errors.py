"""Refusals: errors that carry data and know nothing of HTTP."""


class Refusal(Exception):
    """A request that the rules do not allow.

    `code` is the stable word clients see; `detail` is one plain sentence for people. A refusal rolls back the
    transaction, unless `remember` says that its changes must stay (a counted miss).
    """

    code = "refused"
    remember = False

    def __init__(self, detail: str = "", *, code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        if code is not None:
            self.code = code


class Malformed(Refusal):
    """The request cannot be parsed."""

    code = "malformed"


class Invalid(Refusal):
    """The request can be parsed but its content is wrong or unusable."""

    code = "invalid"


class Conflict(Refusal):
    """The request does not fit the current state."""

    code = "wrong_state"


class IllegalTransition(Conflict):
    """The state has no such transition."""


class OutOfTime(Conflict):
    """The deadline has passed."""

    code = "expired"


class Absent(Refusal):
    """Unknown, another institution's, or another user's: indistinguishable to the caller."""

    code = "not_found"


class Ended(Refusal):
    """The scene has ended, and the caller does not own it."""

    code = "scene_ended"


class Forbidden(Refusal):
    """The caller is known, but not allowed to do this."""

    code = "forbidden"


class Unidentified(Refusal):
    """The key or token is missing or invalid."""

    code = "unauthorized"


class SignInRefused(Unidentified):
    """Wrong name, password or code, or a locked account: indistinguishable; the failure stays counted."""

    code = "sign_in_refused"
    remember = True


class TooMany(Refusal):
    """A rate limit is reached; retry after `after` seconds, if known."""

    code = "rate_limited"
    after: int | None = None


class TooLarge(Refusal):
    """A size limit is exceeded."""

    code = "too_large"


class WrongMediaType(Refusal):
    """The file type is not accepted."""

    code = "unsupported_media_type"


class Misconfigured(Refusal):
    """WeChat refuses this installation: retrying is useless until an operator corrects it."""

    code = "wechat_misconfigured"


class Busy(Refusal):
    """Cannot be served now; the same request may be repeated after `after` seconds."""

    code = "busy"
    after = 1
