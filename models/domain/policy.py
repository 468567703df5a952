"""One version of all thresholds, with their defaults and bounds."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from models.domain.agent import AGENT_CHECKS
from models.domain.errors import Invalid
from models.domain.person import ADULT, GUARDED_BELOW

PRESENCE_CODE = ("off", "risk", "push", "both")
RISK = ("off", "push", "both")
COLOURS_MAX, COLOURS_TELLING = 6, 4
MOST_ACTIONS = 3
# Turns of a given amplitude or tempo.
GRADED = ("turn_left_slightly", "turn_right_slightly", "turn_left_slowly", "turn_right_slowly")
ACTIONS = ("turn_left", "turn_right", "nod", "closer", "open_mouth", "smile", "close_eyes", "blink", *GRADED)
# The matcher's model sets by name, first the one that every installation begins with. Append only: packed
# facts store the position.
MODEL_SETS = ("sface", "dlib")
FIRST_SET = MODEL_SETS[0]


@dataclass(frozen=True, slots=True)
class Policy:
    """The thresholds and counts by which one challenge is drawn and decided.

    A score equal to its threshold passes. Scores are SFace cosines (−1…1), normalised where a background is
    available: `score_min` applies to normalised scores, `raw_score_min` to unnormalised ones, and
    `raw_score_min_old` to unnormalised ones of persons of 60 and over or under 18. Persons younger than
    `face_age_min` (14–18) are not filmed, because strangers of that age are confused too often. Inside the
    grey zone (empty by default) scores are fused with the dlib distance. Times are milliseconds.
    `same_face_min` is the minimum similarity of a single drawn frame, `same_face_mean_min` that of their
    mean. `pad_min` is P(bona fide) of a film, 0–1: below `pad_doubt_min` it is an attack, in between it is
    inconclusive; `pad_low_min` applies to any three frames in a row. Of films that do not respond to the
    screen's colours, a share `colour_p_max` passes for a response; that and `bezel_max` (1 = every picture
    passes) are advisory. A face brighter than `colour_light_max` (0–255) before the try need not respond to
    colours, unless `colour_own_phone` is set and the person's own phone films: its film can be forged, so a
    person who cannot respond there is led to the counter's phone.

    `presence_code`: digits are required on pushes, on QR codes too, or (`risk`) on pushes of raised risk.
    `risk` names the channels whose tries are assessed (models/domain/layers/risk.py): from `risk_raised`
    points on, a try needs `risk_actions` actions and, with `risk_colours`, a response to the colours; from
    `risk_high` on, the person's own phone is not accepted. `agent_quota` is how many card-holders outside the
    family an agent may serve in a month. `model_set` names the matcher's model set whose scores decide; every
    threshold of a score is on that set's scale.
    """

    version: int = 1
    score_min: float = 0.46
    raw_score_min: float = 0.47
    raw_score_min_old: float = 0.54
    face_age_min: int = ADULT
    grey_low: float = 1.0
    grey_high: float = 1.0
    cohort_margin: float = 0.05
    same_face_min: float = 0.30
    same_face_mean_min: float = 0.60
    pad_required: bool = True
    pad_min: float = 0.6
    pad_doubt_min: float = 0.2
    pad_low_min: float = 0.1
    bezel_max: float = 1.0
    colour_required: bool = False
    colour_p_max: float = 0.01
    colour_light_max: int = 160
    colour_own_phone: bool = True
    gap_max_ms: int = 1000
    frozen_max_ms: int = 1000
    loop_max_ms: int = 1500
    repeated_max: int = 2
    duration_min_ms: int = 1500
    rate_min: float = 2.5
    motion_min: int = 5
    evidence_min: int = 2
    similar_run: int = 3
    similar_bits: int = 3
    similar_movement_ms: int = 2000
    action_pool: tuple[str, ...] = ("turn_left", "turn_right", "nod", "open_mouth")
    action_count: int = 2
    evidence_count: int = 5
    colour_count: int = 4
    presence_code: str = "risk"
    risk: str = "push"
    risk_raised: int = 2
    risk_high: int = 4
    risk_failures: int = 3
    risk_actions: int = 3
    risk_colours: bool = True
    agent_checks: str = "off"
    agent_quota: int = 3
    model_set: str = FIRST_SET

    def __post_init__(self) -> None:
        """Raise Invalid `policy_invalid` for out-of-range values."""
        for field in fields(self):
            _check(field.name, getattr(self, field.name), field.default)
        pool = self.action_pool
        if any(action not in ACTIONS for action in pool) or len(set(pool)) < len(pool):
            raise Invalid("action_pool has an unknown or a repeated action", code="policy_invalid")
        if not 1 <= self.action_count <= min(MOST_ACTIONS, len(pool)):
            raise Invalid(f"action_count must be 1–{MOST_ACTIONS} and fit action_pool", code="policy_invalid")
        if self.grey_low > self.grey_high:
            raise Invalid("grey_low must not be above grey_high", code="policy_invalid")
        if self.raw_score_min_old < self.raw_score_min:
            raise Invalid(
                "age may only tighten: raw_score_min_old is below raw_score_min", code="policy_invalid"
            )
        if not GUARDED_BELOW <= self.face_age_min <= ADULT:
            raise Invalid(f"face_age_min is {GUARDED_BELOW}–{ADULT}", code="policy_invalid")
        if self.colour_count > COLOURS_MAX:
            raise Invalid(f"colour_count must be 0–{COLOURS_MAX}", code="policy_invalid")
        # Three colours make 150 sequences, too few to reject 99 of 100 films that do not respond.
        if self.colour_required and self.colour_count < COLOURS_TELLING:
            raise Invalid(f"colour_required needs {COLOURS_TELLING} colours", code="policy_invalid")
        if self.presence_code not in PRESENCE_CODE:
            raise Invalid("presence_code is off, risk, push or both", code="policy_invalid")
        if self.risk not in RISK or not 1 <= self.risk_raised <= self.risk_high:
            raise Invalid("risk is off, push or both, and 1 ≤ risk_raised ≤ risk_high", code="policy_invalid")
        if not 1 <= self.risk_actions <= MOST_ACTIONS:
            raise Invalid(f"risk_actions is 1–{MOST_ACTIONS}", code="policy_invalid")
        if self.agent_checks not in AGENT_CHECKS:
            raise Invalid("agent_checks is off or required", code="policy_invalid")
        if self.model_set not in MODEL_SETS:
            raise Invalid(f"model_set is {' or '.join(MODEL_SETS)}", code="policy_invalid")

    def to_json(self) -> dict[str, Any]:
        """Return the policy as plain JSON types."""
        return {**asdict(self), "action_pool": list(self.action_pool)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Policy":
        """Return the policy of a document; unknown names raise Invalid `policy_invalid`."""
        unknown = set(document) - {field.name for field in fields(cls)}
        if unknown:
            raise Invalid(f"unknown in a policy: {', '.join(sorted(unknown))}", code="policy_invalid")
        values = {**document}
        if isinstance(values.get("action_pool"), list):
            values["action_pool"] = tuple(values["action_pool"])
        return cls(**values)

    def least_score(self, *, normalised: bool, old: bool) -> float:
        """Return the score one person needs: higher if unnormalised, most so for old faces and minors."""
        if normalised:
            return self.score_min
        return self.raw_score_min_old if old else self.raw_score_min

    def weighs(self, channel: str) -> bool:
        """Tell whether the risk of tries on this channel is assessed."""
        return self.risk in ("both", channel)

    @property
    def presence_by_risk(self) -> bool:
        """Tell whether pushes of raised risk need the four digits shown on the PC."""
        return self.presence_code == "risk"

    def asks_presence_code(self, channel: str) -> bool:
        """Tell whether consent on this channel needs the four digits shown on the PC, whatever the risk."""
        return self.presence_code == "both" or self.presence_code == channel


def _check(name: str, value: object, default: object) -> None:
    """Raise unless `value` has its default's type and, as a number, lies within its bounds."""
    if type(value) is not type(default) and not (isinstance(default, float) and type(value) is int):
        raise Invalid(f"{name} is of the wrong kind", code="policy_invalid")
    low, high = (-1.0, 10.0) if isinstance(default, float) else (0, 1_000_000)
    if isinstance(value, int | float) and not low <= value <= high:
        raise Invalid(f"{name} is out of range", code="policy_invalid")
