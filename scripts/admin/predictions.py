"""Predicted error rates of thresholds, as text for operators."""

import math

from api.directory import background
from api.policies import versions as policies
from api.ports import Ports
from models.domain.layers.background import LEAST
from models.domain.policy import Policy

GREY = (Policy().grey_low, Policy().grey_high)


def prediction(chosen: Policy) -> str:
    """Return the error rates that the published table predicts for the worst group of adults."""
    worst, missed = policies.predicted(chosen), policies.missed(chosen)
    if math.isnan(worst.fmr):
        return f"no error rates are published of the model set {chosen.model_set}: production refuses it"
    lines = [
        f"matcher/comparison/rates.csv at score_min {worst.threshold:.2f}, 95 % intervals:",
        f"  strangers pass        {worst.fmr:.4%}  ({worst.fmr_low:.4%} to {worst.fmr_high:.4%}), "
        f"worst group of adults: {worst.group}",
        f"  parent or child pass  {worst.kin:.2%}  ({worst.kin_low:.2%} to {worst.kin_high:.2%})",
        f"  the insured is missed {missed.fnmr:.2%}  ({missed.fnmr_low:.2%} to {missed.fnmr_high:.2%}), "
        f"in {missed.group}",
        f"Without a background of {LEAST} insured raw_score_min {chosen.raw_score_min:.2f} decides, and "
        f"{chosen.raw_score_min_old:.2f} from the age of 60.",
    ]
    if (chosen.grey_low, chosen.grey_high) != GREY:
        lines.append("It was measured without the second engine: with a grey zone it is a guess.")
    return "\n".join(lines)


def normalising(ports: Ports) -> str:
    """Return whether this installation has enough enrolled persons to normalise scores."""
    found = len(background.members(ports))
    if found >= LEAST:
        return f"对照组 {found} 人：按 score_min 判定 / a background of {found} insured: score_min decides"
    words = f"对照组 {found} 人，不足 {LEAST} 人：现在按更严的 raw_score_min 判定"
    return f"{words} / {found} of {LEAST} insured for a background: the stricter raw_score_min decides now"
