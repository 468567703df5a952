"""Every decision has facts: written with it, verified, emptied with the report."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.facts import backfill, checking, emptying, writing
from api.policies import sealing, versions
from models import tables
from models.domain.policy import Policy
from models.domain.record.fact import unpack
from models.domain.record.kin import Kinship
from scripts.admin import audit
from tests.support import play
from tests.support.console import token
from tests.support.world import MAN, WRONG, World


@pytest.fixture
def decided(world: World) -> World:
    """Return an installation where the man has failed and then passed."""
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    assert play.tried(world, phone, scene, WRONG)["outcome"] == "failed"
    assert play.tried(world, phone, scene)["outcome"] == "passed"
    return world


def facts(db: Session) -> list[tables.DecisionFact]:
    return list(db.scalars(select(tables.DecisionFact).order_by(tables.DecisionFact.decided_at)))


def wrong(world: World) -> list[str]:
    return [one.part for one in checking.check(world.ports).wrong]


def test_a_decision_is_written_with_its_facts(decided: World) -> None:
    ports = decided.ports
    with ports.database.reading() as db:
        failed, passed = facts(db)
        decision = db.get_one(tables.Decision, passed.challenge_id)
        report = writing.report_of(ports, decision)
    assert (failed.outcome, failed.reason, passed.outcome) == ("failed", "action_missing", "passed")
    assert (passed.age_band, passed.channel, passed.provider) == ("40-59", "push", "own")
    assert (passed.policy_version, passed.overrides, passed.arm, passed.amount_fen) == (1, {}, "all", 12850)
    assert passed.decided_at == decision.created_at and report is not None
    unpacked, measured = unpack(ports.vault.open(writing.place(passed.challenge_id), passed.report or b""))
    assert unpacked.to_json() == report["facts"]
    assert [one.kinship for one in measured.relatives] == [Kinship.SPOUSE]
    assert measured.relatives[0].score == unpacked.relative is not None
    assert None not in (measured.raw, measured.brightness, measured.sharpness, measured.size, measured.yaw)
    assert wrong(decided) == []


@pytest.mark.parametrize(
    ("column", "value", "part"),
    [
        ("amount_fen", 12851, "row"),
        ("reason", "not_live", "row"),
        ("report", b"k1\x00changed", "row"),
        ("mac", "0" * 64, "row"),
    ],
)
def test_a_changed_fact_is_detected(decided: World, column: str, value: Any, part: str) -> None:
    with decided.ports.database.transaction() as db:
        setattr(facts(db)[0], column, value)
    assert wrong(decided) == [part]


def test_a_changed_decision_and_a_missing_fact_are_detected(decided: World) -> None:
    with decided.ports.database.transaction() as db:
        failed, passed = facts(db)
        db.get_one(tables.Decision, failed.challenge_id).report = b""
        db.delete(passed)
    assert sorted(wrong(decided)) == ["missing", "row"]


def test_a_fact_rewritten_with_the_key_is_not_the_one_its_event_commits_to(decided: World) -> None:
    with decided.ports.database.transaction() as db:
        fact = facts(db)[0]
        fact.amount_fen = 1
        fact.mac = writing.mac(decided.ports, fact, db.get_one(tables.Decision, fact.challenge_id).report)
    assert wrong(decided) == ["event"]


def test_erasure_empties_facts_with_their_reports(decided: World) -> None:
    assert decided.phone(MAN.openid).delete("/mp/v1/me").status_code == 204
    with decided.ports.database.reading() as db:
        assert [(one.report, one.emptied_at is None) for one in facts(db)] == [(None, False)] * 2
        assert set(db.scalars(select(tables.Decision.report))) == {None}
    assert wrong(decided) == []


def test_scores_are_kept_for_two_years_and_counts_for_longer(decided: World) -> None:
    decided.clock.tick((emptying.SCORES_KEPT - timedelta(days=1)).total_seconds())
    emptying.of_old(decided.ports)
    with decided.ports.database.reading() as db:
        assert all(one.report for one in facts(db))
    decided.clock.tick(timedelta(days=2).total_seconds())
    emptying.of_old(decided.ports)
    with decided.ports.database.reading() as db:
        assert [(one.report, one.outcome) for one in facts(db)] == [(None, "failed"), (None, "passed")]
    assert wrong(decided) == []


def test_older_decisions_get_their_facts(decided: World) -> None:
    ports = decided.ports
    with ports.database.transaction() as db:
        before = [(one.challenge_id, one.model_set, one.mac) for one in facts(db)]
        db.execute(delete(tables.DecisionFact))
    assert (backfill.fill(ports), backfill.fill(ports)) == (2, 0)
    with ports.database.reading() as db:
        after = [(one.challenge_id, one.model_set) for one in facts(db)]
    assert after == [one[:2] for one in before]


def test_an_attempt_keeps_the_policy_in_force_at_its_beginning(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    strict = Policy(pad_required=False, colour_own_phone=False, score_min=0.99)
    versions.enact(world.ports, strict, author="a", approver="b")
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    assert play.tried(world, phone, scene)["outcome"] == "passed"
    with world.ports.database.reading() as db:
        (attempt,) = db.scalars(select(tables.Attempt))
        assert (attempt.policy_version, attempt.overrides, attempt.arm) == (1, {}, "all")


def test_a_changed_policy_is_detected(world: World) -> None:
    assert sealing.altered(world.ports) == []
    with world.ports.database.transaction() as db:
        row = db.get_one(tables.PolicyVersion, 1)
        row.document = {**row.document, "score_min": -1.0}
    assert sealing.altered(world.ports) == [1]
    with world.ports.database.transaction() as db:
        versions.enact(world.ports.within(db), Policy(), author="a", approver="b")
        db.get_one(tables.PolicyVersion, 1).mac = None
    versions.ensure(world.ports)
    assert sealing.altered(world.ports) == [1]


def flipped(stored: bytes) -> bytes:
    """Return the bytes with the last one changed."""
    return stored[:-1] + bytes([stored[-1] ^ 1])


def test_the_command_names_chain_number_and_part_of_one_changed_byte(
    decided: World, installed: World, capsys: pytest.CaptureFixture[str]
) -> None:
    token(decided.ports)
    with decided.ports.database.transaction() as db:
        event = db.scalars(select(tables.Event).order_by(tables.Event.id)).first()
        act = db.get_one(tables.Act, 2)
        fact, policy = facts(db)[0], db.get_one(tables.PolicyVersion, 1)
        assert event is not None and event.private and act.private and fact.report
        event.private, act.private, fact.report = map(flipped, (event.private, act.private, fact.report))
        policy.document = {**policy.document, "score_min": policy.document["score_min"] + 0.01}
        named = event.verification_id, fact.challenge_id
    with pytest.raises(SystemExit) as end:
        audit.main(["check"])
    said = capsys.readouterr().out
    assert end.value.code == 1
    assert f"{named[0]}  changed" in said and f"fact {named[1]}  changed: the fact" in said
    assert "act #2  changed: its private part" in said and "policy 1  changed" in said
