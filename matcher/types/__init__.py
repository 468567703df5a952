"""The matcher's inputs and outputs: frozen values that convert to and from JSON.

Import any name from here; the modules below only group them.
"""

from matcher.types.capture import Frame, FrameKind, Hint, Observation
from matcher.types.comparison import Cohort, ComparedAgain, Comparison, Likeness
from matcher.types.faces import Embedder, Enrolment, Looks, PhotoQuality, Template, Verdict
from matcher.types.question import SEEDS, Background, Examination, OtherSet, Shown
from matcher.types.report import (
    Acquisition,
    ActionSeen,
    ColourResponse,
    ColourStatus,
    Continuity,
    Drawn,
    ModelUsed,
    PadCues,
    PadReport,
    PadStatus,
    Report,
    Timing,
)

__all__ = [
    "SEEDS",
    "Acquisition",
    "ActionSeen",
    "Background",
    "Cohort",
    "ColourResponse",
    "ColourStatus",
    "ComparedAgain",
    "Comparison",
    "Continuity",
    "Drawn",
    "Embedder",
    "Enrolment",
    "Examination",
    "Frame",
    "FrameKind",
    "Hint",
    "Likeness",
    "Looks",
    "ModelUsed",
    "Observation",
    "OtherSet",
    "PadCues",
    "PadReport",
    "PadStatus",
    "PhotoQuality",
    "Report",
    "Shown",
    "Template",
    "Timing",
    "Verdict",
]
