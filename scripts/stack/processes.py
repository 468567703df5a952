"""A process with its children: what they use, and killing them (Linux)."""

from collections.abc import Iterable
from contextlib import suppress

import psutil


def tree(pid: int) -> list[psutil.Process]:
    """Return a process and all below it, itself first; none when it is gone."""
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def kill(found: Iterable[psutil.Process], wait_s: float) -> None:
    """Kill processes and wait until they are gone, up to `wait_s`; a number given to another is spared."""
    found = list(found)
    for process in found:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(found, timeout=wait_s)


def cpu_seconds(process: psutil.Process) -> float:
    """Return the CPU time of a process and of its children that have ended."""
    try:
        used = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(used.user + used.system + used.children_user + used.children_system)


def memory_bytes(process: psutil.Process) -> int:
    """Return a process's own memory and its share of what it shares (PSS)."""
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
