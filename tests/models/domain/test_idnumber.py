import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.domain.errors import Invalid
from models.domain.identity.idnumber import IdType, check_character, parse

TODAY = date(2026, 11, 24)
EIGHTEEN = [IdType.RESIDENT, IdType.HK_MACAO_TAIWAN, IdType.FOREIGN_PERMANENT]
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def number(seventeen):
    """Return an invented number with its right check character."""
    return seventeen + check_character(seventeen)


ZHANG = number("11010119800307123")
ENDING_IN_X = next(n for n in (number(f"1101011980030712{i}") for i in range(10)) if n[-1] == "X")


def refused(id_type, text):
    """Return what is said about a number that is refused."""
    with pytest.raises(Invalid) as refusal:
        parse(id_type, text, TODAY)
    assert refusal.value.code == "id_number_invalid"
    return refusal.value.detail


def test_the_check_character_is_that_of_the_standards_own_example():
    assert check_character("11010519491231002") == "X"


@pytest.mark.parametrize(
    ("seventeen", "birth", "sex"),
    [
        ("11010119800307123", date(1980, 3, 7), "male"),
        ("11010119800307124", date(1980, 3, 7), "female"),
        ("11010120000229001", date(2000, 2, 29), "male"),
        ("11010120261124002", TODAY, "female"),
        ("11010118500101001", date(1850, 1, 1), "male"),
        ("99999919800307123", date(1980, 3, 7), "male"),
        ("81000019850615001", date(1985, 6, 15), "male"),
        ("82000019850615002", date(1985, 6, 15), "female"),
        ("83000019850615003", date(1985, 6, 15), "male"),
        ("91115619900101004", date(1990, 1, 1), "female"),
    ],
)
def test_a_valid_number_gives_birth_and_sex(seventeen, birth, sex):
    parsed = parse(IdType.RESIDENT, number(seventeen), TODAY)
    assert (parsed.number, parsed.birth, parsed.sex) == (number(seventeen), birth, sex)


@pytest.mark.parametrize("id_type", EIGHTEEN)
@pytest.mark.parametrize("start", ["810000", "820000", "830000", "911156"])
def test_residence_permits_in_the_18_form_are_read_under_either_type(id_type, start):
    parsed = parse(id_type, number(start + "19850615001"), TODAY)
    assert (parsed.id_type, parsed.birth) == (id_type, date(1985, 6, 15))


@pytest.mark.parametrize(
    "typed",
    [
        ENDING_IN_X.lower(),
        f"  {ENDING_IN_X}\n",
        f"{ENDING_IN_X[:6]} {ENDING_IN_X[6:14]} {ENDING_IN_X[14:]}",
        f"{ENDING_IN_X[:6]}-{ENDING_IN_X[6:]}",
        ENDING_IN_X.translate(FULL_WIDTH),
        ENDING_IN_X.lower().translate(str.maketrans("x", "ｘ")),
        "\u3000" + ENDING_IN_X,
    ],
)
def test_typed_numbers_are_normalised(typed):
    assert parse(IdType.RESIDENT, typed, TODAY).number == ENDING_IN_X


@pytest.mark.parametrize("wrong", [c for c in "0123456789X" if c != ZHANG[-1]])
def test_every_wrong_check_character_is_refused(wrong):
    assert "checksum" in refused(IdType.RESIDENT, ZHANG[:-1] + wrong)


@pytest.mark.parametrize("at", range(17))
def test_every_single_wrong_digit_is_noticed(at):
    for digit in set("0123456789") - {ZHANG[at]}:
        refused(IdType.RESIDENT, ZHANG[:at] + digit + ZHANG[at + 1 :])


@pytest.mark.parametrize(
    "birth",
    [
        "20261125",
        "20990101",
        "19990229",
        "19000229",
        "19801301",
        "19800431",
        "19800100",
        "00000101",
        "18491231",
    ],
)
def test_an_impossible_birth_date_is_refused(birth):
    assert "birth date" in refused(IdType.RESIDENT, number(f"110101{birth}001"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "X",
        "110101800307123",
        ZHANG[:-1],
        ZHANG + "0",
        "X" + ZHANG[1:],
        "1" * 5000,
        "１",
        "٣" * 18,
    ],
)
def test_an_invalid_resident_number_is_refused(text):
    assert "form" in refused(IdType.RESIDENT, text)


