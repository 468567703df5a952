"""The benchmark counts the kernels that a capture needed, and times the same capture as production."""

import json
from pathlib import Path
from typing import Any

import pytest

from matcher.errors import MatcherUnavailable
from matcher.local import LocalMatcher
from matcher.models import load
from scripts.lab.bench import normalising, verification
from scripts.lab.bench.__main__ import measured


def test_the_bare_kernels_are_counted_from_what_was_seen(matcher: LocalMatcher) -> None:
    models = load(None)
    frames = verification.capture(8.0)
    person = matcher.enrol(verification.reference()).templates
    run = verification._run(models, frames, person, verification.NEVER)
    assert run.report.comparison.score > 0.5 and run.report.comparison.dlib is None
    each = dict.fromkeys(("decode_motion", "decode_evidence", "yunet", "mesh", "sface", "pad", "dlib"), 0.0)
    counted = {name: verification._bare_ms(run, each | {name: 1.0}) for name in each}
    assert counted == {
        "decode_motion": 25, "decode_evidence": 8, "yunet": 30, "mesh": 30, "sface": 8, "pad": 0, "dlib": 0,
    }  # fmt: skip


def test_normalising_by_the_largest_background_is_measured() -> None:
    found = normalising.measure()
    assert set(found) == {"faces_0_ms", "faces_120_ms", "faces_600_ms", "added_ms"}
    assert found["faces_600_ms"] > 0


def test_a_part_that_fails_costs_none_of_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def away() -> dict[str, Any]:
        assert json.loads((tmp_path / "bench.json").read_text())["first"] == {"ms": 1.5}
        raise MatcherUnavailable("ReadTimeout")

    parts = {"first": lambda: {"first": {"ms": 1.5}}, "service": away, "last": lambda: {"last": {"ms": 2.5}}}
    assert measured(parts, {"machine": {}}, tmp_path / "bench.json") == ["service"]
    written = json.loads((tmp_path / "bench.json").read_text())
    assert written["first"] == {"ms": 1.5} and written["last"] == {"ms": 2.5}
    assert written["service"] == {"error": "MatcherUnavailable: ReadTimeout"}
    assert capsys.readouterr().out.count('"ms"') == 2
