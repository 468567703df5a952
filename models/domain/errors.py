"""Refusals of the domain rules. Errors carry data and no HTTP."""


class Refusal(Exception):
    """Something a caller asked for that the rules do not allow.

    `code` is the stable word clients see; `detail` is one plain sentence for people. What was
    written before a refusal is undone, unless `remember` says that it must stay (a counted miss).
    """

    code = "refused"
    remember = False

    def __init__(self, detail: str = "", *, code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        if code is not None:
            self.code = code


class Malformed(Refusal):
    """The request cannot be read."""

    code = "malformed"


class Invalid(Refusal):
    """The request can be read but what it says cannot be true or cannot be used."""

    code = "invalid"


class Conflict(Refusal):
    """The thing asked for does not fit the state it meets."""

    code = "wrong_state"


class IllegalTransition(Conflict):
    """No such step leaves this state."""


class OutOfTime(Conflict):
    """The deadline has passed."""

    code = "expired"


class Absent(Refusal):
    """Unknown, another institution's, or somebody else's: the answer is the same."""

    code = "not_found"


class Ended(Refusal):
    """A scene that is over, seen by somebody who does not own it."""

    code = "scene_ended"


class Forbidden(Refusal):
    """Known to us, but not allowed to do this."""

    code = "forbidden"


class Unidentified(Refusal):
    """No key or token, or one that is not valid."""

    code = "unauthorized"


class SignInRefused(Unidentified):
    """Wrong name, password or code, or locked: the answer is the same. The failure stays counted."""

    code = "sign_in_refused"
    remember = True


class TooMany(Refusal):
    """A limit on how often has been reached; `after` seconds from now there is room again, if known."""

    code = "rate_limited"
    after: int | None = None


class TooLarge(Refusal):
    """A limit on how much has been passed."""

    code = "too_large"


class WrongMediaType(Refusal):
    """Not a kind of file this accepts."""

    code = "unsupported_media_type"


class Misconfigured(Refusal):
    """WeChat refuses this installation: nothing helps until an operator has mended it."""

    code = "wechat_misconfigured"


class Busy(Refusal):
    """Cannot be served now; the same request may be repeated after `after` seconds."""

    code = "busy"
    after = 1
