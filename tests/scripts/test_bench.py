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
from scripts.lab.bench.kernels import Kernels


def test_every_kernel_call_of_a_capture_is_timed_inside_it(matcher: LocalMatcher) -> None:
    frames = verification.capture(8.0)
    person = matcher.enrol(verification.reference()).templates
    run = verification._run(Kernels(load(None)), frames, person, verification.NEVER)
    assert run.calls == {"decode": 33, "yunet": 30, "mesh": 30, "sface": 8}
    assert 0.0 < run.kernels["mesh"] < sum(run.kernels.values())


def test_normalising_by_the_largest_background_is_measured() -> None:
    found = normalising.measure()
    assert set(found) == {"faces_0_ms", "faces_120_ms", "faces_600_ms", "added_ms"}
    assert found["faces_600_ms"] > 0


def test_a_failed_part_does_not_affect_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def away() -> dict[str, Any]:
        assert json.loads((tmp_path / "bench.json").read_text())["first"] == {"ms": 1.5}
        raise MatcherUnavailable("ReadTimeout")

    parts = {"first": lambda: {"first": {"ms": 1.5}}, "service": away, "last": lambda: {"last": {"ms": 2.5}}}
    assert measured(parts, {"machine": {}}, tmp_path / "bench.json") == ["service"]
    written = json.loads((tmp_path / "bench.json").read_text())
    assert written["first"] == {"ms": 1.5} and written["last"] == {"ms": 2.5}
    assert written["service"] == {"error": "MatcherUnavailable: ReadTimeout"}
    assert capsys.readouterr().out.count('"ms"') == 2
