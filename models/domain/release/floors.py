"""What no policy may fall below in production, whoever proposes and approves it."""

from collections.abc import Mapping

from models.domain.errors import Conflict
from models.domain.policy import Policy

FMR_MOST = 1e-3


def broken(policy: Policy, fmr: Mapping[str, float]) -> tuple[str, ...]:
    """Return which floors a policy breaks, none if it may be in force in production.

    `fmr` is the predicted false match rate (0–1) of each group of adults; an unknown one (NaN), or no group
    at all, breaks the floor like one that is too high.
    """
    found = []
    if not policy.pad_required:
        found.append("pad_required")
    # A threshold that nothing can miss is no check.
    found += [name for name in ("pad_min", "pad_doubt_min") if not getattr(policy, name) > 0]
    if not policy.cohort_margin >= 0:
        found.append("cohort_margin")
    if not fmr or any(not rate <= FMR_MOST for rate in fmr.values()):
        found.append("fmr")
    return tuple(found)


def hold(policy: Policy, fmr: Mapping[str, float]) -> None:
    """Raise Conflict `below_floor`, naming the floors, for a policy that production never accepts."""
    if names := broken(policy, fmr):
        raise Conflict(f"production does not accept this policy: {', '.join(names)}", code="below_floor")
