"""Photos that contradict their rows: which are looked at by somebody."""

import pytest

from models.domain.identity.looks import (
    Placed,
    fits_better_moved,
    in_order,
    other_age,
    other_sex,
    out_of_step,
)


@pytest.mark.parametrize(
    ("sex", "male", "contradicted"),
    [("male", 0.001, True), ("male", 0.2, False), ("female", 0.99, True), ("female", 0.9, False)],
)
def test_only_a_plain_face_contradicts_a_sex(sex: str, male: float, contradicted: bool) -> None:
    assert other_sex(sex, male) is contradicted
    assert not other_sex(None, male)


@pytest.mark.parametrize(
    ("years", "looks", "contradicted"),
    [(6, 40, True), (30, 55, False), (70, 20, False), (85, 12, True), (None, 50, False)],
)
def test_an_old_photo_is_no_contradiction(years: int | None, looks: float, contradicted: bool) -> None:
    assert other_age(years, looks) is contradicted


@pytest.mark.parametrize(
    ("signs", "gap", "held"),
    [
        ("11", False, {0, 1}),
        ("01", False, set()),
        ("01", True, {0, 1}),
        ("1", True, {0}),
        ("00", True, set()),
        ("101", False, {0, 1, 2}),
        ("1" + "0" * 40, False, set()),
        ("1" + "0" * 19 + "1", False, set()),
    ],
)
def test_two_signs_near_one_another_hold_their_neighbours(signs: str, gap: bool, held: set[int]) -> None:
    assert out_of_step([one == "1" for one in signs], gap) == held


def test_a_slip_in_the_middle_of_a_long_file_leaves_the_rows_far_from_it_alone() -> None:
    signs = [False] * 100 + [at % 2 == 0 for at in range(40)] + [False] * 100
    held = out_of_step(signs, gap=False)
    assert set(range(100, 140)) <= held and not held & (set(range(90)) | set(range(150, 240)))


def test_a_file_that_contradicts_as_a_whole_is_held_as_a_whole() -> None:
    """Also where, by chance, many rows of one sex follow one another."""
    signs = [at % 2 == 0 for at in range(60)] + [False] * 60
    assert out_of_step(signs, gap=False) == set(range(120))


def placed(rows: str, faces: str) -> list[Placed]:
    """Return rows of men, women and unknown sex (m, w, ?) beside faces that plainly are one or the other."""
    sexes = {"m": "male", "w": "female", "?": None}
    return [
        Placed(sexes[row], None, 0.999 if face == "m" else 0.001, 40.0)
        for row, face in zip(rows, faces, strict=True)
    ]


@pytest.mark.parametrize(
    ("rows", "faces", "known"),
    [
        ("mw", "mw", True),
        ("ww", "ww", False),
        ("mwm", "mwm", True),
        ("mww", "mww", False),
        ("mw", "wm", False),
    ],
)
def test_faces_vouch_for_their_order_only_where_no_neighbour_could_be_exchanged(
    rows: str, faces: str, known: bool
) -> None:
    assert in_order(placed(rows, faces)) is known


@pytest.mark.parametrize(
    ("rows", "faces", "better"),
    [
        ("?w", "wm", True),
        ("m??", "wmw", True),
        ("mww", "mww", False),
        ("ww", "mw", False),
        ("wwww", "wwww", False),
    ],
)
def test_one_contradiction_that_ends_by_moving_the_column_is_a_slip(
    rows: str, faces: str, better: bool
) -> None:
    assert fits_better_moved(placed(rows, faces)) is better
