"""Many decisions as rows, for guards and replays, without filming."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from api.facts import writing
from api.facts.writing import Decided
from api.ports import Ports
from models import tables
from models.domain.attempt import AttemptState, Channel
from models.domain.decision import Report, decide
from models.domain.policy import Policy
from models.domain.provider import Provider
from models.domain.record.fact import Measured, pack
from models.domain.verification import VerificationState
from tests.support.world import World

GOOD = Report(
    motion=20, evidence=5, duration_ms=6000, rate=5.0, done=True, same_face=0.7, same_face_mean=0.8, pad=0.9,
    pad_low=0.6, colour_asked=True, colour_p=0.001, score=0.7, relative=0.2,
)  # fmt: skip


@dataclass(frozen=True)
class Try:
    """One decision to store: its policy and measurements."""

    policy: Policy
    score: float | None = 0.7
    relative: float | None = 0.2
    arm: str = "control"
    person_id: str | None = None
    report: bool = True
    by_dlib: float | None = None

    def measured(self) -> Report:
        seen = replace(GOOD, score=self.score, relative=self.relative)
        if self.by_dlib is None:
            return seen
        return replace(seen, other_set="dlib", other_score=self.by_dlib, other_relative=0.1)


def write(world: World, tries: Iterable[Try], amount_fen: int = 5_000) -> None:
    """Write decisions with their facts, a second apart, of one purchase each as far as a reader can tell."""
    ports = world.ports
    with ports.database.transaction() as db:
        attempt = _attempt(world, ports, amount_fen)
        verification = db.merge(attempt[0])
        db.flush()
        row = db.merge(attempt[1])
        db.flush()
        institution = db.get_one(tables.Institution, world.institutions[0])
        made = [_made(world, row, number, one) for number, one in enumerate(tries, 1)]
        for some in zip(*((challenge, decision) for _, challenge, decision in made), strict=True):
            db.add_all(some)
            db.flush()
        for one, challenge, decision in made:
            row.arm = one.arm
            fact = writing.write(
                ports, db, Decided(decision, challenge, row, verification, institution), None
            )
            if one.report:
                packed = pack(one.measured(), Measured(normalised=one.score))
                fact.report = ports.vault.seal(writing.place(challenge.id), packed)
        world.clock.tick(3)


def _made(
    world: World, row: tables.Attempt, number: int, one: Try
) -> tuple[Try, tables.Challenge, tables.Decision]:
    """Return a try with its challenge and decision, a second after the one before."""
    ports = world.ports
    world.clock.tick(1)
    answer, now = decide(one.measured(), one.policy), ports.now()
    challenge = tables.Challenge(
        id=ports.new_id("chl"), attempt_id=row.id, number=number, actions=[], colours=[],
        evidence_at_ms=[], policy_version=one.policy.version, device="PHONE 1", created_at=now,
        expires_at=now,
    )  # fmt: skip
    decision = tables.Decision(
        challenge_id=challenge.id, attempt_id=row.id, person_id=one.person_id, outcome=answer.outcome,
        reason=answer.reason, hint=answer.hint, counted=True, report=None,
        policy_version=one.policy.version, created_at=now,
    )  # fmt: skip
    return one, challenge, decision


def _attempt(world: World, ports: Ports, amount_fen: int) -> tuple[tables.Verification, tables.Attempt]:
    now, person = ports.now(), next(iter(world.ids.values()))
    verification = tables.Verification(
        id=ports.new_id("ver"), institution_id=world.institutions[0], order_no=ports.new_id("ord"),
        amount_fen=amount_fen, counter="1", cashier_id="c1",
        cashier_name=ports.vault.seal("x", "x"), cardholder_id=person, state=VerificationState.LAPSED,
        popup_hash=ports.new_id("pop"), head="", version=1,
        created_at=now, expires_at=now + timedelta(minutes=30),
    )  # fmt: skip
    attempt = tables.Attempt(
        id=ports.new_id("att"), verification_id=verification.id, number=1, scene=ports.new_id("scn"),
        channel=Channel.PUSH, provider=Provider.OWN, person_id=person, state=AttemptState.FAILED, version=1,
        created_at=now, expires_at=now, window_s=120,
    )  # fmt: skip
    return verification, attempt
