"""Facts packed to be replayed, and how relatives are told apart."""

import math
from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.types import Embedder, Hint
from models.domain.decision import Report, decide
from models.domain.layers.risk import Level
from models.domain.person import RELATIONS, SELF
from models.domain.policy import MODEL_SETS, Policy
from models.domain.record import sets
from models.domain.record.fact import HINTS, RISKS, SIZE, Kin, Measured, age_band, pack, unpack
from models.domain.record.kin import BLOOD, ORDER, Kinship, between

NUMBER = st.none() | st.floats()
COUNT = st.integers(0, 100_000)
KINDS = {"int": COUNT, "float": st.floats(), "bool": st.booleans(), "float | None": NUMBER}
KIN = st.builds(Kin, st.sampled_from(ORDER), NUMBER, NUMBER)
BY_SETS = {"other_score", "other_relative", "other_normalised"}
ALONE = [field for field in fields(Report) if field.name not in BY_SETS]
REPORTS = st.builds(
    Report,
    **{field.name: KINDS[str(field.type)] for field in ALONE if str(field.type) in KINDS},
    hint=st.none() | st.sampled_from(HINTS),
    risk=st.sampled_from(RISKS),
)
MEASURED = st.builds(
    Measured,
    **{field.name: NUMBER for field in fields(Measured) if field.name != "relatives"},
    relatives=st.lists(KIN, max_size=8).map(tuple),
)


BY_TWO = st.builds(
    replace, REPORTS, model_set=st.just("dlib"), other_set=st.none() | st.just("sface"),
    other_score=NUMBER, other_relative=NUMBER, other_normalised=st.booleans(),
)  # fmt: skip
KIN_BY_TWO = st.builds(Kin, st.sampled_from(ORDER), NUMBER, NUMBER, NUMBER)


def told(value: object) -> str:
    """Return a value's text: NaN equals itself in it."""
    return repr(value)


@given(REPORTS, MEASURED)
def test_packed_facts_are_unpacked_as_they_were(report: Report, measured: Measured) -> None:
    packed = pack(report, measured)
    assert len(packed) == SIZE
    assert told(unpack(packed)) == told((report, measured))
    assert decide(unpack(packed)[0], Policy()) == decide(report, Policy())


@given(BY_TWO, st.lists(KIN_BY_TWO, max_size=8).map(tuple))
def test_packed_facts_of_two_model_sets_are_unpacked_as_they_were(report: Report, kin: tuple[Kin]) -> None:
    packed = pack(report, Measured(relatives=kin))
    assert len(packed) == SIZE + sets.SIZE
    assert told(unpack(packed)) == told((report, Measured(relatives=kin)))


def test_every_model_set_of_the_matcher_has_its_name() -> None:
    assert tuple(Embedder) == MODEL_SETS


def test_unmeasured_and_nan_are_distinguished() -> None:
    nan, none = (unpack(pack(Report(relative=one), Measured()))[0].relative for one in (math.nan, None))
    assert nan is not None and math.isnan(nan) and none is None


def test_an_invalid_packed_fact_is_refused() -> None:
    packed = pack(Report(), Measured())
    for wrong in (b"", packed[:-1], b"\x09" + packed[1:]):
        with pytest.raises(ValueError, match="no packed fact"):
            unpack(wrong)


def test_every_hint_and_every_level_has_its_place() -> None:
    assert set(HINTS) == set(Hint) and set(RISKS) == set(Level)


@pytest.mark.parametrize(
    ("birth", "band"),
    [
        (date(2013, 1, 1), "0-13"),
        (date(2012, 11, 28), "14-17"),
        (date(2008, 11, 29), "14-17"),
        (date(2008, 11, 28), "18-39"),
        (date(1986, 11, 28), "40-59"),
        (date(1966, 11, 28), "60+"),
        (None, "unknown"),
    ],
)
def test_ages_fall_into_bands(birth: date | None, band: str) -> None:
    assert age_band(birth, date(2026, 11, 28)) == band


@pytest.mark.parametrize(
    ("claimed", "other", "kinship"),
    [
        (SELF, "配偶", Kinship.SPOUSE),
        (SELF, "护工", Kinship.OTHER),
        ("子女", SELF, Kinship.PARENT),
        ("父母", SELF, Kinship.CHILD),
        ("配偶", SELF, Kinship.SPOUSE),
        ("护工", SELF, Kinship.OTHER),
        ("子女", "配偶", Kinship.PARENT),
        ("子女", "子女", Kinship.SIBLING),
        ("子女", "父母", Kinship.RELATIVE),
        ("配偶", "父母", Kinship.OTHER),
        ("护工", "子女", Kinship.OTHER),
    ],
)
def test_kinship_is_derived_through_the_card_holder(claimed: str, other: str, kinship: Kinship) -> None:
    assert between(claimed, other) is kinship


def test_kin_by_blood_come_before_spouses() -> None:
    places = [ORDER.index(one) for one in ORDER if one in BLOOD]
    assert max(places) < ORDER.index(Kinship.SPOUSE)
    assert {between(SELF, word) for word in RELATIONS} == set(Kinship)
