"""Process trees: resource use, and killing them (Linux)."""

from collections.abc import Iterable
from contextlib import suppress

import psutil


def tree(pid: int) -> list[psutil.Process]:
    """Return a process and its descendants, itself first; empty when it has ended."""
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def kill(found: Iterable[psutil.Process], wait_s: float) -> None:
    """Kill processes and wait up to `wait_s` until they have ended; reused process ids are spared."""
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
    """Return a process's proportional set size (PSS) in bytes."""
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
