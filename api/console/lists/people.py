"""Lists of disputes, bindings, consents and held photos; names are masked."""

from sqlalchemy import ColumnElement, or_, select

from api.console.lists.table import Cells, Filter, Listed, Order, minute
from api.ports import Ports
from models import tables
from models.domain.attempt import Channel
from models.domain.console.operator import Right
from models.domain.identity.held import HeldReason, HeldState
from models.domain.person import Proof, mask

AGENCY, SHOP, BOUGHT = tables.AgentPurchase, tables.Institution, tables.Verification
BINDING, CONSENT, HELD, PERSON = tables.Binding, tables.Consent, tables.HeldPhoto, tables.Person
CHANNELS = {Channel.PUSH: "推送", Channel.QR: "扫码"}
PROOFS = {
    Proof.CLAIMED: "自报姓名和证件号",
    Proof.TILL: "收费台验证码",
    Proof.FACE: "人脸",
    Proof.IMPORTED: "导入",
}
REASONS = {
    HeldReason.UNLIKE_EARLIER: "与本人以前的照片不像",
    HeldReason.SAME_PHOTO: "与别人用了同一张照片",
    HeldReason.NEAR_DUPLICATE: "与别人的照片几乎相同",
    HeldReason.ALIKE: "与别人的照片很像",
    HeldReason.NAMED_AFTER_ANOTHER: "文件名是别人的",
    HeldReason.UNLIKE_ROW: "与本行性别不符",
    HeldReason.COLUMN_SLIPPED: "照片列可能错行",
    HeldReason.UNVOUCHED: "文件名看不出是谁",
}
HELD_STATES = {
    HeldState.HELD: "待审核",
    HeldState.OFFERED: "待本人答复",
    HeldState.ACCEPTED: "已采用",
    HeldState.REFUSED: "已退回",
}


def name(ports: Ports, row: tables.Person) -> str:
    """Return a person's masked name."""
    return mask(ports.vault.text(f"person.name:{row.id}", row.name))


def _dispute(ports: Ports, row: tuple[tables.AgentPurchase, int, str]) -> Cells:
    one, fen, shop = row[0], row[1], row[2]
    return {
        "id": one.id,
        "disputed": minute(one.disputed_at),
        "shop": shop,
        "amount": f"{fen / 100:.2f}",
        "relation": one.relation,
        "said": ports.vault.text(f"agency.statement:{one.id}", one.statement) if one.statement else "",
        "finding": str(one.finding or ""),
    }


DISPUTES = Listed(
    "代办争议",
    Right.SEE_CASES,
    {"id": "编号", "disputed": "提出时间", "shop": "机构", "amount": "金额（元）", "relation": "与本人关系",
     "said": "参保人说", "finding": "结论"},
    lambda: select(AGENCY, BOUGHT.amount_fen, SHOP.name)
    .join(BOUGHT, BOUGHT.id == AGENCY.verification_id)
    .join(SHOP, SHOP.id == BOUGHT.institution_id)
    .where(AGENCY.disputed_at.is_not(None)),
    AGENCY.id,
    {"disputed": Order(AGENCY.disputed_at, falling=True)},
    _dispute,
    {
        "finding": Filter(
            "结论",
            lambda value: AGENCY.finding.is_(None) if value == "open" else AGENCY.finding.is_not(None),
            {"open": "待处理", "concluded": "已有结论"},
        ),
    },
)  # fmt: skip


def _binding(ports: Ports, row: tuple[tables.Binding, tables.Person]) -> Cells:
    one, person = row[0], row[1]
    return {
        "id": one.id,
        "person": one.person_id,
        "name": name(ports, person),
        "proof": PROOFS[one.proof],
        "subscribed": "是" if one.subscribed else "",
        "created": minute(one.created_at),
        "revoked": minute(one.revoked_at),
    }


BINDINGS = Listed(
    "微信绑定",
    Right.SEE_SUBJECTS,
    {"id": "编号", "person": "参保人编号", "name": "姓名", "proof": "凭什么绑定",
     "subscribed": "自报已允许消息",
     "created": "绑定时间", "revoked": "解除时间"},
    lambda: select(BINDING, PERSON).join(PERSON, PERSON.id == BINDING.person_id),
    BINDING.id,
    {"created": Order(BINDING.created_at, falling=True)},
    _binding,
    {
        "person": Filter("参保人编号", lambda text: BINDING.person_id == text),
        "proof": Filter("凭什么绑定", lambda value: BINDING.proof == value, PROOFS),
    },
)  # fmt: skip


def _consent(_: Ports, row: tuple[tables.Consent]) -> Cells:
    one = row[0]
    return {
        "id": one.id,
        "person": one.person_id or "",
        "attempt": one.attempt_id,
        "channel": CHANNELS[one.channel],
        "notice": one.notice_version,
        "granted": "同意" if one.granted else "不同意",
        "created": minute(one.created_at),
        "withdrawn": minute(one.withdrawn_at),
    }


def _answered(value: str) -> ColumnElement[bool]:
    """Return the condition of rare answers, which partial indexes hold."""
    return CONSENT.withdrawn_at.is_not(None) if value == "withdrawn" else CONSENT.granted.is_(False)


CONSENTS = Listed(
    "同意记录",
    Right.SEE_SUBJECTS,
    {"id": "编号", "person": "参保人编号", "attempt": "核验编号", "channel": "渠道", "notice": "告知书版本",
     "granted": "答复", "created": "时间", "withdrawn": "撤回时间"},
    lambda: select(CONSENT),
    CONSENT.id,
    {"created": Order(CONSENT.created_at, falling=True)},
    _consent,
    {
        "id": Filter(
            "参保人或核验编号", lambda text: or_(CONSENT.person_id == text, CONSENT.attempt_id == text)
        ),
        "answer": Filter("只看", _answered, {"withdrawn": "已撤回", "refused": "不同意"}),
    },
)  # fmt: skip


def _held(ports: Ports, row: tuple[tables.HeldPhoto, tables.Person]) -> Cells:
    one, person = row[0], row[1]
    return {
        "id": one.id,
        "batch": one.import_id,
        "name": name(ports, person),
        "reason": REASONS[one.reason] if one.reason else "",
        "state": HELD_STATES.get(one.state, str(one.state)),
        "created": minute(one.created_at),
        "by": one.decided_by or "",
    }


HELD_PHOTOS = Listed(
    "导入照片审核",
    Right.SEE_CASES,
    {"id": "编号", "batch": "批次", "name": "姓名", "reason": "为什么待审", "state": "状态",
     "created": "导入时间",
     "by": "谁决定"},
    lambda: select(HELD, PERSON).join(PERSON, PERSON.id == HELD.person_id),
    HELD.id,
    {"created": Order(HELD.created_at, falling=True)},
    _held,
    {
        "batch": Filter("批次", lambda text: HELD.import_id == text),
        "state": Filter("状态", lambda value: HELD.state == value, HELD_STATES, usual=HeldState.HELD),
    },
)  # fmt: skip
