"""Starts processes and restarts each that ends, as systemd does with Restart=always."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import psutil

from scripts.stack import processes

# RestartSec: the interval at which a service that cannot start is retried.
PAUSE_S = 0.5
LOOK_S = 0.05
STOP_S = 15


@dataclass(frozen=True, slots=True)
class Service:
    """A command, its environment, and how it is stopped."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    user: str | None = None
    stop: signal.Signals = signal.SIGTERM


@dataclass(slots=True)
class _Run:
    """One service's running process; None while it is held down or awaits its restart."""

    service: Service
    process: subprocess.Popen[bytes] | None = None
    held: bool = False
    due: float = 0.0
    starts: int = 0


class Supervisor:
    """Keeps services running until closed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._runs: dict[str, _Run] = {}
        self._closing = threading.Event()
        self._watch = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> "Supervisor":
        """Start watching."""
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self, service: Service) -> None:
        """Start a service, or restart it with its current description."""
        with self._lock:
            if service.name in self._runs:
                self._end(self._runs[service.name])
            run = self._runs[service.name] = self._runs.get(service.name, _Run(service))
            run.service, run.held = service, False
            self._spawn(run)

    def restart(self, service: Service) -> None:
        """Ask a running service to stop, wait until it has, and start it with this description."""
        run = self._runs[service.name]
        with self._lock:
            run.held = True
        self._stop(run)
        self.start(service)

    def service(self, name: str) -> Service:
        """Return a service's description."""
        return self._runs[name].service

    def names(self) -> list[str]:
        """Return the services in order of first start."""
        return list(self._runs)

    def kill(self, name: str) -> None:
        """Kill a service with all its children, without cleanup; it is restarted."""
        with self._lock:
            self._end(self._runs[name])
            self._runs[name].due = time.monotonic() + PAUSE_S

    def kill_child(self, name: str) -> None:
        """Kill one child of a service, which the service itself replaces; the service where it has none."""
        children = self.processes(name)[1:]
        if children:
            processes.kill(children[:1], STOP_S)
        else:
            self.kill(name)

    @contextmanager
    def held_down(self, name: str) -> Iterator[None]:
        """Kill a service and keep it stopped until the end of the block."""
        with self._lock:
            self._runs[name].held = True
            self.kill(name)
        try:
            yield
        finally:
            with self._lock:
                self._runs[name].held = False

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Freeze a service's processes (SIGSTOP) until the end of the block."""
        stopped = self.processes(name)
        for process in stopped:
            process.suspend()
        try:
            yield
        finally:
            for process in stopped:
                with suppress(psutil.NoSuchProcess):
                    process.resume()

    def starts(self, name: str) -> int:
        """Return how often a service was started."""
        return self._runs[name].starts

    def processes(self, name: str) -> list[psutil.Process]:
        """Return a service's processes, its own first; empty while it is stopped."""
        process = self._runs[name].process
        return processes.tree(process.pid) if process and process.poll() is None else []

    def cpu_seconds(self, name: str) -> float:
        """Return the CPU time of a service's current processes, including their ended children."""
        return sum(map(processes.cpu_seconds, self.processes(name)))

    def memory_mb(self, name: str) -> float:
        """Return a service's memory in MB as proportional set size (PSS)."""
        return sum(map(processes.memory_bytes, self.processes(name))) / 2**20

    def wait(self, ready: Callable[[], bool], what: str, seconds: float = 120) -> None:
        """Wait until the condition holds, or raise TimeoutError naming what is missing."""
        give_up = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > give_up:
                raise TimeoutError(f"{what}; see {self._folder}/*.log")
            time.sleep(LOOK_S)

    def close(self) -> None:
        """Stop all services, the last started first."""
        self._closing.set()
        if self._watch.is_alive():
            self._watch.join()
        for run in reversed(self._runs.values()):
            self._stop(run)

    def _keep(self) -> None:
        """Restart ended services."""
        while not self._closing.wait(LOOK_S):
            with self._lock:
                for run in self._runs.values():
                    self._look(run)

    def _look(self, run: _Run) -> None:
        if run.process is not None and run.process.poll() is not None:
            run.process, run.due = None, time.monotonic() + PAUSE_S
        if run.process is None and not run.held and time.monotonic() >= run.due:
            self._spawn(run)

    def _spawn(self, run: _Run) -> None:
        service = run.service
        with (self._folder / f"{service.name}.log").open("ab") as log:
            run.process = subprocess.Popen(
                service.command, cwd=self._folder, env=dict(service.environment), user=service.user,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        run.starts += 1

    def _end(self, run: _Run) -> None:
        """Kill a service's processes and wait until they have ended."""
        if run.process is not None:
            processes.kill(processes.tree(run.process.pid), STOP_S)
            run.process.wait()
            run.process = None

    def _stop(self, run: _Run) -> None:
        """Ask a service to stop, and kill what remains."""
        process = run.process
        if process is not None and process.poll() is None:
            found = processes.tree(process.pid)
            process.send_signal(run.service.stop)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=STOP_S)
            processes.kill(found, STOP_S)
        self._end(run)
