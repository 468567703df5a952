"""The CPU time and memory of a stack's services."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from scripts.stack.stack import Stack

# Services that run the load itself or simulate third parties.
NOT_OURS = frozenset({"simulator", "store", "objects"})
# Workers tidy up once a minute: a shorter look would charge that to purchases, or credit them with it.
MINUTE_S = 60.0
YARDSTICK_TURNS, YARDSTICKS = 1_000_000, 7


@dataclass(frozen=True, slots=True)
class Busy:
    """The cores that each service used while so many requests were made in so many seconds."""

    cores: dict[str, float]
    requests: int
    took_s: float

    def each(self, idle: dict[str, float]) -> dict[str, float]:
        """Return the CPU-ms per request by kind of process and in total, without idle use.

        A kind that used less than while idle costs nothing: it must not make the others cheaper.
        """
        kinds: dict[str, float] = {}
        for name, cores in self.cores.items():
            kind = name.split("-")[0]
            kinds[kind] = kinds.get(kind, 0.0) + (cores - idle[name]) * self.took_s * 1000 / self.requests
        found = {kind: round(max(0.0, ms), 2) for kind, ms in kinds.items()}
        return {"all": round(sum(found.values()), 2)} | found


def yardstick_ms() -> float:
    """Return the CPU-ms of a million turns of a loop on this machine: the median of seven.

    CPU time depends on the machine, twofold between those at hand; its ratio to this one hardly does.
    """
    return round(median(_turned() for _ in range(YARDSTICKS)), 1)


def _turned() -> float:
    begun = time.process_time()
    sum(turn * turn for turn in range(YARDSTICK_TURNS))
    return (time.process_time() - begun) * 1000


def idling(stack: Stack) -> dict[str, float]:
    """Return the cores that each service uses in a minute without requests."""
    return spent(stack, lambda: time.sleep(MINUTE_S))


def spent(stack: Stack, action: Callable[[], object]) -> dict[str, float]:
    """Return the CPU cores that each service used during an action."""
    supervisor = stack.supervisor
    names = _ours(stack)
    before, begun = {name: supervisor.cpu_seconds(name) for name in names}, time.monotonic()
    action()
    took = time.monotonic() - begun
    return {name: round((supervisor.cpu_seconds(name) - before[name]) / took, 4) for name in names}


def busy(stack: Stack, action: Callable[[], int]) -> Busy:
    """Measure an action that returns its number of requests."""
    done, begun = [0], time.monotonic()
    cores = spent(stack, lambda: done.__setitem__(0, action()))
    return Busy(cores, done[0], time.monotonic() - begun)


def memory_mb(stack: Stack) -> dict[str, float]:
    """Return each service's memory in MB (PSS)."""
    return {name: stack.supervisor.memory_mb(name) for name in _ours(stack)}


def _ours(stack: Stack) -> list[str]:
    return [name for name in stack.supervisor.names() if name not in NOT_OURS]
