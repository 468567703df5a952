"""The benchmark counts the kernels that a capture needed, and times the same capture as production."""

from matcher.local import LocalMatcher
from matcher.models import load
from scripts.lab.bench import normalising, verification


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
