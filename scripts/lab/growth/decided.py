"""The rows that the console's pages read, for a database of many decisions."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from api.facts.writing import place
from api.ports import Ports
from models.base import Base
from models.domain.appeal import AppealState
from models.domain.attempt import AttemptState
from models.domain.console.recovery import RecoveryState
from models.domain.console.review import Ground, Verdict
from models.domain.decision import Outcome, Report
from models.domain.identity.held import HeldReason, HeldState
from models.domain.law.request import RequestState
from models.domain.person import Proof
from models.domain.record.fact import Measured, pack
from scripts.lab.growth import watched
from scripts.lab.growth.filling import SPAN, Row, at, purchases, write

# As long as a real one.
REPORT = json.dumps({"facts": {"score": 0.3, "normalised": True}, "measured": {}, "more": "x" * 1_400})
OPEN_REQUESTS = 200
REFUSED_EVERY, APPEAL_EVERY = 25, 20
BANDS = ("18-39", "40-59", "60+")
STATES = tuple(RecoveryState)
STEPS = ("waiting", "delivered", "opened", "consented", "captured", "passed", "failed", "expired")


def fill(ports: Ports, institutions: tuple[str, str], decisions: int, reviewer: str) -> None:
    """Insert half a year of purchases with one decision each, and what people did about them."""
    size, now = (max(100, decisions // 10), decisions), ports.now()
    rows = purchases(institutions, size, now)
    for name in ("capture", "seen_frame", "frame"):
        del rows[name]
    rows["event"] = (row for row in rows["event"] if row["seq"] == 1)
    rows["person"] = ({**row, "name": _name(ports, row["id"])} for row in rows["person"])
    rows["appeal"] = (_appeal(ports, row, decisions) for row in rows["appeal"])
    rows["attempt"] = (_attempt(row) for row in rows["attempt"])
    rows |= _made(ports, size, now)
    rows |= _of_people(size, now)
    rows |= _of_appeals(size, now, reviewer)
    rows |= watched.rows(now, shops_of(decisions))
    rows = {"institution": _shops(decisions, now), **rows}
    for name, of in rows.items():
        write(ports.database.engine, Base.metadata.tables[name], of)


def _name(ports: Ports, person_id: str) -> bytes:
    return ports.vault.seal(f"person.name:{person_id}", "王小明")


def _attempt(row: Row) -> Row:
    refused = int(row["id"].removeprefix("att_f")) % REFUSED_EVERY == 0
    return row | {
        "state": AttemptState.FAILED if refused else AttemptState.PASSED,
        "policy_version": 1,
        "reason": "not_matched",
    }


def _appeal(ports: Ports, row: Row, decisions: int) -> Row:
    """Return an appeal; the newest ones await a verdict."""
    number = int(row["id"].removeprefix("apl_f"))
    is_open = number >= _open_from(decisions)
    statement = ports.vault.seal(f"appeal.statement:{row['id']}", "照片是十年前的。")
    waits = {"state": AppealState.LODGED, "reviewed_at": None} if is_open else {}
    return row | {"statement": statement, "version": 1} | waits


def _open_from(decisions: int) -> int:
    """Return the decision from which on appeals await a verdict: two hundred of them, fewer of a few."""
    return decisions - min(200 * APPEAL_EVERY, decisions // 10)


def _made(ports: Ports, size: tuple[int, int], now: datetime) -> dict[str, Iterator[Row]]:
    """Return decisions, facts and consents."""
    persons, decisions = size
    packed, shops = [_packed(seed) for seed in range(64)], shops_of(decisions)

    def decision(n: int) -> Row:
        outcome = Outcome.FAILED if n % REFUSED_EVERY == 0 else Outcome.PASSED
        return {
            "challenge_id": f"chl_f{n}", "attempt_id": f"att_f{n}", "person_id": f"psn_f{n % persons}",
            "outcome": outcome, "reason": "ok", "policy_version": 1,
            "report": ports.vault.seal(f"decision.report:chl_f{n}", REPORT), "counted": True,
            "created_at": at(n, size, now),
        }  # fmt: skip

    def fact(n: int) -> Row:
        challenge = f"chl_f{n}"
        return {
            "challenge_id": challenge, "decided_at": at(n, size, now),
            "institution_id": f"ins_f{n % shops}", "district": f"{n % 12}区",
            "age_band": BANDS[n % 3], "sex": ("male", "female")[n % 2], "channel": "push", "provider": "own",
            "device": f"PHONE {n % 40}", "model_set": "0" * 16, "policy_version": 1, "overrides": {},
            "arm": "all", "amount_fen": 5000, "reason": "ok", "mac": "0" * 64,
            "outcome": Outcome.FAILED if n % REFUSED_EVERY == 0 else Outcome.PASSED,
            "report": ports.vault.seal(place(challenge), packed[n % len(packed)]),
        }  # fmt: skip

    def consent(n: int) -> Row:
        return {
            "id": f"cns_f{n}", "attempt_id": f"att_f{n}", "person_id": f"psn_f{n % persons}",
            "granted": n % 50 > 0, "created_at": at(n, size, now),
            "withdrawn_at": at(n, size, now) if n % 100 == 1 else None,
        }  # fmt: skip

    made = {"decision": decision, "decision_fact": fact, "consent": consent}
    return {name: map(one, range(decisions)) for name, one in made.items()}


def shops_of(decisions: int) -> int:
    """Return how many institutions have decisions beside the two of the probes."""
    return max(4, decisions // 2_500)


def _shops(decisions: int, now: datetime) -> Iterator[Row]:
    for n in range(shops_of(decisions)):
        yield {
            "id": f"ins_f{n}", "name": f"药房{n}", "district": f"{n % 12}区", "api_key_hash": f"f{n}",
            "created_at": now - SPAN, "window_s": 120,
        }  # fmt: skip


def _packed(seed: int) -> bytes:
    """Return one packed report, with four relatives compared."""
    drawn = np.random.default_rng(seed)
    report = Report(
        motion=20, evidence=5, duration_ms=6000, rate=5.0, done=True, same_face=0.7, same_face_mean=0.8,
        pad=0.9, pad_low=0.6, colour_asked=True, colour_p=0.001, score=float(drawn.normal(0.66, 0.1)),
        relative=float(drawn.normal(0.3, 0.1)),
    )  # fmt: skip
    return pack(report, Measured())


def _of_people(size: tuple[int, int], now: datetime) -> dict[str, Iterator[Row]]:
    """Return bindings, requests, and two imports of held photos: every other person's."""
    persons, _ = size
    span = persons, persons

    def some(every: int, made: Any) -> Iterator[Row]:
        return (made(n) for n in range(0, persons, every))

    return {
        "binding": some(1, lambda n: {
            "id": f"bnd_f{n}", "person_id": f"psn_f{n}", "openid_index": f"f{n}",
            "proof": tuple(Proof)[n % len(Proof)], "created_at": at(n, span, now),
        }),
        "subject_request": some(10, lambda n: {
            "id": f"req_f{n}", "person_id": f"psn_f{n}", "asked_at": at(n, span, now),
            "due_at": at(n, span, now) + timedelta(days=15),
            "state": RequestState.OPEN if n >= persons - 10 * OPEN_REQUESTS else RequestState.DONE,
        }),
        "held_photo": some(2, lambda n: {
            "id": f"enr_f{n}", "person_id": f"psn_f{n}", "import_id": f"imp_f{n // 50_000}",
            "state": HeldState.HELD if n % 20 else HeldState.ACCEPTED, "reason": HeldReason.UNVOUCHED,
            "other_ids": [], "photo_key": "photos/none", "created_at": at(n, span, now),
        }),
    }  # fmt: skip


