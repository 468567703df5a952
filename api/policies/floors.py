"""Minimum thresholds in production, checked against the rates of the published table."""

from api.ports import Ports
from matcher.comparison import rates
from models.domain.policy import Policy
from models.domain.release import floors

# Made-up idols without a recorded age: shown with every prediction, but not a group of adults.
UNAGED = frozenset({"ea_women", "ea_men"})
OLD = "_60"


def predicted(policy: Policy) -> dict[str, float]:
    """Return the predicted FMR (0–1) of each adult group and kind of score with enough pairs.

    Empty for a model set of which no rates are published.
    """
    found = {}
    normalised, bare = rates.engines(policy.model_set)
    for engine in (normalised, bare):
        for old in (False, True):
            least = policy.least_score(normalised=engine == normalised, old=old)
            for one in rates.groups(least, engine):
                told = one.group not in UNAGED and one.non_mated >= rates.TELLING
                if told and one.group.endswith(OLD) is old:
                    found[f"{engine} {one.group}"] = one.fmr
    return found


def broken(policy: Policy) -> tuple[str, ...]:
    """Return the floors that a policy breaks; production may use it if there are none."""
    return floors.broken(policy, predicted(policy))


def hold(ports: Ports, policy: Policy) -> None:
    """Raise Conflict `below_floor` for a policy that production must not use; a demo may use any."""
    if not ports.settings.demo:
        floors.hold(policy, predicted(policy))
