"""Selects the popup's screen for a case, and the values that its template needs."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from api.capture import challenge
from api.contacts import receivers
from api.directory.identify import youngest
from api.http import present
from api.http.schemas import answers
from api.popup import front, holder, texts
from api.popup.front import Front
from api.ports import CHINA, Ports
from api.verification.case import Case
from api.verification.till_code import Shown
from models.domain.attempt import LIVE, AttemptState, Channel
from models.domain.person import RELATIONS, SELF, NotFilmed, Push
from models.domain.verification import FAILURES_PER_PERSON_AND_DAY

S = AttemptState
# Steps that the cashier may open while no attempt is running.
STEPS = ("choose", "manual", "confirm", "subscribe")
OUTCOMES = {S.EXPIRED: "over", S.UNDELIVERABLE: "over", S.DECLINED: "over"}
# Screens that change by themselves; without JavaScript they are reloaded.
MOVING = frozenset({"waiting", "code", "failed", "documents"})


@dataclass(frozen=True, slots=True)
class ScreenRequest:
    """The step and person that the cashier asked for, and the message to show."""

    step: str = ""
    person_id: str | None = None
    refused: str | None = None
    till_code: Shown | None = None
    has_code: bool = True
    typed: dict[str, str] = field(default_factory=dict)


class PopupPerson(answers.CounterPerson):
    """A person in the list; `hint` says in advance what can be done for this person."""

    child: bool
    hint: str
    typed: bool
    is_holder: bool


def name(case: Case, step: str, shown: Front | None) -> str:
    """Return the screen's name: the case's own state first, then the requested step."""
    if not case.is_open:
        return "ended"
    state = shown.state if shown else None
    if state is S.CAPTURED:
        return "waiting"
    if step == "bypass":
        return "bypass"
    if shown and state in LIVE:
        return _live(shown)
    if step in STEPS:
        return step
    if shown and state is S.FAILED:
        # A person who may still retry has not finally failed: the page stays.
        return "documents" if shown.wants_documents else "waiting" if shown.may_retry else "failed"
    return OUTCOMES.get(state, "choose") if state else "choose"


def _live(shown: Front) -> str:
    """Return the screen of a running attempt."""
    if shown.wants_documents:
        return "documents"
    return "code" if shown.channel is Channel.QR and shown.state is S.WAITING else "waiting"


def page(ports: Ports, case: Case, cookie: str, asked: ScreenRequest) -> dict[str, Any]:
    """Return all values that the template needs."""
    row, now = case.verification, ports.now()
    persons = [_person(one, typed=False) for one in present.persons(ports, row.cardholder_id)]
    last = front.attempt(ports, case) if case.attempts else None
    shown = name(case, asked.step, last)
    persons += _typed_earlier(ports, case, persons)
    chosen = asked.person_id or (last.person.person_id if last and last.person else None)
    persons = _warned_of_failures(ports, persons)
    picked = next((one for one in persons if one.person_id == chosen), None)
    if shown == "confirm" and picked is None:
        shown = "choose"
    return {
        "screen": shown,
        "moving": shown in MOVING,
        "verification": {"id": row.id, "order_no": row.order_no, "state": row.state.value},
        "amount": f"{row.amount_fen / 100:.2f}",
        "expires_at": row.expires_at.isoformat(),
        "institution": case.institution,
        "cashier": ports.vault.text(f"verification.cashier_name:{row.id}", row.cashier_name),
        "persons": persons,
        "picked": picked,
        "attempt": last,
        "number": len(case.attempts),
        "seq": row.last_seq,
        "now": now.isoformat(),
        "csrf": holder.csrf(ports, cookie),
        # A form repeated after the end shows the end only.
        "refused": texts.refusal(asked.refused) if asked.refused and shown != "ended" else None,
        "asked": asdict(asked),
        "valid_until": _clock(asked.till_code.expires_at) if asked.till_code else None,
        "relations": RELATIONS,
        "words": texts,
    }


def _person(shown: answers.CounterPerson, *, typed: bool) -> PopupPerson:
    """Return a person in the list with what can be done for them."""
    young = shown.not_filmed
    hint = ""
    if young:
        hint = texts.REFUSED[young]
    elif not shown.enrolled:
        hint = "无比对照片，请用“其他方式核验”"
    elif shown.push is Push.NOT_BOUND:
        hint = "可用“收费员手机人脸”，或“引导开通”"
    elif shown.push is Push.NO_CREDIT:
        hint = "消息可能送不到，可用“收费员手机人脸”"
    known = shown.model_dump(include=set(answers.CounterPerson.model_fields))
    child, is_holder = young is NotFilmed.CHILD, shown.relation == SELF
    return PopupPerson(**known, child=child, hint=hint, typed=typed, is_holder=is_holder)


def _warned_of_failures(ports: Ports, persons: list[PopupPerson]) -> list[PopupPerson]:
    """Return the list, marking persons who have no tries left today."""
    with ports.database.reading() as db:
        failed = challenge.failures_today(ports, db, [one.person_id for one in persons])
    used_up = {"hint": "今天没有通过的次数已满，请用“其他方式核验”"}
    return [
        one.model_copy(update=used_up) if failed.get(one.person_id, 0) >= FAILURES_PER_PERSON_AND_DAY else one
        for one in persons
    ]


def _typed_earlier(ports: Ports, case: Case, listed: list[PopupPerson]) -> list[PopupPerson]:
    """Return the persons typed in earlier for this case, so that they can be picked again."""
    known = {one.person_id for one in listed}
    found: dict[str, PopupPerson] = {}
    with ports.database.reading() as db:
        filmed_from = youngest(db)
    for one in case.attempts:
        person = ports.directory.person(one.person_id) if one.person_id else None
        if person is not None and not one.listed and person.person_id not in known:
            push = receivers.pushes(ports, [person.person_id])[person.person_id]
            view = present.person(ports, person, one.relation or "", push, filmed_from)
            found[person.person_id] = _person(view, typed=True)
    return list(found.values())


def _clock(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%H:%M")
