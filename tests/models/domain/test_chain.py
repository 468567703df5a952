import json
from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.domain.chain import GENESIS, canonical, commit, link

T0 = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SALTS = [bytes([n]) * 32 for n in range(3)]
PRIVATE = [{"actor": "till"}, {"openid": "o-1"}, {"score": 0.61}]
EVENTS = [
    {
        "seq": n + 1,
        "kind": kind,
        "created": T0 + timedelta(seconds=n),
        "public": canonical({"state": kind, "n": n}),
        "commitment": commit(SALTS[n], PRIVATE[n]),
    }
    for n, kind in enumerate(["attempt.created", "attempt.opened", "verification.passed"])
]
OTHER = {
    "seq": 99,
    "kind": "attempt.failed",
    "created": T0 + timedelta(days=1),
    "public": canonical({"state": "other"}),
    "commitment": commit(SALTS[0], {"actor": "somebody else"}),
}
JSON = st.dictionaries(
    st.text(), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5)
)


def head(events):
    """Return the head of the chain over these events."""
    return reduce(
        lambda last, e: link(last, e["seq"], (e["kind"], e["created"], e["public"]), e["commitment"]),
        events,
        GENESIS,
    )


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize("field", sorted(OTHER))
def test_changing_any_field_of_any_event_changes_the_head(at, field):
    tampered = [*EVENTS]
    tampered[at] = {**EVENTS[at], field: OTHER[field]}
    assert head(tampered) != head(EVENTS)


@pytest.mark.parametrize("at", range(3))
def test_removing_an_event_changes_the_head(at):
    assert head(EVENTS[:at] + EVENTS[at + 1 :]) != head(EVENTS)


def test_reordering_events_changes_the_head():
    assert head(EVENTS[::-1]) != head(EVENTS)


def test_the_chain_verifies_without_the_private_part_and_its_salt():
    kept = json.loads(json.dumps([{**event, "created": None} for event in EVENTS]))
    restored = [{**event, "created": EVENTS[n]["created"]} for n, event in enumerate(kept)]
    assert "o-1" not in json.dumps(kept)
    assert head(restored) == head(EVENTS)


@given(JSON, JSON, st.binary(min_size=32, max_size=32))
def test_a_commitment_holds_for_one_text_only(one, other, salt):
    assert (commit(salt, one) == commit(salt, other)) is (canonical(one) == canonical(other))


@given(JSON, st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_without_its_salt_a_commitment_can_neither_be_guessed_nor_compared(private, salt, other):
    assume(salt != other)
    assert commit(salt, private) != commit(other, private)


@given(JSON)
def test_the_canonical_text_is_json_and_does_not_depend_on_the_order_of_keys(payload):
    text = canonical(payload)
    assert json.loads(text) == payload
    assert canonical(dict(reversed(payload.items()))) == text
    assert "\n" not in text


def test_the_canonical_text_keeps_chinese_readable():
    assert canonical({"人": "李*", "a": 1}) == '{"a":1,"人":"李*"}'
