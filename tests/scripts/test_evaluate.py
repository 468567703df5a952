"""The evaluation commands on a handful of real photos, and their statistics on known numbers."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from models.domain.policy import Policy
from scripts.demo.film import samples
from scripts.lab.evaluate import colour, plots, rates
from scripts.lab.evaluate.__main__ import main
from scripts.lab.evaluate.light import Moment
from scripts.lab.evaluate.occlusions import KINDS
from tests.matcher.captures import MAN, frames

PHOTOS = {"man": "single_face.jpg", "wife": "0-f1-su-ph.jpg", "daughter": "15-f13-anc-ph.jpg"}


@pytest.fixture
def still(tmp_path: Path) -> Path:
    """Return a frame of the man's film."""
    file = tmp_path / "still.jpg"
    file.write_bytes(next(frame.image for frame in frames(MAN) if frame.kind == "evidence"))
    return file


@pytest.mark.slow
def test_comparison_tells_the_man_from_the_others(tmp_path: Path, still: Path) -> None:
    for who, photo in PHOTOS.items():
        (tmp_path / "faces" / who).mkdir(parents=True)
        shutil.copy(samples() / photo, tmp_path / "faces" / who / "1.jpg")
    shutil.copy(still, tmp_path / "faces/man/2.jpg")
    (tmp_path / "faces/wife/2.jpg").write_bytes(b"no photo")
    main(["comparison", "--faces", str(tmp_path / "faces"), "--out", str(tmp_path / "out")])
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    assert (summary["mated"], summary["non_mated"], summary["fta"]) == (1, 5, 1)
    assert summary["tar_at_fmr"] == {"1e-2": 1.0, "1e-3": 1.0, "1e-4": 1.0}
    assert summary["operating_point"] == {"threshold": Policy().raw_score_min, "fmr": 0.0, "fnmr": 0.0}
    everyone = summary["groups"]["all"]
    assert (everyone["persons"], everyone["photos"], everyone["mated"], everyone["non_mated"]) == (3, 4, 1, 5)
    assert (everyone["fmr"], everyone["fnmr"], everyone["fta"]) == (0.0, 0.0, 1)
    assert everyone["fmr_high"] == pytest.approx(3 / 5)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "summary.json", "groups.csv", "rates.csv", "roc.csv", "det.png", "groups.png", "scores.png",
    }  # fmt: skip


@pytest.mark.slow
def test_kin_counts_pairs_and_strangers(tmp_path: Path) -> None:
    folder = tmp_path / "kin/mother-dau"
    folder.mkdir(parents=True)
    for pair, (parent, child) in enumerate([("wife", "daughter"), ("man", "wife")]):
        shutil.copy(samples() / PHOTOS[parent], folder / f"I_{pair:03}_1.jpg")
        shutil.copy(samples() / PHOTOS[child], folder / f"I_{pair:03}_2.jpg")
    main(["kin", "--pairs", str(tmp_path / "kin"), "--out", str(tmp_path / "out")])
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    assert summary["kin"]["n"] == 2 and summary["kin"]["by_relation"]["mother-dau"]["n"] == 2
    assert summary["strangers"]["n"] == 2
    assert (tmp_path / "out/kin.png").stat().st_size > 1000


@pytest.mark.slow
def test_quality_counts_what_is_covered(tmp_path: Path) -> None:
    (tmp_path / "faces/man").mkdir(parents=True)
    shutil.copy(samples() / PHOTOS["man"], tmp_path / "faces/man/1.jpg")
    (tmp_path / "faces/man/2.jpg").write_bytes(b"no photo")
    main(["quality", "--faces", str(tmp_path / "faces"), "--out", str(tmp_path / "out")])
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    assert (summary["photos"], summary["untouched"]["n"], summary["untouched"]["covered"]) == (2, 1, 0.0)
    assert summary["masks"]["n"] == 5 and summary["masks"]["stopped"] == 1.0
    assert (tmp_path / "out/quality.png").stat().st_size > 1000
    assert len((tmp_path / "out/quality.csv").read_text().splitlines()) == 1 + 1 + len(KINDS)


@pytest.mark.parametrize("command", [["comparison", "--faces"], ["kin", "--pairs"], ["quality", "--faces"]])
def test_an_empty_folder_says_what_it_should_hold(tmp_path: Path, command: list[str]) -> None:
    with pytest.raises(SystemExit, match="has no <"):
        main([*command, str(tmp_path), "--out", str(tmp_path / "out")])