def _of_appeals(size: tuple[int, int], now: datetime, reviewer: str) -> dict[str, Iterator[Row]]:
    """Return reviews, recoveries, agents' purchases and acts."""
    persons, decisions = size
    judged = range(0, _open_from(decisions), APPEAL_EVERY)
    return {
        "review": ({
            "id": f"rvw_f{n}", "appeal_id": f"apl_f{n}", "operator_id": reviewer,
            "claimed_at": at(n, size, now), "concluded_at": at(n, size, now) + timedelta(minutes=3),
            "verdict": Verdict.UPHELD, "ground": tuple(Ground)[0],
        } for n in judged),
        "recovery": ({
            "id": f"rcv_f{n}", "appeal_id": f"apl_f{n}", "amount_fen": 5000, "state": STATES[n // 20 % 4],
            "opened_at": at(n, size, now),
        } for n in judged),
        "agency": ({
            "id": f"agn_f{n}", "verification_id": f"vrf_f{n}", "attempt_id": f"att_f{n}",
            "cardholder_id": f"psn_f{n % persons}", "agent_id": f"psn_f{(n + 1) % persons}",
            "relation": "配偶", "month": "2026-01", "created_at": at(n, size, now),
            "disputed_at": at(n, size, now) if n % 100 == 0 else None,
        } for n in range(0, decisions, 10)),
        "act": ({
            "seq": n + 10_000, "id": f"act_f{n}", "kind": "case.opened", "actor": reviewer,
            "subject": f"apl_f{n - n % APPEAL_EVERY}", "at": at(n, size, now), "hash": "0" * 64,
            "commitment": "0" * 64,
        } for n in range(decisions)),
        "event_tally": ({
            "day": (now - timedelta(days=day)).date(), "institution_id": f"ins_f{shop}", "channel": "push",
            "type": f"attempt.{kind}", "reason": "", "events": 3,
        } for day in range(SPAN.days) for shop in range(shops_of(decisions)) for kind in STEPS),
    }  # fmt: skip
