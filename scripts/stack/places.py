"""The numbers of a stack's processes, and their local TCP ports."""

import itertools
import socket
from contextlib import ExitStack
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Number of processes of each kind."""

    apis: int = 2
    workers: int = 2
    matchers: int = 2


@dataclass(frozen=True, slots=True)
class Places:
    """The ports of a stack; workers have none."""

    public: int
    simulator: int
    redis: int
    store: int
    objects: int
    matcher: int
    apis: tuple[int, ...]
    matchers: tuple[int, ...]
    workers: int

    @classmethod
    def draw(cls, size: Size, public: int = 0) -> "Places":
        """Return free ports for a stack of this size; `public` fixes nginx's port."""
        drawn = iter(free_ports(6 + size.apis + size.matchers))
        return cls(
            public=public or next(drawn),
            simulator=next(drawn),
            redis=next(drawn),
            store=next(drawn),
            objects=next(drawn),
            matcher=next(drawn),
            apis=tuple(itertools.islice(drawn, size.apis)),
            matchers=tuple(itertools.islice(drawn, size.matchers)),
            workers=size.workers,
        )

    def readiness(self, name: str) -> str:
        """Return the URL that answers 200 once an api or a matcher is ready; empty for other services."""
        kind, _, number = name.partition("-")
        ports, path = {"api": (self.apis, "readyz"), "matcher": (self.matchers, "health")}.get(kind, ((), ""))
        return f"http://127.0.0.1:{ports[int(number) - 1]}/{path}" if ports else ""


def free_ports(count: int) -> list[int]:
    """Return distinct local TCP ports that nobody listens on."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
