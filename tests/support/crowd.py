"""Insured persons in numbers, with invented faces, who agreed to the notice and whose face then passed."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

import numpy as np

from api.ports import Ports
from matcher.types import Embedder, Template
from models import tables
from models.domain.attempt import AttemptState, Channel
from models.domain.identity.idnumber import IdType
from models.domain.notice import CURRENT
from models.domain.provider import Provider
from models.domain.verification import VerificationState
from tests.support.world import World

NUMBERS = count(1)


@dataclass(frozen=True)
class Agreed:
    """Whether and how a person qualifies for the background."""

    years: int = 30
    sex: str | None = "female"
    notice: str = CURRENT
    granted: bool = True
    passed: bool = True
    enrolled: bool = True


def add(world: World, who: Agreed) -> str:
    """Write down one person with face, consent and check; return their id."""
    ports, number = world.ports, next(NUMBERS)
    person_id, today, now = f"crowd{number}", ports.today(), ports.now()
    birth = date(today.year - who.years, today.month, today.day)
    with ports.database.transaction() as db:
        db.add(
            tables.Person(
                id=person_id, id_type=IdType.RESIDENT, id_number=b"", id_index=f"index {number}", name=b"",
                sex=who.sex, birth=birth, created_at=now,
            )
        )  # fmt: skip
        db.flush()
        db.add(_check(world, person_id, number, who))
        db.flush()
        attempt = tables.Attempt(
            id=f"att{number}", verification_id=f"ver{number}", number=1, scene=f"scene{number}",
            channel=Channel.PUSH, provider=Provider.OWN, person_id=person_id, created_at=now,
            expires_at=now + timedelta(minutes=2), window_s=120, presence_tries=0,
            state=AttemptState.PASSED if who.passed else AttemptState.FAILED,
        )  # fmt: skip
        consent = tables.Consent(
            id=f"cns{number}", attempt_id=attempt.id, person_id=person_id, openid_index="o",
            channel=Channel.PUSH, notice_version=who.notice, granted=who.granted, created_at=now,
        )  # fmt: skip
        db.add_all([attempt, consent])
        if who.enrolled:
            db.add(_face(ports, person_id, number))
    return person_id


def _check(world: World, person_id: str, number: int, who: Agreed) -> tables.Verification:
    now = world.ports.now()
    return tables.Verification(
        id=f"ver{number}", institution_id=world.institutions[0], order_no=f"crowd {number}", amount_fen=1,
        counter="1", cashier_id="c", cashier_name=b"", cardholder_id=person_id, head="",
        popup_hash=f"{number}",
        state=VerificationState.PASSED if who.passed else VerificationState.LAPSED, created_at=now,
        expires_at=now + timedelta(minutes=30),
    )  # fmt: skip


def _face(ports: Ports, person_id: str, number: int) -> tables.Enrolment:
    row_id = f"enr{number}"
    templates = [Template(Embedder.SFACE, "1", tuple(map(float, face(number)))).to_json()]
    templates.append(Template(Embedder.DLIB, "1", (0.0,) * 128).to_json())
    sealed = ports.vault.seal(f"enrolment.templates:{row_id}", json.dumps(templates))
    return tables.Enrolment(
        id=row_id, person_id=person_id, photo_key=f"photos/{row_id}", photo_sha256=f"{number:064}",
        templates=sealed, created_at=ports.now(),
    )  # fmt: skip


def face(number: int) -> np.ndarray:
    """Return the unit vector of an invented face."""
    found = np.random.default_rng(number).normal(size=128)
    return (found / np.linalg.norm(found)).astype(np.float32)
