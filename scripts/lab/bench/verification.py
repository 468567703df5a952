"""Cost of one whole verification: CPU time, the person's waiting time, and the kernels' part of it."""

import resource
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from matcher.examine import examine
from matcher.models import Models
from matcher.observe import Look, look, observe
from matcher.protocol import Vector
from matcher.types import Embedder, Examination, Frame, FrameKind, Observation, Template
from scripts.demo.film import Film, samples
from scripts.lab.bench.kernels import Kernels

# A capture of 5 s: motion frames at 5 per second, five evidence frames, one batch per second.
ASKED = {
    "motion": {"max_side": 320, "quality": 0.5, "fps": 5},
    "evidence": {"max_side": 640, "quality": 0.8, "at_ms": [500, 1500, 2500, 3500, 4500]},
}
LENGTH_S = 5.0
STARTS = [step * 0.4 for step in range(24)]
NEVER, ALWAYS = (2.0, 2.0), (-1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Run:
    """Measurements of one capture."""

    cpu_s: float
    finish_ms: float
    kernels: dict[str, float]
    calls: Counter[str]


def measure(models: Models) -> dict[str, Any]:
    """Return the measurements of 24 captures of one film, outside and inside the grey zone."""
    captures = [capture(start) for start in STARTS]
    person, kernels = _templates(models, captures[0]), Kernels(models)
    _run(kernels, captures[0], person, ALWAYS)
    outside = [_run(kernels, frames, person, NEVER) for frames in captures]
    inside = [_run(kernels, frames, person, ALWAYS) for frames in captures[::4]]
    cpu_s = float(np.median([run.cpu_s for run in outside]))
    waits = [run.finish_ms for run in outside + inside]
    bare = [sum(run.kernels.values()) for run in outside]
    share = float(np.median([nets / run.cpu_s for nets, run in zip(bare, outside, strict=True)]))
    return {
        "verification": {
            "captures": len(outside),
            "cpu_s": round(cpu_s, 3),
            "cpu_s_grey_zone": round(float(np.median([run.cpu_s for run in inside])), 3),
            "finish_ms": {
                name: round(float(np.percentile(waits, p))) for name, p in (("p50", 50), ("p95", 95))
            },
            "kernels_s": round(float(np.median(bare)), 3),
            "kernel_share": round(share, 3),
            "kernels_ms": _each_ms([*outside, *inside]),
        },
        "observe": {"frames_per_s": round(_frames_per_s(models, captures), 1)},
    }


def _each_ms(runs: Sequence[Run]) -> dict[str, float]:
    """Return the mean CPU time in ms of one call of each kernel."""
    calls = sum((run.calls for run in runs), Counter[str]())
    return {
        name: round(1000 * sum(run.kernels.get(name, 0.0) for run in runs) / count, 2)
        for name, count in calls.items()
    }


def peak_mb() -> float:
    """Return the peak resident memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def capture(start_s: float = 0.0) -> list[Frame]:
    """Return five seconds of the film as the frames a phone sends."""
    shots = Film(samples() / "WolfgangLanger_Pexels.mp4", start_s, LENGTH_S).shots(ASKED)
    return [Frame(shot.seq, shot.t_ms, FrameKind(shot.kind), shot.image) for shot in shots]


def reference() -> bytes:
    """Return an enrolment-quality picture of the person filmed."""
    return next(frame.image for frame in capture() if frame.kind == FrameKind.EVIDENCE)


def _landmarks(view: Look) -> Vector:
    if view.mesh is None:
        raise SystemExit("no face where one was filmed")
    return view.mesh.landmarks


def _templates(models: Models, frames: list[Frame]) -> tuple[Template, ...]:
    """Return templates of the person filmed."""
    view = look(models, next(frame for frame in frames if frame.kind == FrameKind.EVIDENCE))
    sface = models.sface.embed(view.picture, _landmarks(view))
    dlib = models.dlib.embed(view.picture, view.faces[0].box)
    return Template(Embedder.SFACE, "bench", tuple(map(float, sface))), Template(
        Embedder.DLIB, "bench", tuple(map(float, dlib))
    )


def _run(
    kernels: Kernels, frames: list[Frame], person: tuple[Template, ...], grey_zone: tuple[float, float]
) -> Run:
    """Observe one batch per second, then examine; waiting time is the last batch plus the report."""
    seen = list[Observation]()
    batches = [[one for one in frames if one.t_ms // 1000 == second] for second in range(int(LENGTH_S))]
    evidence = tuple(frame for frame in frames if frame.kind == FrameKind.EVIDENCE)
    cpu, arrived = time.process_time(), 0.0
    with kernels.watched() as models:
        for batch in batches:
            arrived = time.perf_counter()
            seen += observe(models, batch, seen)
        examine(models, Examination(("nod",), tuple(seen), evidence, person, (), grey_zone))
    taken, waited = time.process_time() - cpu, (time.perf_counter() - arrived) * 1000
    return Run(taken, waited, dict(kernels.spent), kernels.calls.copy())


def _frames_per_s(models: Models, captures: list[list[Frame]]) -> float:
    """Return the frames per second that one core observes."""
    begun = time.process_time()
    for frames in captures[:6]:
        observe(models, frames, ())
    return sum(map(len, captures[:6])) / (time.process_time() - begun)
