from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import Invalid
from models.domain.shift import DAY, DAYS, Duty, Shift, duty, parse

# A Monday.
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
instants = st.integers(0, 14 * 24 * 3600 - 1).map(lambda s: MONDAY + timedelta(seconds=s))


@st.composite
def shifts(draw):
    """Return any shift that can be written."""
    days = draw(st.frozensets(st.integers(0, 6), min_size=1))
    start = timedelta(minutes=draw(st.integers(0, 24 * 60 - 1)))
    return Shift(days, start, timedelta(minutes=draw(st.integers(0, 24 * 60))))


def times(shift):
    """Return every stretch of the shift around the two weeks, reckoned the long way."""
    for number in range(-1, 15):
        midnight = MONDAY + timedelta(days=number)
        if midnight.weekday() in shift.days:
            end = midnight + shift.end
            yield midnight + shift.start, end if shift.end > shift.start else end + DAY


@given(shifts(), instants)
def test_a_shift_covers_just_its_stretches(shift, at):
    assert shift.covers(at) == any(start <= at < end for start, end in times(shift))


@given(shifts())
def test_a_shift_survives_being_written_down(shift):
    assert parse(str(shift)) == shift


@given(shifts())
def test_a_shift_lasts_more_than_nothing_and_at_most_a_day(shift):
    assert timedelta(0) < shift.length <= DAY


@given(st.lists(shifts()), instants, st.lists(st.sampled_from("123")), st.sampled_from("123"))
def test_a_duty_is_any_of_its_shifts_at_one_of_its_counters(given_shifts, at, counters, counter):
    on_shift = not given_shifts or any(shift.covers(at) for shift in given_shifts)
    here = not counters or counter in counters
    assert Duty(tuple(given_shifts), tuple(counters)).allows(counter, at) == (on_shift and here)


@pytest.mark.parametrize(
    ("text", "at", "covered"),
    [
        ("mon-fri 08:00-17:30", "2026-11-23 07:59:59", False),
        ("mon-fri 08:00-17:30", "2026-11-23 08:00:00", True),
        ("mon-fri 08:00-17:30", "2026-11-27 17:29:59", True),
        ("mon-fri 08:00-17:30", "2026-11-27 17:30:00", False),
        ("mon-fri 08:00-17:30", "2026-11-28 12:00:00", False),
        ("fri 22:00-06:00", "2026-11-27 22:00:00", True),
        ("fri 22:00-06:00", "2026-11-28 05:59:59", True),
        ("fri 22:00-06:00", "2026-11-28 06:00:00", False),
        ("fri 22:00-06:00", "2026-11-27 05:00:00", False),
        ("sun 22:00-06:00", "2026-11-23 01:00:00", True),
        ("sat-mon 9:00-12:00", "2026-11-29 09:00:00", True),
        ("sat-mon 9:00-12:00", "2026-11-24 09:00:00", False),
        ("mon,wed 00:00-24:00", "2026-11-25 23:59:59", True),
        ("mon,wed 00:00-24:00", "2026-11-26 00:00:00", False),
        ("Mon-Sun 00:00-00:00", "2026-11-26 00:00:00", True),
    ],
)
def test_shifts_as_they_are_typed(text, at, covered):
    assert parse(text).covers(datetime.fromisoformat(f"{at}+00:00")) is covered


@pytest.mark.parametrize(
    "text",
    ["", "mon", "08:00-17:30", "mon 8-17", "mon 25:00-26:00", "mon 08:60-09:00", "mon 24:00-06:00",
     "mon 08:00-24:30", "xyz 08:00-17:30", "mon- 08:00-17:30x", "-mon 08:00-09:00", "mon,,tue 08:00-09:00"],
)  # fmt: skip
def test_other_texts_are_no_shifts(text):
    with pytest.raises(Invalid) as refused:
        parse(text)
    assert refused.value.code == "shift_invalid"


@given(st.text(max_size=30))
def test_any_text_is_a_shift_or_is_refused(text):
    try:
        assert parse(text).days <= set(range(len(DAYS)))
    except Invalid as refused:
        assert refused.code == "shift_invalid"


def test_who_has_neither_shifts_nor_counters_may_serve_always_and_everywhere():
    assert duty().allows("anything", MONDAY)
    assert duty(["mon 08:00-09:00"], [" 1号台 "]).counters == ("1号台",)
