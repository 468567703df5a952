"""Stored values stay readable, also those of earlier versions."""

import json
from typing import Any

import pytest

from matcher.types import FrameKind, Hint, Observation, PadCues, Report, Template

# A report as the first version sealed it: no loops, no stretches of film, no cues, no colours.
EARLIEST: dict[str, Any] = {
    "models": [{"name": "sface", "version": "2021dec-int8bq", "sha256": "fb143e"}],
    "acquisition": {"motion": 40, "evidence": 5, "usable_motion": 38, "usable_evidence": 4, "hint": "turned"},
    "timing": {
        "duration_ms": 6000, "max_gap_ms": 160, "rate": 8.3, "backward": 0, "repeated": 0, "frozen_ms": 0,
    },
    "actions": [{"action": "nod", "done": True, "from_ms": 900, "to_ms": 2100}],
    "in_order": True,
    "continuity": {"same_face_min": 0.71, "compared": 12},
    "pad": {"status": "not_available", "score": None, "frames": 0},
    "colour": {"status": "not_measured"},
    "comparison": {"sface": 0.61, "dlib": None, "score": 0.61},
    "cohort": {"best": 0.2, "margin": 0.41},
}  # fmt: skip


def test_a_report_of_the_first_version_is_read() -> None:
    report = Report.from_json(EARLIEST)
    assert report.comparison.score == 0.61 and report.acquisition.hint is Hint.TURNED
    assert report.timing.looped_ms == 0 and report.colour.p is None
    assert report.pad.lowest is None and report.pad.cues == PadCues(spread=None, bezel=None)


def test_a_report_is_the_same_after_it_was_stored() -> None:
    report = Report.from_json(EARLIEST)
    assert Report.from_json(json.loads(json.dumps(report.to_json()))) == report


@pytest.mark.parametrize("gone", EARLIEST)
def test_a_document_without_one_of_its_parts_is_no_report(gone: str) -> None:
    with pytest.raises(ValueError):
        Report.from_json({name: value for name, value in EARLIEST.items() if name != gone})


def test_an_observation_of_another_version_is_read() -> None:
    few = {
        "seq": 1,
        "t_ms": 120,
        "kind": "motion",
        "sha256": "",
        "phash": "",
        "faces": 1,
        "box": [0, 0, 1, 1],
    }
    seen = Observation.from_json(few | {"box": [0, 0, 1, 1], "of_a_later_version": 1})
    assert seen.kind is FrameKind.MOTION and seen.box == (0, 0, 1, 1) and seen.hint is None


@pytest.mark.parametrize("change", [{"kind": "film"}, {"hint": "ugly"}, {"seq": None}, {"box": [1, 2]}])
def test_an_invalid_observation_is_refused(change: dict[str, Any]) -> None:
    few = {"seq": 1, "t_ms": 120, "kind": "motion", "sha256": "", "phash": "", "faces": 1}
    with pytest.raises(ValueError):
        Observation.from_json(few | change)


def test_a_template_of_an_unknown_engine_is_refused() -> None:
    with pytest.raises(ValueError):
        Template.from_json({"engine": "ear", "version": "1", "vector": [0.0]})
