"""Cost of one poll, create and filmed check on a whole stack, and its behaviour under overload."""

import asyncio
import threading
import time
from dataclasses import dataclass
from statistics import mean
from typing import Any

import httpx

from scripts.lab.load.asking import Load
from scripts.lab.load.figures import figures
from scripts.lab.load.pace import Crowd, crowded, paced
from scripts.lab.load.spending import MINUTE_S, busy, idling, memory_mb, spent, yardstick_ms
from scripts.lab.load.waiting import Crowd as Waiting
from scripts.stack.stack import Stack

ALONE_S = 10.0
POLLS, CREATES, DISTURBED, FILM_EVERY_S = 50.0, 3.0, 1.0, 10.0
MOST_MS = {"poll": 6.0, "create": 15.0, "filmed_check": 900.0}
CONNECTIONS, UNLOADED = 280, 8
# Purchases before anything is measured, so that every process has done everything once.
WARM = 30


@dataclass(frozen=True, slots=True)
class Size:
    """Number of waiting popups, and seconds of the combined load."""

    clients: int = 200
    seconds: float = 60.0
    overload_s: float = 20.0


def measure(stack: Stack, size: Size) -> dict[str, Any]:
    """Return CPU-ms by route and process, memory, latencies, and the results of the overload."""
    load = Load(stack)
    load.film()
    for _ in range(WARM):
        load.create()
    loops, before = [yardstick_ms()], idling(stack)
    used = {
        "poll": busy(stack, lambda: len(paced(load.poll, POLLS, MINUTE_S))),
        "create": busy(stack, lambda: len(paced(load.create, CREATES, MINUTE_S))),
        "filmed_check": busy(stack, lambda: _films(load, MINUTE_S)),
    }
    loops.append(yardstick_ms())
    after = idling(stack)
    idle = {name: round((before[name] + after[name]) / 2, 4) for name in before}
    together = _together(stack, load, size)
    costs, loop = {name: one.each(idle) for name, one in used.items()}, mean(loops)
    return {
        "cpu_ms": costs,
        "yardstick_ms": loop,
        "yardsticks": {name: round(cost["all"] / loop, 4) for name, cost in costs.items()},
        "idle_cores": idle,
        "together": together,
        "overload": _overload(load, size),
    }


def _together(stack: Stack, load: Load, size: Size) -> dict[str, Any]:
    """Hold popups, poll, create and film concurrently."""
    waiting = Waiting(load.popups(size.clients))
    loop = asyncio.new_event_loop()
    holding = threading.Thread(target=_hold, args=(loop, waiting), daemon=True)
    holding.start()
    stack.supervisor.wait(lambda: waiting.held >= size.clients, "not all popups were held", 60)
    took: dict[str, list[float]] = {}
    memory, filmed = memory_mb(stack), [0]

    def everything() -> None:
        threads = [
            threading.Thread(target=lambda: took.update(poll=paced(load.poll, POLLS, size.seconds))),
            threading.Thread(target=lambda: took.update(create=paced(load.create, CREATES, size.seconds))),
            threading.Thread(target=lambda: filmed.__setitem__(0, _films(load, size.seconds))),
            threading.Thread(target=lambda: paced(load.disturb, DISTURBED, size.seconds, threads=1)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    cores = spent(stack, everything)
    grown, held = memory_mb(stack), waiting.held
    loop.call_soon_threadsafe(loop.stop)
    holding.join(timeout=10)
    return {
        "held": held,
        "refused": waiting.refused,
        "broken": waiting.broken,
        "films": filmed[0],
        "cores": cores,
        "memory_mb": {name: [round(memory[name]), round(grown[name])] for name in grown},
        "memory_growth": round(sum(grown.values()) / sum(memory.values()) - 1, 4),
        "poll_ms": figures(took.get("poll", [])),
        "create_ms": figures(took.get("create", [])),
        "event_ms": figures(waiting.delivered_ms),
    }


def _hold(loop: asyncio.AbstractEventLoop, waiting: Waiting) -> None:
    """Keep the popups open until the loop is stopped, then close them."""
    task = loop.create_task(waiting.gather())
    loop.run_forever()
    task.cancel()
    loop.run_until_complete(asyncio.wait([task]))
    loop.close()


def _films(load: Load, seconds: float) -> int:
    count, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        begun = time.monotonic()
        load.film()
        count += 1
        time.sleep(max(0.0, min(until, begun + FILM_EVERY_S) - time.monotonic()))
    return count


def _overload(load: Load, size: Size) -> dict[str, Any]:
    """Send requests on 280 connections; return the rates with and without overload, and the recovery time."""
    url, paths = load.stack.base_url, load.paths()
    calm = crowded(url, paths, load.key, UNLOADED, ALONE_S)
    crowd = crowded(url, paths, load.key, CONNECTIONS, size.overload_s)
    over = time.monotonic()
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {load.key}"}, trust_env=False) as http:
        while http.get(paths[0], timeout=10).status_code != 200:
            time.sleep(0.1)
    return {
        "unloaded_per_s": _rate(calm, ALONE_S),
        "served_per_s": _rate(crowd, size.overload_s),
        "share": round(_rate(crowd, size.overload_s) / max(0.1, _rate(calm, ALONE_S)), 3),
        "statuses": {str(status): count for status, count in crowd.statuses.items()},
        "broken": crowd.broken,
        "refused_ms": figures(crowd.refused_ms),
        "served_ms": figures(crowd.served_ms),
        "recovered_s": round(time.monotonic() - over, 2),
    }


def _rate(crowd: Crowd, seconds: float) -> float:
    return round(crowd.statuses[200] / seconds, 1)


def exceeded(report: dict[str, Any]) -> list[str]:
    """Return the limits a report exceeds; wall-clock times are shown but not judged."""
    cpu, overload = report["cpu_ms"], report["overload"]
    wrong = [
        f"{name} costs {cpu[name]['all']} CPU-ms" for name, most in MOST_MS.items() if cpu[name]["all"] > most
    ]
    others = {status for status in overload["statuses"] if status >= "500" and status != "503"}
    wrong += [f"overload answered {status}" for status in sorted(others)]
    if report["together"]["memory_growth"] >= 0.05:
        wrong.append("memory grew")
    return wrong
