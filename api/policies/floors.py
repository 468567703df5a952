"""The floors of production, with the rates that the published table predicts."""

from api.ports import Ports
from matcher.comparison import rates
from models.domain.policy import Policy
from models.domain.release import floors

# Photos of idols, made up alike and of no age on record: shown with every prediction, but no group of adults.
UNAGED = frozenset({"ea_women", "ea_men"})
OLD = "_60"


def predicted(policy: Policy) -> dict[str, float]:
    """Return the predicted FMR (0–1) of each group of adults and kind of score with pairs enough to tell."""
    found = {}
    for engine in ("score", "sface"):
        for old in (False, True):
            least = policy.least_score(normalised=engine == "score", old=old)
            for one in rates.groups(least, engine):
                told = one.group not in UNAGED and one.non_mated >= rates.TELLING
                if told and one.group.endswith(OLD) is old:
                    found[f"{engine} {one.group}"] = one.fmr
    return found


def broken(policy: Policy) -> tuple[str, ...]:
    """Return which floors a policy breaks, none if production may use it."""
    return floors.broken(policy, predicted(policy))


def hold(ports: Ports, policy: Policy) -> None:
    """Raise Conflict `below_floor` for a policy that production never accepts; a demo may use any."""
    if not ports.settings.demo:
        floors.hold(policy, predicted(policy))
