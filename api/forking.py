"""Runs a process's work in a forked child, so that a killed one is replaced without imports."""

import gc
import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, ModuleType

import structlog

# Children are not started more often than this, however soon they are killed.
PAUSE_S = 1.0
LOOK_S = 1.0
ORPHANED = 71
STOPS = (signal.SIGTERM, signal.SIGINT)

log = structlog.get_logger()


def imported(name: str) -> ModuleType:
    """Import a module before forking; collections would take a tenth of the time and find nothing."""
    gc.disable()
    module = importlib.import_module(name)
    # Never examined again, so that collections in the children do not copy the memory they share.
    gc.freeze()
    gc.enable()
    return module


class Parent:
    """Forks a child that does `work`, and another whenever one is killed.

    The process must have neither threads nor connections yet.
    """

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._child, self._stopped = 0, False

    def run(self) -> int:
        """Return the exit code of a child that ended by itself, or 0 after a stop."""
        for number in STOPS:
            signal.signal(number, self._stop)
        while not self._stopped:
            begun = time.monotonic()
            ended = self._one()
            if ended >= 0:
                return ended
            if not self._stopped:
                log.error("killed", signal=-ended)
                time.sleep(max(0.0, PAUSE_S - (time.monotonic() - begun)))
        return 0

    def _one(self) -> int:
        """Fork a child; return its exit code, or the signal that killed it as a negative number."""
        parent = os.getpid()
        # A stop waits until the child is known here and has handlers of its own.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        self._child = os.fork()
        if not self._child:
            for number in STOPS:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
            threading.Thread(target=_end_without, args=(parent,), daemon=True).start()
            self._work()
            sys.exit(0)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        _, status = os.waitpid(self._child, 0)
        return os.waitstatus_to_exitcode(status)

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        """Pass a stop on to the child."""
        self._stopped = True
        with suppress(ProcessLookupError):
            if self._child:
                os.kill(self._child, number)


def _end_without(parent: int) -> None:
    """End this process when its parent is gone: whoever starts that anew starts a child too."""
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    os._exit(ORPHANED)
