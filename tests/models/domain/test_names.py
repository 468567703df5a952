"""One rule for names: what is taken, and which spellings are one name."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import Invalid
from models.domain.identity.names import LONGEST, folded, same, taken


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("阿依古丽·买买提", f"阿依古丽{dot}买买提") for dot in ["", *"•・．.‧･∙⋅●。", " ", " · "]),
        *(("O'BRIEN MARY", f"o{mark}brien  mary") for mark in ["", *"’‘＇`´ʼ′"]),
        ("JEAN-PIERRE DUPONT", "Jean Pierre Dupont"),
        ("ＪＯＨＮ ＳＭＩＴＨ", "john smith"),
        ("JOSÉ GARCÍA", unicodedata.normalize("NFD", "José García")),
        ("王䶮", "王\ue863"),
        ("张\U00020087", "张\ue816"),
        ("金玉", "\uf90a玉"),
        ("马云", "⻢云"),
        ("馬雲", "⾺雲"),
        ("贝宁", "⻉宁"),
        ("葛", "葛\U000e0100"),
        ("刘洋", "刘\u200b洋"),
        ("张〇", "张○"),
        ("欧阳娜娜", "欧阳\n娜娜"),
    ],
)
def test_spellings_of_one_name_are_found_alike(one: str, other: str) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("李明", "李朋"), ("王一", "王"), ("刘洋", "劉洋"), ("赵\ue001", "赵\ue002"), ("张三", "张〇")],
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert not same(one, other)


def test_codes_of_old_fonts_are_the_characters_gb18030_gives_them() -> None:
    for place, last in enumerate([*range(0x50, 0x7F), *range(0x80, 0xA1)]):
        character = bytes([0xFE, last]).decode("gb18030")
        # Python keeps fourteen of them where GB 18030-2000 had left them.
        if not "\ue000" <= character <= "\uf8ff":
            assert same(chr(0xE815 + place), character)


@pytest.mark.parametrize(
    "name", ["", " ", "·", "\u3164", "\u200b", "王?", "李\ufffd", "a\x00b", "\ud800", "长" * 201]
)
def test_an_invalid_name_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="name"):
        taken(name)


@pytest.mark.parametrize(
    "name", ["赵\ue863", "李", "阿" * 52, "O’BRIEN", "葛\U000e0100", "\U00031350某", "长" * LONGEST]
)
def test_a_name_is_kept_as_it_is_written(name: str) -> None:
    assert taken(f" {name}\u200b\t") == name


@given(st.text())
def test_a_normalised_name_is_valid_and_unchanged_by_normalising(text: str) -> None:
    try:
        name = taken(text)
    except Invalid:
        return
    assert taken(name) == name and same(name, text) and folded(name) == folded(folded(name))
