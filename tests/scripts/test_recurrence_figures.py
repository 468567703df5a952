"""What `evaluate recurrence` counts: clips found by each rule, the living refused, thresholds left out."""

from matcher.liveness.retraced import AGAIN, BACK
from matcher.local import LocalMatcher
from scripts.demo.film import samples
from scripts.lab.evaluate.films.shown_again import Filmed
from scripts.lab.evaluate.recurrence import LIVING, Seen, _found, _left_out, _refused


def said(
    person: str, kind: str = LIVING, *, creases: bool = False, way: bool = False, back: float = -1.0
) -> Seen:
    return Seen(person, kind, 5.0, 1.0, creases, way, (back, *[-9.0] * (len(BACK) + len(AGAIN) - 1)))


def test_clips_are_found_by_either_rule() -> None:
    rows = [said("a", "loop", creases=True), said("a", "loop", way=True), said("b", "loop"), said("b")]
    assert _found(rows, "loop", 5.0) == {
        "n": 3,
        "persons": 2,
        "creases": 0.333,
        "ways": 0.333,
        "either": 0.667,
    }


def test_every_person_weighs_the_same_among_the_living() -> None:
    rows = [said("a", way=True), *[said("b") for _ in range(9)], said("b", creases=True), said("c", "loop")]
    found = _refused(rows, 5.0, 1.0)
    assert (found["n"], found["persons"], found["refused"]) == (11, 2, 0.55)
    assert found["who"] == {"a": 1.0, "b": 0.1}


def test_thresholds_are_chosen_leaving_one_person_out() -> None:
    rows = [said("a", back=2.0), *[said(who, back=0.1) for who in ("b", "c", "d") for _ in range(4)]]
    first = _left_out(rows)["back_0.8_s"]
    # To the others "a" is the most extreme; by the others, "a" is refused.
    assert first["chosen_least"] == 0.1 and first["chosen_most"] > 1.5
    assert first["refused_left_out"] == 0.25 and first["refused_at_threshold"] == round(1 / 13, 4)


def test_a_picture_shown_again_has_noise_of_its_own_and_one_instant_comes_once(matcher: LocalMatcher) -> None:
    film = Filmed(samples() / "single_face.mp4", matcher)
    there_and_back = film.capture(lambda t: t if t < 0.5 else 1.0 - t, 1.0, 10)
    assert [one.seq for one in there_and_back] == list(range(len(there_and_back)))
    assert len({one.sha256 for one in there_and_back}) == len(there_and_back)
    still = film.capture(lambda _t: 0.2, 1.0, 10)
    assert len(still) == 1
