"""The kinds of guesses that are counted, and the daily limit of wrong ones for each."""

from enum import StrEnum


class GuessKind(StrEnum):
    """Whose guesses are counted; what the subject of a tally is."""

    # An institution's counter that looks persons up: institution id and counter.
    COUNTER = "counter"
    # A WeChat user who looks persons up: the index of the openid.
    PHONE = "phone"
    # A document's number, under a wrong name or nobody's, at whatever counter or phone: its blind index.
    NUMBER = "number"
    # Six digits, by the WeChat user who guesses, and by the person guessed at.
    TILL_CODE_BY = "till_code_by"
    TILL_CODE_FOR = "till_code_for"
    # The code a member of staff binds with, by the WeChat user who guesses.
    STAFF_CODE = "staff_code"


# Wrong guesses a day, and the code that further ones, right or wrong, are refused with.
MISSES_A_DAY = {
    # More than one institution may miss in an hour: none can shut a person out alone.
    GuessKind.NUMBER: (80, "rate_limited"),
    GuessKind.TILL_CODE_BY: (5, "till_code_locked"),
    GuessKind.TILL_CODE_FOR: (20, "till_code_locked"),
    GuessKind.STAFF_CODE: (5, "staff_code_locked"),
}
