"""Contents of messages, and the template field for each part."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from api.ports import CHINA
from wechat import fields

NUMERIC = frozenset({"amount", "number"})


@dataclass(frozen=True, slots=True)
class Content:
    """All parts of a message; a template has fields for some of them."""

    matter: str
    institution: str
    amount_fen: int
    at: datetime
    person: str
    order: str
    state: str
    note: str


def push(institution: str, amount_fen: int, at: datetime, **more: str) -> Content:
    """Return the contents of the message that asks a person to verify."""
    said = {"matter": "医保购药人脸核验", "state": "待核验", "note": "请尽快打开，完成人脸核验"}
    return Content(institution=institution, amount_fen=amount_fen, at=at, **said, **more)


def agent_notice(institution: str, amount_fen: int, at: datetime, **more: str) -> Content:
    """Return the contents of the notice of a purchase by somebody else."""
    said = {"matter": "他人代您使用医保购药", "state": "已代办", "note": "不是您授权的，请打开查看"}
    return Content(institution=institution, amount_fen=amount_fen, at=at, **said, **more)


def more_asked(institution: str, amount_fen: int, at: datetime, **more: str) -> Content:
    """Return the contents of the message sent when a reviewer asks for more."""
    said = {"matter": "医保购药申诉，请补充材料", "state": "待补充", "note": "请打开，按提示补充"}
    return Content(institution=institution, amount_fen=amount_fen, at=at, **said, **more)


def renewal_offered(institution: str, amount_fen: int, at: datetime, **more: str) -> Content:
    """Return the contents of the message sent when the insured is to decide on a new reference."""
    said = {"matter": "医保登记照片，请决定是否换用", "state": "待确认", "note": "请打开，30 天内答复"}
    return Content(institution=institution, amount_fen=amount_fen, at=at, **said, **more)


def written(content: Content, keys: Mapping[str, str]) -> dict[str, str]:
    """Return the message data by template key, each part formatted for its field type."""
    return {key: _written(content, name, fields.kind(key)) for name, key in keys.items()}


def _written(content: Content, name: str, kind: str) -> str:
    """Return one part of the content; times and amounts formatted as WeChat's documentation requires."""
    if name == "time":
        return content.at.astimezone(CHINA).strftime("%Y年%m月%d日 %H:%M")
    if name == "amount":
        yuan = f"{content.amount_fen / 100:.2f}"
        return yuan if kind in NUMERIC else f"{yuan}元"
    return str(getattr(content, name))
