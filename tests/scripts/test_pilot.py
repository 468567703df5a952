"""A pilot's report says what its numbers allow, of those alone who agreed."""

import json
import shutil
from pathlib import Path

import pytest

from scripts.demo.film import samples
from scripts.lab.evaluate.__main__ import main
from scripts.lab.evaluate.identity import promises
from scripts.lab.evaluate.identity.people import Person
from scripts.lab.evaluate.identity.promises import PROMISES, Finding
from tests.matcher.captures import MAN, frames

NOTES = """group,person,sex,age_band,consent
townsfolk,man,male,40-59,是
townsfolk,other,male,40-59,yes
townsfolk,refuses,male,40-59,否
"""


def figures(fmr: tuple[float, float], pairs: int = 40_000) -> dict[str, float | None]:
    low, high = fmr
    rate: dict[str, float | None] = dict.fromkeys(("fnmr", "fnmr_low", "fnmr_high"))
    rate |= {"fmr": low, "fmr_low": low, "fmr_high": high}
    return rate | {"non_mated": pairs, "mated": 0, "persons": 300}


@pytest.mark.parametrize(
    ("interval", "finding"),
    [((0.0, 9e-5), Finding.KEPT), ((0.0, 3e-4), Finding.UNKNOWN), ((2e-4, 9e-4), Finding.BROKEN)],
)
def test_only_an_interval_on_one_side_of_a_promise_says_anything(
    interval: tuple[float, float], finding: Finding
) -> None:
    strangers, mated = promises.judged({"g": figures(interval)}, {"g": Person("g", "p", "female", (18, 39))})
    assert strangers.finding is finding
    assert mated.finding is Finding.UNKNOWN and mated.value is None


def test_the_old_have_promises_of_their_own_and_children_none() -> None:
    given = {"g": figures((0.0, 4e-4))}
    old, _ = promises.judged(given, {"g": Person("g", "p", "male", (60, 120))})
    assert (old.most, old.finding) == (5e-4, Finding.KEPT)
    assert promises.judged(given, {"g": Person("g", "p", "male", (14, 17))}) == []


def test_the_protocol_says_how_many_persons_tell() -> None:
    assert [promises.needed(one) for one in PROMISES] == [246, 111, 60, 60]
    said = (Path(__file__).parents[2] / "docs/evaluation.md").read_text(encoding="utf-8")
    assert all(str(promises.needed(one)) in said for one in PROMISES)


def folder(at: Path) -> Path:
    live = next(frame.image for frame in frames(MAN) if frame.kind == "evidence")
    for who, photo in (
        ("man", "single_face.jpg"),
        ("other", "15-f13-anc-ph.jpg"),
        ("refuses", "0-f1-su-ph.jpg"),
    ):
        (at / "townsfolk" / who).mkdir(parents=True)
        shutil.copy(samples() / photo, at / "townsfolk" / who / "id.jpg")
    (at / "townsfolk/man/live1.jpg").write_bytes(live)
    return at


@pytest.mark.slow
def test_the_report_counts_who_agreed_and_shows_nobody(tmp_path: Path) -> None:
    faces = folder(tmp_path / "faces")
    (faces / "groups.csv").write_text(NOTES, encoding="utf-8-sig")
    main(["pilot", "--faces", str(faces), "--out", str(tmp_path / "out")])
    summary = json.loads((tmp_path / "out/summary.json").read_text(encoding="utf-8"))
    assert (summary["persons"], summary["left_out"], summary["cohort"]) == (2, 1, 0)
    (group,) = summary["groups"].values()
    assert (group["mated"], group["non_mated"], group["fnmr"], group["fmr"]) == (1, 1, 0.0, 0.0)
    assert {one["finding"] for one in summary["verdicts"]} == {Finding.UNKNOWN.value}
    page = (tmp_path / "out/报告.html").read_text(encoding="utf-8")
    assert Finding.UNKNOWN.value in page and page.count("data:image/png;base64,") == 2
    assert "对照组不足 120 人" in page and "refuses" not in page and "id.jpg" not in page


@pytest.mark.parametrize(
    "notes", [None, "group,person\ntownsfolk,man\n", NOTES.replace("是", "").replace("yes", "")]
)
def test_without_consent_nothing_is_measured(tmp_path: Path, notes: str | None) -> None:
    faces = folder(tmp_path / "faces")
    if notes is not None:
        (faces / "groups.csv").write_text(notes, encoding="utf-8")
    with pytest.raises(SystemExit, match="agreed"):
        main(["pilot", "--faces", str(faces), "--out", str(tmp_path / "out")])
