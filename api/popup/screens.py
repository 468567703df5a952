"""Which screen the popup shows for a case, and what stands on it."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from api.capture import challenge
from api.contacts import reach
from api.events.stream import events_after
from api.http import present
from api.popup import actions, holder, words
from api.ports import CHINA, Ports
from api.verification.case import Case
from api.verification.till_code import Shown
from models import tables
from models.domain import appeal as appeals
from models.domain.agent import is_agent
from models.domain.attempt import LIVE, AttemptState, Channel
from models.domain.person import GUARDED_BELOW, RELATIONS, SELF
from models.domain.verification import FAILURES_PER_PERSON_AND_DAY, TRIES_PER_VERIFICATION

S = AttemptState
# What the cashier may look at while nothing is under way.
STEPS = ("choose", "manual", "confirm", "subscribe")
# A failed comparison is no new page: the person may still retry on the phone.
OUTCOMES = {S.FAILED: "waiting", S.EXPIRED: "over", S.UNDELIVERABLE: "over", S.DECLINED: "over"}
# Screens that change by themselves; without script they are loaded again.
MOVING = frozenset({"waiting", "code"})


@dataclass(frozen=True, slots=True)
class Look:
    """What the cashier wants to see of the case, and what is said to them."""

    step: str = ""
    person_id: str | None = None
    refused: str | None = None
    till_code: Shown | None = None
    typed: dict[str, str] = field(default_factory=dict)


def name(case: Case, step: str) -> str:
    """Return the screen: the case's own state first, then the step that was asked for."""
    last = case.attempts[-1] if case.attempts else None
    if not case.is_open:
        return "ended"
    if last is not None and last.state is S.CAPTURED:
        return "waiting"
    if step == "bypass":
        return "bypass"
    if last is not None and last.state in LIVE:
        scanned_yet = last.state is not S.WAITING
        return "code" if last.channel is Channel.QR and not scanned_yet else "waiting"
    if step in STEPS:
        return step
    return OUTCOMES.get(last.state, "choose") if last is not None else "choose"


def page(ports: Ports, case: Case, cookie: str, look: Look) -> dict[str, Any]:
    """Return everything the template needs."""
    row, now = case.verification, ports.now()
    persons = [_person(one) for one in present.persons(ports, row.cardholder_id)]
    last = _attempt(ports, case) if case.attempts else None
    shown = name(case, look.step)
    persons += _typed_earlier(ports, case, persons)
    chosen = look.person_id or (last["person"]["person_id"] if last and last["person"] else None)
    _warn_of_failures(ports, persons)
    picked = next((one for one in persons if one["person_id"] == chosen), None)
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
        "refused": words.refusal(look.refused) if look.refused else None,
        "look": asdict(look),
        "valid_until": _clock(look.till_code.expires_at) if look.till_code else None,
        "relations": RELATIONS,
        "words": words,
    }


def _person(shown: dict[str, Any]) -> dict[str, Any]:
    """Return a row of the list with what can be done for this person, said before anything is sent."""
    child = shown["age"] is not None and shown["age"] < GUARDED_BELOW
    hint = ""
    if child:
        hint = words.REFUSED["guardian_needed"]
    elif not shown["enrolled"]:
        hint = "无比对照片，请用“其他方式核验”"
    elif shown["push"] == "not_bound":
        hint = "可用“收费员手机人脸”，或“引导开通”"
    elif shown["push"] == "no_credit":
        hint = "消息可能送不到，可用“收费员手机人脸”"
    return shown | {"child": child, "hint": hint, "typed": False, "self": shown["relation"] == SELF}


def _warn_of_failures(ports: Ports, persons: list[dict[str, Any]]) -> None:
    """Say of whom the phone would refuse any further try today."""
    with ports.database.reading() as db:
        failed = challenge.failures_today(ports, db, [one["person_id"] for one in persons])
    for one in persons:
        if failed.get(one["person_id"], 0) >= FAILURES_PER_PERSON_AND_DAY:
            one["hint"] = "今天没有通过的次数已满，请用“其他方式核验”"


def _typed_earlier(ports: Ports, case: Case, listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return those typed in for an attempt of this case, so that nobody has to type twice."""
    known = {one["person_id"] for one in listed}
    found: dict[str, dict[str, Any]] = {}
    for one in case.attempts:
        person = ports.directory.person(one.person_id) if one.person_id else None
        if person is not None and not one.listed and person.person_id not in known:
            push = reach.pushes(ports, [person.person_id])[person.person_id]
            view = present.person(ports, person, one.relation or "", push)
            found[person.person_id] = _person(view) | {"typed": True}
    return list(found.values())


def _attempt(ports: Ports, case: Case) -> dict[str, Any]:
    """Return the newest attempt with its live step, its deadline and what is still open to the person."""
    row = case.attempts[-1]
    facts, now = row.snapshot(), ports.now()
    until = appeals.window(facts, case.verification.state)
    may_retry = now < facts.deadline and facts.tries_left > 0 and case.tries < TRIES_PER_VERIFICATION
    step, is_again = _step(ports, case, row)
    return present.attempt(ports, row) | {
        "step": step,
        "again": is_again,
        "kept": not is_agent(row.relation) or row.checks is not None,
        "image": f"/qr/{row.scene}.png",
        "may_retry": may_retry,
        "may_appeal": until is not None and now < until,
        "counts_down": row.state in LIVE or (row.state is S.FAILED and may_retry),
        "left_s": max(0, round((facts.deadline - now).total_seconds())),
        "resend_at": (row.created_at + actions.RESEND_AFTER).isoformat(),
        "may_resend": now >= row.created_at + actions.RESEND_AFTER,
        "reached": words.UNDELIVERABLE.get(row.reason or "", "消息无法送达"),
    }


def _step(ports: Ports, case: Case, row: tables.Attempt) -> tuple[str, bool]:
    """Return how far the person is, and whether a capture has come to nothing before.

    While waiting, how far is what became of the message.
    """
    told = [e for e in events_after(ports, case.verification.id, 0) if e["attempt_id"] == row.id]
    fates = [e["type"].removeprefix("attempt.") for e in told]
    is_again = row.state is S.CONSENTED and "captured" in fates
    return (fates[-1] if row.state is S.WAITING and fates else row.state.value), is_again


def _clock(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%H:%M")
