"""What an evaluation of liveness says of people and attacks, on reports made by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from api.capture.facts import NOTHING_SEEN
from matcher.types import (
    Acquisition,
    Cohort,
    ColourResponse,
    ColourStatus,
    Comparison,
    Continuity,
    PadCues,
    PadReport,
    PadStatus,
    Report,
    Timing,
)
from models.domain.decision import Decision, Outcome, Reason
from models.domain.policy import Policy
from scripts.lab.evaluate.captures import Judged
from scripts.lab.evaluate.films import figures, injected, persons, thresholds
from scripts.lab.evaluate.films.animation import REACH
from scripts.lab.evaluate.presentations import BONA_FIDE, Piece, Presentation, spread

FILM = Path("somebody.mp4")
ONE = Presentation(BONA_FIDE, ("nod",), (Piece(FILM, 0.0, 4.0),), FILM, person="a", groups=("ea",))
REPORT = Report(
    models=(), acquisition=Acquisition(20, 5, 20, 5, None), timing=Timing(4000, 200, 5.0, 0, 0, 0, 0),
    actions=(), in_order=True, continuity=Continuity(0.8, 9, 0.9),
    pad=PadReport(PadStatus.MEASURED, 0.9, 0.8, 9, PadCues(0.1, 0.2)),
    colour=ColourResponse(ColourStatus.MEASURED, p=0.5), comparison=Comparison(0.8, None, 0.8),
    cohort=Cohort(None, None),
)  # fmt: skip
PASSED = Decision(Outcome.PASSED, Reason.OK)


def row(person: str = "a", decision: Decision = PASSED, pad: float = 0.9, **what: object) -> Judged:
    """Return a judged presentation of somebody."""
    one = replace(ONE, person=person, **what)
    return Judged(one, replace(REPORT, pad=replace(REPORT.pad, score=pad)), NOTHING_SEEN, decision, ())


def failed(reason: Reason) -> Decision:
    return Decision(Outcome.FAILED, reason)


def test_each_person_has_equal_weight() -> None:
    rows = [row("a")] * 9 + [row("b", failed(Reason.ACTION_MISSING), groups=("gl",))]
    told = figures.bona_fide(rows)
    assert (told["persons"], told["n"], told["bpcer"], told["by_person"]) == (2, 10, 0.1, 0.5)
    assert {name: one["bpcer"] for name, one in told["by_group"].items()} == {"ea": 0.0, "gl": 1.0}
    assert told["by_person_low95"] < 0.5 < told["by_person_high95"]


@pytest.mark.parametrize(
    ("decision", "dead"),
    [
        (PASSED, False),
        (failed(Reason.NOT_LIVE), True),
        (failed(Reason.FRAMES_SEEN_BEFORE), True),
        (failed(Reason.NOT_MATCHED), False),
        (failed(Reason.FRAMES_IRREGULAR), False),
        (Decision(Outcome.RETRY, Reason.NOT_ACQUIRED), False),
    ],
)
def test_a_dead_end_leaves_neither_another_try_nor_an_appeal(decision: Decision, dead: bool) -> None:
    assert figures.dead_end(row(decision=decision)) is dead


def test_a_phone_that_films_three_frames_a_second_says_so_before_the_try() -> None:
    rows = [
        row(variant="rate_3", rate=3, decision=failed(Reason.ACTION_MISSING)),
        row(variant="rate_3", rate=4),
    ]
    assert figures.summary([row(), *rows], "measured", Policy())["variants"]["rate_3"]["hinted"] == 0.5
    assert not figures.hinted(row(rate=4))


def test_only_turns_to_the_side_tell_how_often_a_turn_is_slight() -> None:
    told = figures.summary([row(actions=("turn_left", "nod")), row("b")], "measured", Policy())[
        "graded_turns"
    ]
    assert {name: one["n"] for name, one in told.items()} == {
        "turn_left_slightly": 1, "turn_left_slowly": 1, "turn_right_slightly": 0, "turn_right_slowly": 0,
    }  # fmt: skip
    assert told["turn_left_slightly"]["shown"] == 0.0


def test_what_is_injected_must_answer_colours_on_a_customers_phone() -> None:
    told = figures.summary([row(), row(species=injected.AWARE)], "measured", Policy())
    assert told["injected"][injected.AWARE] | {"upper95": 0, "reasons": 0} == {
        "n": 1, "apcer": 0.0, "upper95": 0, "persons": 1, "apcer_without_colours": 1.0, "reasons": 0,
    }  # fmt: skip
    assert told["attacks"] == {} and told["bona_fide"]["n"] == 1


def test_a_threshold_is_tested_on_persons_it_was_not_chosen_on() -> None:
    rows = [row(str(n), pad=0.9) for n in range(9)] + [row("other", pad=0.3)]
    told = thresholds.left_out(rows, [row(pad=0.5, species="screen")], Policy())["pad_min"]
    assert told["persons"] == 10 and told["refused_left_out"] == pytest.approx(0.1)
    assert told["refused_at_policy"] == pytest.approx(0.1) and told["filmed_attacks_at_policy"] == 0.0


def test_the_interval_is_that_of_people() -> None:
    low, high = persons.interval([0.0] * 9 + [1.0])
    assert 0.0 <= low < 0.1 < high <= 0.4 and persons.interval([]) == (0.0, 1.0)


def test_a_film_of_many_presentations_speaks_for_some_of_all_kinds() -> None:
    many = [replace(ONE, number=n) for n in range(32)]
    chosen = [one.number for one in spread(many, 12)]
    assert len(set(chosen)) == 12 and {n % 4 for n in chosen} == {0, 1, 2, 3}
    assert spread(many[:5], 12) == many[:5]


def test_half_the_speed_shows_the_same_film_for_twice_as_long() -> None:
    slow = replace(ONE, speed=0.5)
    assert slow.length == 2 * ONE.length and slow.at(4.0) == ONE.at(2.0)


def test_a_rule_aware_attack_returns_by_another_path() -> None:
    aware = replace(ONE, species=injected.AWARE, change=injected.AWARE, actions=("turn_left",))
    course = injected._course(aware, np.random.default_rng(1))  # noqa: SLF001
    faces = [course(injected.REST_S + t / 10) for t in range(20)]
    assert max(face.yaw for face in faces) > 20 and max(face.mouth for face in faces[9:]) > 0.05
    assert max(face.mouth for face in faces[:7]) == 0.0 and REACH > 1
