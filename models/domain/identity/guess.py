"""Kinds of counted guesses, and the daily limit of wrong ones for each."""

from enum import StrEnum


class GuessKind(StrEnum):
    """What is guessed and by whom; determines the subject of a tally."""

    # A counter that looks persons up: institution id and counter.
    COUNTER = "counter"
    # A WeChat user who looks persons up: blind index of the openid.
    PHONE = "phone"
    # A document number that is unknown or under a wrong name, from any counter or phone: its blind index.
    NUMBER = "number"
    # Six digits, by the guessing WeChat user and by the person they are guessed for.
    TILL_CODE_BY = "till_code_by"
    TILL_CODE_FOR = "till_code_for"
    # A staff binding code, by the guessing WeChat user.
    STAFF_CODE = "staff_code"


# Wrong guesses per day, and the code that refuses further guesses, right or wrong.
MISSES_A_DAY = {
    # More than one institution may miss in an hour, so that none can lock a person out alone.
    GuessKind.NUMBER: (80, "rate_limited"),
    GuessKind.TILL_CODE_BY: (5, "till_code_locked"),
    GuessKind.TILL_CODE_FOR: (20, "till_code_locked"),
    GuessKind.STAFF_CODE: (5, "staff_code_locked"),
}
