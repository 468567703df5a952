"""Feeds pictures to the whole matcher and records cost and failures."""

import resource
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from matcher.errors import BadImage
from matcher.local import LocalMatcher
from matcher.types import Frame, FrameKind

MOST_MB, MOST_S = 300.0, 10.0


@dataclass
class Trial:
    """Results so far: outcomes, defects, and the slowest picture in CPU seconds."""

    matcher: LocalMatcher
    warm: bytes
    outcomes: Counter[str] = field(default_factory=Counter)
    defects: list[dict[str, str]] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    runs: int = 0
    before_mb: float = 0.0
    last: tuple[str, bytes] = ("", b"")

    def __post_init__(self) -> None:
        """Run the models once, so that memory they retain is not counted."""
        for call in (self._observed, self._enrolled):
            call(self.warm)
        self.before_mb = peak_mb()

    def feed(self, name: str, image: bytes) -> None:
        """Observe and enrol a picture; any exception but BadImage is recorded as a defect."""
        self.runs += 1
        self.last = name, image
        began = time.process_time()
        for call in (self._observed, self._enrolled):
            try:
                self.outcomes[call(image)] += 1
            except BadImage as refused:
                self.outcomes[refused.reason] += 1
            except Exception as defect:
                self.defects.append(
                    {"name": name, "error": repr(defect), "where": traceback.format_exc()[-600:]}
                )
        self.slowest = max(self.slowest, (time.process_time() - began, name))

    def _observed(self, image: bytes) -> str:
        frames = [
            Frame(0, 0, FrameKind.EVIDENCE, image),
            Frame(1, 200, FrameKind.MOTION, image, mirrored=True),
        ]
        return f"hint {self.matcher.observe(frames)[0].hint}"

    def _enrolled(self, image: bytes) -> str:
        return f"verdict {self.matcher.enrol(image).verdict}"

    @property
    def grown_mb(self) -> float:
        """Return peak memory above the loaded models, in MB."""
        return peak_mb() - self.before_mb

    @property
    def passed(self) -> bool:
        """Tell whether no crash, hang or memory growth occurred."""
        return not self.defects and self.grown_mb <= MOST_MB and self.slowest[0] <= MOST_S

    def summary(self) -> dict[str, Any]:
        """Return the figures."""
        return {
            "runs": self.runs,
            "defects": self.defects[:20],
            "loaded_mb": round(self.before_mb, 1),
            "grown_mb": round(self.grown_mb, 1),
            "slowest": {"cpu_s": round(self.slowest[0], 2), "name": self.slowest[1]},
            "outcomes": dict(self.outcomes.most_common()),
            "passed": self.passed,
        }


def peak_mb() -> float:
    """Return this process's peak resident memory in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
