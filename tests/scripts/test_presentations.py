"""Labelled films cut into presentations, and the attacks made of them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from scripts.lab.evaluate.attacks import REST, made_of, shown_twice
from scripts.lab.evaluate.presentations import LINGER_S, OTHER_RATES, disjoint, of_folder, varied

TURN = {"from": 2.0, "to": 5.0, "action": "turn_left"}
NOD = {"from": 5.0, "to": 8.0, "action": "nod_down"}
NEUTRAL = {"from": 0.0, "to": 2.0, "action": "neutral"}
LABELS: dict[str, Any] = {
    "note": "no film",
    "live.mp4": {"kind": "bona_fide", "segments": [NEUTRAL, TURN, NOD, {**NEUTRAL, "from": 8.0, "to": 12.0}]},
    "monitor.mp4": {"kind": "attack", "species": "monitor_replay", "segments": [NEUTRAL, TURN]},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of labels; cutting needs no picture."""
    (tmp_path / "labels.json").write_text(json.dumps(LABELS))
    return tmp_path


def test_live_films_and_filmed_attacks_are_cut_apart(folder: Path) -> None:
    live, filmed = of_folder(folder)
    assert {one.claimed.name for one in live} == {"live.mp4"} and {one.species for one in live} == {
        "bona_fide"
    }
    assert Counter(one.species for one in filmed) == {"monitor_replay": 2}
    assert Counter(one.actions for one in live).keys() == {
        ("turn_left",), ("nod",), ("turn_left", "nod"), ("nod", "turn_left"),
    }  # fmt: skip


def test_actions_that_overlap_in_the_film_are_never_shown_one_after_the_other(tmp_path: Path) -> None:
    segments = [NEUTRAL, TURN, {"from": 4.5, "to": 8.0, "action": "open_mouth"}]
    (tmp_path / "labels.json").write_text(
        json.dumps({"live.mp4": {**LABELS["live.mp4"], "segments": segments}})
    )
    live, _ = of_folder(tmp_path)
    assert {one.actions for one in live} == {("turn_left",), ("open_mouth",)}


def test_live_presentations_also_go_on_and_come_at_other_rates(folder: Path) -> None:
    live, _ = of_folder(folder)
    others = list(varied(folder, live))
    longer = [one for one in others if one.rate == live[0].rate]
    assert Counter(one.rate for one in others if one not in longer) == dict.fromkeys(OTHER_RATES, len(live))
    assert longer and all(one.pieces[-1].length == LINGER_S for one in longer)
    assert all(one.pieces[-1].begin >= one.pieces[-2].end for one in longer)


def test_a_stand_in_acts_for_somebody_who_only_rests(folder: Path) -> None:
    live, filmed = of_folder(folder)
    attacks = list(made_of(live, [one.claimed for one in filmed[:1]]))
    assert "bona_fide" not in {one.species for one in attacks}
    acted = [one for one in attacks if one.species == "stand_in"]
    assert len(acted) == len(live)
    for one in acted:
        assert one.pieces[0] == one.pieces[-1] == REST and one.claimed == REST.film
        assert {piece.film.name for piece in one.pieces[1:-1]} == {"live.mp4"}


def test_each_action_is_run_there_and_back_over_the_same_film(folder: Path) -> None:
    live, _ = of_folder(folder)
    for one in (made for made in shown_twice(live) if made.species == "there_and_back"):
        lead, *moved = one.pieces
        assert len(moved) == 2 * len(one.actions) and lead.end > lead.begin
        for there, back in zip(moved[::2], moved[1::2], strict=True):
            assert (there.begin, there.end) == (back.end, back.begin)


def test_disjoint_ones_share_no_film(folder: Path) -> None:
    live, _ = of_folder(folder)
    chosen = disjoint(live)
    # One of each take, with a stretch of rest of its own; every longer one shares film with them.
    assert [one.actions for one in chosen] == [("turn_left",), ("nod",)]
    assert not chosen[0].overlaps(chosen[1])
    assert all(any(one.overlaps(other) for other in chosen) for one in live)


def test_a_presentation_is_as_long_as_its_pieces(folder: Path) -> None:
    live, _ = of_folder(folder)
    assert {one.length for one in live if len(one.actions) == 1} == {4.5}
    assert {one.length for one in live if len(one.actions) == 2} == {7.5}
