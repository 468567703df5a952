"""Values that WeChat accepts in a template's field, by the kind at the start of its key.

Written independently of the gateway, so that it tests the gateway.

https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
"""

import re

_HANZI = r"[\u3007\u3400-\u9fff\U00020000-\U0003ffff]"
_CLOCK = r"([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
_DAY = r"[0-9]{4}年(0?[1-9]|1[0-2])月(0?[1-9]|[12][0-9]|3[01])日"
_TIME, _DATE = rf"({_DAY} ?)?{_CLOCK}", rf"{_DAY}( ?{_CLOCK})?"
# Maximum length of a kind, and its format.
FORMS: dict[str, tuple[int, re.Pattern[str]]] = {
    "thing": (20, re.compile(r"[^\x00-\x1f\x7f]+")),
    "number": (32, re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")),
    "letter": (32, re.compile(r"[A-Za-z]+")),
    "symbol": (5, re.compile(r"[^\w\s]+")),
    "character_string": (32, re.compile(r"[\x20-\x7e]+")),
    "time": (24, re.compile(rf"{_TIME}(~{_TIME})?")),
    "date": (24, re.compile(rf"{_DATE}(~{_DATE})?")),
    "amount": (14, re.compile(r"[^\s\w]?[0-9]{1,10}(\.[0-9]+)?元?")),
    "phone_number": (17, re.compile(r"[0-9+\- ]+")),
    "car_number": (8, re.compile(rf"({_HANZI}|[0-9A-Za-z])[0-9A-Za-z]*{_HANZI}?")),
    "name": (20, re.compile(rf"(?=.*{_HANZI})[^0-9\n]{{1,10}}|(?!.*{_HANZI})[^0-9\n]{{1,20}}")),
    "phrase": (5, re.compile(rf"{_HANZI}+")),
    "const": (20, re.compile(r"[^\x00-\x1f\x7f]+")),
    "enum": (20, re.compile(r"[^\x00-\x1f\x7f]+")),
}


def fits(name: str, value: str) -> bool:
    """Return whether a value has the length and the form of its field's kind; an emoji counts as two."""
    limit, form = FORMS.get(name.rstrip("0123456789"), (0, None))
    length = len(value.encode("utf-16-le", "surrogatepass")) // 2
    return form is not None and 1 <= length <= limit and bool(form.fullmatch(value))


def is_key(name: str) -> bool:
    """Return whether a template of WeChat's can have this key."""
    return bool(re.fullmatch(r"[a-z_]+[0-9]{1,3}", name)) and name.rstrip("0123456789") in FORMS