@pytest.mark.parametrize(
    ("id_type", "text", "canonical"),
    [
        (IdType.HK_MACAO_TAIWAN, "H12345678", "H12345678"),
        (IdType.HK_MACAO_TAIWAN, "m1234567801", "M1234567801"),
        (IdType.HK_MACAO_TAIWAN, "12345678", "12345678"),
        (IdType.FOREIGN_PERMANENT, "CHN110190010112", "CHN110190010112"),
        (IdType.PASSPORT, "E12345678", "E12345678"),
        (IdType.PASSPORT, "ea 1234 567", "EA1234567"),
        (IdType.PASSPORT, "12345", "12345"),
        (IdType.PASSPORT, "ABCDE123456789012", "ABCDE123456789012"),
        (IdType.BIRTH_CERTIFICATE, "t123456789", "T123456789"),
    ],
)
def test_other_documents_have_their_own_form(id_type, text, canonical):
    parsed = parse(id_type, text, TODAY)
    assert (parsed.number, parsed.birth, parsed.sex) == (canonical, None, None)


@pytest.mark.parametrize(
    ("id_type", "text"),
    [
        (IdType.HK_MACAO_TAIWAN, "A12345678"),
        (IdType.HK_MACAO_TAIWAN, "H123456789"),
        (IdType.HK_MACAO_TAIWAN, "1234567"),
        (IdType.FOREIGN_PERMANENT, "CH1110190010112"),
        (IdType.FOREIGN_PERMANENT, "CHN11019001011"),
        (IdType.PASSPORT, "E123"),
        (IdType.PASSPORT, "E" * 18),
        (IdType.PASSPORT, "护照12345678"),
        (IdType.BIRTH_CERTIFICATE, "1234567890"),
        (IdType.BIRTH_CERTIFICATE, "T12345678"),
        (IdType.RESIDENT, "H12345678"),
        (IdType.PASSPORT, ZHANG),
        (IdType.BIRTH_CERTIFICATE, ZHANG),
    ],
)
def test_a_number_of_another_documents_form_is_refused(id_type, text):
    refused(id_type, text)


@given(st.sampled_from(IdType), st.text() | st.from_regex(r"[0-9]{17}[0-9Xx]", fullmatch=True))
@example(IdType.RESIDENT, "\ud800")
@example(IdType.RESIDENT, "0" * 18)
def test_any_text_is_read_or_refused_and_a_refusal_never_repeats_it(id_type, text):
    try:
        parsed = parse(id_type, text, TODAY)
    except Invalid as refusal:
        assert refusal.code == "id_number_invalid"
        assert len(text.strip()) < 5 or text not in f"{refusal!r} {refusal.detail} {refusal.__cause__}"
    else:
        assert parse(id_type, parsed.number, TODAY) == parsed


@given(st.dates(date(1850, 1, 1), TODAY), st.integers(0, 999_999), st.integers(0, 999))
def test_every_number_with_a_right_checksum_and_birth_is_accepted(birth, region, order):
    text = number(f"{region:06}{birth:%Y%m%d}{order:03}")
    parsed = parse(IdType.RESIDENT, text, TODAY)
    assert (parsed.birth, parsed.sex) == (birth, "male" if order % 2 else "female")


SHARED = json.loads((Path(__file__).parent / "idnumbers.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("id_type", "text", "wanted"), SHARED)
def test_the_numbers_the_mini_program_is_tested_with_are_read_the_same_here(id_type, text, wanted):
    if wanted is None:
        refused(IdType(id_type), text)
    else:
        assert parse(IdType(id_type), text, TODAY).number == wanted


@pytest.mark.parametrize(
    "around",
    ['="{}"', "'{}", "\ufeff{}", "\u202d{}\u202c", "{}\t", "\xa0{}\u3000", "1\u200b{}", "“{}”", "{}’"],
    ids=ascii,
)
def test_characters_that_spreadsheets_add_to_a_number_are_dropped(around):
    written = around.replace("1\u200b{}", ZHANG[:6] + "\u200b" + ZHANG[6:]).format(ZHANG)
    assert parse(IdType.RESIDENT, written, TODAY).number == ZHANG


@pytest.mark.parametrize("x", ["x", "Ｘ", "×", "Х", "х", "Χ"])
def test_characters_that_look_like_x_are_read_as_x(x):
    assert parse(IdType.RESIDENT, ENDING_IN_X[:-1] + x, TODAY).number == ENDING_IN_X


@pytest.mark.parametrize("start", ["810000", "830000", "911156"])
def test_an_eighteen_digit_number_is_one_document_whatever_it_is_called(start):
    written = number(start + "19850615001")
    found = [parse(id_type, written, TODAY) for id_type in EIGHTEEN]
    assert len({one.key for one in found}) == 1 and all(one.key == one.keys[0] for one in found)
    assert f"hk_macao_taiwan:{written}" in found[0].keys


def test_the_same_eight_digits_under_two_kinds_are_two_documents():
    kinds = (IdType.HK_MACAO_TAIWAN, IdType.PASSPORT)
    assert len({parse(kind, "12345678", TODAY).key for kind in kinds}) == 2
