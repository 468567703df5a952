"""Minimum thresholds in production, independent of who proposes and approves a policy."""

from collections.abc import Mapping

from models.domain.errors import Conflict
from models.domain.policy import Policy

FMR_MOST = 1e-3


def broken(policy: Policy, fmr: Mapping[str, float]) -> tuple[str, ...]:
    """Return the floors that a policy breaks; production may use it if there are none.

    `fmr` is the predicted false match rate (0–1) of each adult group; an unknown one (NaN), or no group at
    all, breaks the floor like one that is too high.
    """
    found = []
    if not policy.pad_required:
        found.append("pad_required")
    # A threshold that every capture passes is no check.
    found += [name for name in ("pad_min", "pad_doubt_min") if not getattr(policy, name) > 0]
    if not policy.cohort_margin >= 0:
        found.append("cohort_margin")
    if not fmr or any(not rate <= FMR_MOST for rate in fmr.values()):
        found.append("fmr")
    return tuple(found)


def hold(policy: Policy, fmr: Mapping[str, float]) -> None:
    """Raise Conflict `below_floor`, naming the broken floors, for a policy not allowed in production."""
    if names := broken(policy, fmr):
        raise Conflict(f"production does not accept this policy: {', '.join(names)}", code="below_floor")
