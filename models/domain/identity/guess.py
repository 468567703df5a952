"""The kinds of guesses that are counted, and the daily limit of wrong ones for each."""

from enum import StrEnum


class GuessKind(StrEnum):
    """Whose guesses are counted; what the subject of a tally is."""

    # An institution's counter that looks persons up: institution id and counter.
    COUNTER = "counter"
    # A WeChat user who looks persons up: the index of the openid.
    PHONE = "phone"
    # Six digits, by the WeChat user who guesses, and by the person guessed at.
    TILL_CODE_BY = "till_code_by"
    TILL_CODE_FOR = "till_code_for"
    # The code a member of staff binds with, by the WeChat user who guesses.
    STAFF_CODE = "staff_code"


# Wrong guesses a day, and the code they are refused with from then on.
MISSES_A_DAY = {
    GuessKind.TILL_CODE_BY: (5, "till_code_locked"),
    GuessKind.TILL_CODE_FOR: (20, "till_code_locked"),
    GuessKind.STAFF_CODE: (5, "staff_code_locked"),
}
