"""Strangers are counted inside their group and sex; intervals are over persons."""

from pathlib import Path

import numpy as np
import pytest

from matcher.comparison.background import normalised
from matcher.comparison.rates import engines
from matcher.types import Embedder, Template
from models.domain.policy import Policy
from scripts.lab.evaluate.identity import bootstrap, people, scores
from scripts.lab.evaluate.identity.cohort import Drawn
from scripts.lab.evaluate.identity.people import Person
from scripts.lab.evaluate.identity.photos import Gallery


def photo(folder: Path, *parts: str) -> Path:
    file = folder.joinpath(*parts)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"")
    return file


def test_both_layouts_tell_group_and_person(tmp_path: Path) -> None:
    photo(tmp_path, "old_women_60", "p1", "1.jpg")
    photo(tmp_path, "p2", "1.png")
    photo(tmp_path, "stray.jpg")
    files = people.files(tmp_path)
    assert people.persons(tmp_path, files) == [
        Person("old_women_60", "p1", "female", (60, 120)),
        Person("", "p2"),
    ]


@pytest.mark.parametrize(
    ("group", "sex", "ages"),
    [
        ("ea_men_single_18-39", "male", (18, 39)),
        ("women_60+", "female", (60, 120)),
        ("女 40-59", "female", (40, 59)),
        ("ward_7", None, None),
        ("batch_2", None, None),
        ("humans", None, None),
    ],
)
def test_a_group_s_name_tells_sex_and_age_only_where_it_does(
    tmp_path: Path, group: str, sex: str | None, ages: tuple[int, int] | None
) -> None:
    file = photo(tmp_path, group, "p", "1.jpg")
    assert people.persons(tmp_path, [file]) == [Person(group, "p", sex, ages)]


def test_groups_csv_crosses_a_group_with_sex_and_age(tmp_path: Path) -> None:
    files = [photo(tmp_path, "ward", name, "1.jpg") for name in ("p1", "p2", "p3")]
    (tmp_path / "groups.csv").write_text(
        "group,person,sex,age_band\nward,,female,18-59\nward,p2,male,60+\n", encoding="utf-8"
    )
    everyone = people.persons(tmp_path, files)
    assert {name: list(rows) for name, rows in people.grouped(everyone).items()} == {
        "ward/female/18-59": [0, 2],
        "ward/male/60+": [1],
    }


def test_a_groups_csv_without_groups_is_refused(tmp_path: Path) -> None:
    file = photo(tmp_path, "ward", "p", "1.jpg")
    (tmp_path / "groups.csv").write_text("name,sex\nward,f\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="column `group`"):
        people.persons(tmp_path, [file])


def test_one_person_s_errors_widen_the_interval_more_than_as_many_scattered_ones() -> None:
    pairs = np.triu(np.ones((60, 60)), 1)
    scattered, lumped = np.zeros_like(pairs), np.zeros_like(pairs)
    lumped[0, 1:31] = 1
    for at in range(0, 60, 2):
        scattered[at, at + 1] = 1
    wide, narrow = (bootstrap.strangers(errors, pairs) for errors in (lumped, scattered))
    assert wide[1] - wide[0] > narrow[1] - narrow[0] > 0


def test_without_errors_the_rule_of_three_gives_the_bound() -> None:
    pairs = np.triu(np.ones((20, 20)), 1)
    low, high = bootstrap.strangers(np.zeros_like(pairs), pairs)
    assert low == 0.0 and high == pytest.approx(3 / 190)
    low, high = bootstrap.same(np.zeros(10), np.ones(10))
    assert low == 0.0 and high == pytest.approx(0.3)


def test_what_enrolment_refuses_is_a_failure_to_acquire() -> None:
    vectors = np.eye(3, 128, dtype=np.float32)
    files = [Path(f"p{number}/1.jpg") for number in range(4)]
    hints = np.array(["", "covered", ""])
    whole = Gallery(files[:3], vectors, vectors, vectors, hints, [files[3]])
    acquired = whole.acquired()
    assert acquired.files == [files[0], files[2]] and acquired.failed == [files[3], files[1]]
    assert np.array_equal(acquired.probe, vectors[[0, 2]]) and set(acquired.hints) == {""}


def test_scores_are_those_of_production_for_each_model_set() -> None:
    rng = np.random.default_rng(1)
    near = rng.normal(3.0, 1.0, (44, 128)).astype(np.float32)
    unit = near / np.linalg.norm(near, axis=1, keepdims=True)
    files = [Path(f"/faces/p{number}/1.jpg") for number in range(4)]
    gallery = Gallery(files, unit[:4], unit[:4], near[:4] * 0.2, np.array([""] * 4), [])
    drawn = Drawn(unit[4:], near[4:] * 0.2, [f"/other/{number}" for number in range(40)])
    found = scores.scorer(gallery, Policy(), drawn).pairs(np.array([0, 2]), np.array([1, 3]))
    for engine in Embedder:
        score, bare = (found.of(kind) for kind in engines(engine))
        for at, (probe, kept) in enumerate(((0, 1), (2, 3))):
            template = Template(
                engine, "1", tuple(map(float, near[kept] * 0.2 if engine == "dlib" else unit[kept]))
            )
            told = normalised([unit[probe]], [template], unit[4:], engine)
            assert told is not None
            assert bare[at] == pytest.approx(told.cosine, abs=1e-4)
            assert score[at] == pytest.approx(told.cosine - told.excess, abs=1e-4)
