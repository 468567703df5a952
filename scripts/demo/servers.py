"""The demo's processes: WeChat's simulator, the application under gunicorn, the worker."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import httpx

from scripts.demo.profile import DOCUMENT

LOGS = Path("var/logs")
# Loading the models is slow on a cold or busy machine; progress is printed every few seconds.
START_S = 180
TELL_S = 5
BUSY = 0.1
TICKS = os.sysconf("SC_CLK_TCK")


class Servers:
    """Context manager of the demo's processes; stops them all on exit."""

    def __init__(self, base_url: str, simulator_url: str) -> None:
        self._urls = {"simulator": f"{simulator_url}/", "web": f"{base_url}/healthz"}
        port = simulator_url.rsplit(":", 1)[1]
        python = sys.executable
        self._commands = {
            "simulator": [python, "-m", "wechat.simulator", "--port", port],
            "web": [python, "-m", "gunicorn", "-c", "python:api.serving", "api.app:create_app()"],
            "worker": [python, "-m", "api.worker"],
        }
        if "SIM_PHONE_URL" in os.environ:
            phone_port = os.environ["SIM_PHONE_URL"].rsplit(":", 1)[1]
            self._urls["phone"] = os.environ["SIM_PHONE_URL"] + "/persons"
            self._commands["phone"] = [python, "-m", "scripts.phone", "--port", phone_port]
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Servers":
        """Start all processes and wait until they answer."""
        LOGS.mkdir(parents=True, exist_ok=True)
        for url in self._urls.values():
            _refuse_if_taken(url)
        for name in self._commands:
            (LOGS / f"{name}.log").unlink(missing_ok=True)
            self.start(name)
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str) -> None:
        """Start one process."""
        with (LOGS / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                self._commands[name],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | {"SIM_NAMES": str(DOCUMENT.resolve())},
            )

    def restart(self, name: str) -> None:
        """Restart a killed process and wait until it answers."""
        self.start(name)
        give_up = time.monotonic() + START_S
        while not _answers(self._urls[name]) and time.monotonic() < give_up:
            time.sleep(0.1)

    def kill(self, name: str) -> None:
        """Kill one process with SIGKILL, without cleanup."""
        self._running[name].kill()
        self._running[name].wait()

    def stop(self) -> None:
        """Stop all processes."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()

    def watch(self) -> str:
        """Wait until any process exits by itself; return its name."""
        while True:
            for name, process in self._running.items():
                if process.poll() is not None:
                    return name
            time.sleep(0.5)

    def cpu_seconds(self) -> float:
        """Return the CPU time the application and the worker have used so far (Linux)."""
        pids = [self._running[name].pid for name in ("web", "worker")]
        return sum(_ticks(pid) for parent in pids for pid in (parent, *_children(parent))) / TICKS

    def memory_mb(self) -> int:
        """Return the resident memory of the application's processes in MB (Linux)."""
        pid = self._running["web"].pid
        return round(sum(_resident_kb(one) for one in (pid, *_children(pid))) / 1024)

    def _wait_until_ready(self) -> None:
        """Wait until every URL answers, or exit naming the process that died."""
        give_up = time.monotonic() + START_S
        tell = time.monotonic() + TELL_S
        for url in self._urls.values():
            while not _answers(url):
                if time.monotonic() > tell:
                    print("  正在启动服务器、载入模型…… / loading the models …", flush=True)
                    tell = time.monotonic() + TELL_S
                dead = [name for name, process in self._running.items() if process.poll() is not None]
                if dead or time.monotonic() > give_up:
                    name = dead[0] if dead else "servers"
                    tail = (LOGS / f"{name}.log").read_text()[-2000:] if dead else ""
                    sys.exit(f"{name} did not start; see {LOGS}/\n{tail}")
                time.sleep(0.1)
        self._wait_until_idle(give_up)

    def _wait_until_idle(self, give_up: float) -> None:
        """Wait until CPU use drops: the first process answers before the others have loaded their models."""
        used = self.cpu_seconds()
        while time.monotonic() < give_up:
            time.sleep(0.5)
            used, before = self.cpu_seconds(), used
            if used - before < BUSY:
                return


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code < 500
    except httpx.HTTPError:
        return False


def _refuse_if_taken(url: str) -> None:
    """Exit with an error when a server already answers at the URL."""
    if _answers(url):
        sys.exit(f"something already listens at {url}: stop it, or set PORT and SIM_PORT")


def _children(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*"):
        for child in (task / "children").read_text().split():
            yield int(child)


def _resident_kb(pid: int) -> int:
    """Return the resident memory of a process (proc(5))."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def _ticks(pid: int) -> int:
    """Return user and system time of a process in clock ticks (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