@pytest.mark.slow
def test_cues_counts_films_and_photos_called_a_screen(tmp_path: Path) -> None:
    (tmp_path / "films").mkdir()
    (tmp_path / "films/labels.json").write_text('{"note": "no film of our own"}')
    (tmp_path / "faces").mkdir()
    shutil.copy(samples() / PHOTOS["man"], tmp_path / "faces/1.jpg")
    main(
        [
            "cues",
            "--films",
            str(tmp_path / "films"),
            "--faces",
            str(tmp_path / "faces"),
            "--out",
            str(tmp_path),
        ]
    )
    rows = json.loads((tmp_path / "summary.json").read_text())["rows"]
    assert [row["source"] for row in rows] == [*colour.FILMS, "photos"]
    assert all(row["called_screen"] == 0 and row["n"] for row in rows)
    assert (tmp_path / "cues.csv").read_text().startswith("source,frame,bezel\n")


def row(kind: str, share: float, p: float | None, apart: bool) -> colour.Row:
    return colour.Row("film.mp4", 0, kind, share, apart, 0, 0, 13, 0.5, p)


def test_answers_to_colours_are_counted_by_share_of_light(tmp_path: Path) -> None:
    rows = [row(colour.UNLIT, 0.0, None, True), row(colour.UNLIT, 0.0, 0.3, True)]
    for share in colour.SHARES:
        rows += [row(colour.ANSWERING, share, 0.01, n < 3) for n in range(4)]
        rows += [row(colour.ANSWERING, share, 0.011, False), row(colour.ANOTHER, share, 0.9, True)]
    summary = colour._summary(rows, Policy())
    answering = summary["answering"]["0.05"]
    assert (answering["n"], answering["rate"], answering["n_disjoint"]) == (5, 0.8, 3)
    assert answering["lower95"] == pytest.approx(0.05 ** (1 / 3), abs=1e-4) and answering["upper95"] == 1.0
    assert (summary["unlit"]["n"], summary["unlit"]["not_measured"], summary["unlit"]["rate"]) == (1, 1, 0.0)
    plots.answers(tmp_path / "colour.png", summary, [0.3, None, 0.9])
    assert (tmp_path / "colour.png").stat().st_size > 1000


def test_a_run_of_injected_attacks_alone_has_nothing_to_plot(tmp_path: Path) -> None:
    plots.species(tmp_path / "species.png", {"bona_fide": {"n": 0, "bpcer": None}, "attacks": {}})
    plots.timeline(tmp_path / "timeline.png", [])
    assert list(tmp_path.iterdir()) == []


def test_stretches_begin_with_a_face_and_the_disjoint_ones_share_no_film() -> None:
    nothing = np.zeros((4, 4, 3), np.uint8)
    course = [Moment(t, nothing, None if t < 700 else (0.0, 0.0, 1.0, 1.0)) for t in range(0, 8000, 100)]
    found = [(apart, some[0].t_ms, some[-1].t_ms) for apart, some in colour._stretches(course, 2600)]
    assert [begin for _, begin, _ in found] == list(range(1000, 5501, 500))
    assert [begin for apart, begin, _ in found if apart] == [1000, 4000]
    assert all(end - begin == 2600 for _, begin, end in found if begin <= 5000)


def test_bounds_are_those_of_the_tables() -> None:
    assert rates.upper95(0, 300) == pytest.approx(0.00994, abs=2e-5)  # the rule of three
    assert rates.upper95(5, 100) == pytest.approx(0.1022, abs=2e-4)
    assert rates.upper95(3, 3) == rates.upper95(0, 0) == 1.0
    assert rates.band(0.5, 100) == pytest.approx((0.404, 0.596), abs=1e-3)


def test_tar_is_read_at_the_threshold_that_lets_just_so_many_in() -> None:
    others = np.arange(1000) / 1000
    mated = np.array([0.9985, 0.995, 0.5])
    assert rates.tar_at(mated, others, 1e-2) == pytest.approx(2 / 3)
    assert rates.tar_at(mated, others, 1e-3) == pytest.approx(1 / 3)
    assert rates.at(mated, others, 0.998)["fmr"] == pytest.approx(0.002)
