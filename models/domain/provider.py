"""Face providers: our own camera page and matcher, or WeChat's native face verification."""

from enum import StrEnum

from models.domain.decision import UNANSWERED, Decision, Outcome, Reason
from models.domain.errors import Conflict, Invalid
from models.domain.identity.idnumber import IdType


class Provider(StrEnum):
    """An institution's face provider; an attempt keeps the one it began with."""

    OWN = "own"
    WECHAT = "wechat"


def check_accepted(provider: Provider, accepted_by: str | None) -> None:
    """Raise Invalid `risk_not_accepted` unless a named person accepts our camera on customers' phones.

    A customer's own phone can send forged film, and no rule on frames prevents that.
    """
    if provider is Provider.OWN and not (accepted_by or "").strip():
        raise Invalid(
            "film from a customer's own phone can be forged: name the person who accepts that risk",
            code="risk_not_accepted",
        )


# verify_ret of queryverifyinfo:
# https://developers.weixin.qq.com/miniprogram/dev/server/API/face/api_queryverifyinfo.html
MATCHED = 10000
IN_PROGRESS = 10005
# Not begun, unsupported device, cancelled, permission or network missing, or nothing usable filmed in time:
# no comparison took place.
NOT_ACQUIRED = frozenset(
    {10002, 10007, 10010, 10020, 10300, *range(90001, 90018), *range(90019, 90026), *range(90100, 90111)}
)
# WeChat or the population register could not answer.
UNAVAILABLE = frozenset({IN_PROGRESS, 90018, 90199, 10008, 10015, 10042, 10045, 10052, 10057, 10069})


def decide(verify_ret: int) -> Decision:
    """Return the decision for WeChat's answer; an unknown code counts as no match.

    There are no scores or frames of ours, so WeChat's answer alone decides.
    """
    if verify_ret == MATCHED:
        return Decision(Outcome.PASSED, Reason.OK)
    if verify_ret in NOT_ACQUIRED:
        return Decision(Outcome.RETRY, Reason.NOT_ACQUIRED)
    if verify_ret in UNAVAILABLE:
        return UNANSWERED
    return Decision(Outcome.FAILED, Reason.NOT_MATCHED)


def check(given: str, wanted: Provider) -> None:
    """Raise Conflict `provider_mismatch` unless the attempt has the wanted provider."""
    if given != wanted:
        raise Conflict(f"this attempt is verified by the provider {given}", code="provider_mismatch")


def check_document(id_type: IdType) -> None:
    """Raise Invalid `native_resident_only`: WeChat verifies mainland ID cards alone."""
    if id_type is not IdType.RESIDENT:
        raise Invalid("WeChat verifies resident ID cards only", code="native_resident_only")
