from collections import Counter
from dataclasses import replace
from itertools import permutations, repeat
from math import nextafter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.challenge import (
    ACTION_CLASS,
    EVIDENCE_FROM_MS,
    EVIDENCE_STEP_MS,
    MAX_DURATION_MS,
    PALETTE,
    draw,
    swap,
)
from models.domain.errors import Conflict
from models.domain.policy import ACTIONS, Policy

NUMBERS = st.floats(0, 1, exclude_max=True)
ALMOST_ONE = nextafter(1.0, 0.0)
POLICY = Policy(action_pool=ACTIONS, action_count=3, evidence_count=5, colour_count=4)


def drawn(seed, policy=POLICY, **options):
    """Return the challenge that the numbers of one seed draw."""
    random = Random(seed)
    return draw(policy, iter(random.random, None), **options)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_actions_come_from_the_pool_and_none_comes_twice(count):
    policy = replace(POLICY, action_count=count)
    for seed in range(200):
        actions = drawn(seed, policy).actions
        assert len(set(actions)) == len(actions) == count
        assert set(actions) <= set(ACTIONS)


def test_every_order_of_actions_is_about_equally_likely():
    policy = Policy(action_pool=("nod", "smile", "closer"), action_count=2)
    seen = Counter(drawn(seed, policy).actions for seed in range(1200))
    assert set(seen) == set(permutations(policy.action_pool, 2))
    assert all(140 < count < 260 for count in seen.values())


@given(st.lists(NUMBERS, min_size=12, max_size=12))
def test_each_evidence_instant_lies_inside_its_own_slot(numbers):
    for slot, instant in enumerate(draw(POLICY, iter(numbers)).evidence_at_ms):
        start = EVIDENCE_FROM_MS + slot * EVIDENCE_STEP_MS
        assert start <= instant < start + EVIDENCE_STEP_MS <= MAX_DURATION_MS


def test_the_largest_number_stays_inside_the_slot_too():
    assert draw(POLICY, repeat(ALMOST_ONE)).evidence_at_ms == (999, 1699, 2399, 3099, 3799)


def test_evidence_instants_are_spread_over_their_slots():
    offsets = {
        (drawn(seed).evidence_at_ms[2] - EVIDENCE_FROM_MS) % EVIDENCE_STEP_MS // 70 for seed in range(200)
    }
    assert offsets == set(range(10))


@given(st.lists(NUMBERS, min_size=12, max_size=12))
def test_neighbouring_colours_differ(numbers):
    colours = [colour.rgb for colour in draw(POLICY, iter(numbers)).colours]
    assert all(left != right for left, right in zip(colours, colours[1:], strict=False))
    assert set(colours) <= set(PALETTE)


def test_every_colour_is_shown_to_somebody():
    assert {colour.rgb for seed in range(100) for colour in drawn(seed).colours} == set(PALETTE)


def test_photosensitive_people_get_no_colours_but_the_other_actions():
    challenge = drawn(1, photosensitive=True)
    assert challenge.colours == ()
    assert len(challenge.actions) == 3
    assert len(challenge.evidence_at_ms) == 5


@given(st.integers())
def test_the_same_numbers_draw_the_same_challenge(seed):
    assert drawn(seed) == drawn(seed)


def test_other_numbers_draw_other_challenges():
    assert len({drawn(seed) for seed in range(100)}) == 100


@given(st.permutations(ACTIONS), st.integers(0, 2), NUMBERS)
def test_a_swap_offers_another_class_of_action_and_touches_no_other(pool, done, number):
    actions = tuple(pool[:3])
    swapped = swap(actions, [i < done for i in range(3)], number)
    assert ACTION_CLASS[swapped[done]] != ACTION_CLASS[actions[done]]
    assert swapped[:done] + swapped[done + 1 :] == actions[:done] + actions[done + 1 :]
    assert len(set(swapped)) == 3
    assert swapped[done] != "blink"


def test_every_easier_action_is_offered_to_somebody():
    offered = {swap(("nod",), [False], number / 100)[0] for number in range(100)}
    assert offered == {"closer", "open_mouth", "smile", "close_eyes"}


def test_nothing_is_swapped_once_everything_is_done():
    with pytest.raises(Conflict) as refusal:
        swap(("nod", "smile"), [True, True], 0.5)
    assert refusal.value.code == "nothing_to_swap"


@pytest.mark.parametrize("pool", [ACTIONS, ("blink", "close_eyes", "smile"), ("blink", "close_eyes")])
def test_glasses_exclude_eye_actions_from_a_draw(pool):
    policy = replace(POLICY, action_pool=pool, action_count=2)
    for seed in range(100):
        actions = drawn(seed, policy, glasses=True).actions
        assert len(set(actions)) == 2
        assert "eyes" not in {ACTION_CLASS[action] for action in actions}
        assert ("smile" in pool) or set(actions) <= {"turn_left", "turn_right"}


def test_without_glasses_eye_actions_are_drawn():
    policy = replace(POLICY, action_pool=("blink", "close_eyes"), action_count=2)
    assert set(drawn(1, policy).actions) == {"blink", "close_eyes"}


@pytest.mark.parametrize("actions", list(permutations(ACTIONS, 3))[::7])
def test_a_swap_never_offers_eyes_behind_glasses(actions):
    for number in (0.0, 0.3, 0.7, ALMOST_ONE):
        replaced = swap(actions, [False, False, False], number, glasses=True)[0]
        assert ACTION_CLASS[replaced] not in ("eyes", ACTION_CLASS[actions[0]])


def test_a_swap_offers_closed_eyes_without_glasses():
    offered = {swap(("smile",), [False], number / 20)[0] for number in range(20)}
    assert "close_eyes" in offered
