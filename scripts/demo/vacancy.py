"""Checks that the demo's ports are free before an earlier demo's files are changed."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

DEMO = "scripts.demo"
SERVERS = ("api.app:create_app", "api.worker", "wechat.simulator")
LISTENING = "0A"


def refuse_if_taken(ports: list[int]) -> None:
    """Exit with an error that names port and process where a port is in use; change nothing."""
    taken = {port: _listener(port) for port in ports if _is_taken(port)}
    if taken:
        said = "\n".join(_say(port, pid) for port, pid in taken.items())
        sys.exit(f"{said}\nNothing was changed. Or set PORT, SIM_PORT and PHONE_PORT to other ports.")


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _say(port: int, pid: int | None) -> str:
    """Return which process holds the port, and the remedy."""
    if pid is None:
        return f"Port {port} is taken by a process that is not yours: ask who runs it."
    command = _words(pid)
    if not any(word in command for word in SERVERS):
        return f"Port {port} is taken by process {pid} ({command[:60]}): stop it."
    if DEMO not in _words(_parent(pid)):
        return f"Port {port} is held by process {pid}, left over from a demo that was killed: kill {pid}"
    return f"Port {port}: a demo is running already, process {pid}: use it, or stop it with Ctrl-C."


def _listener(port: int) -> int | None:
    """Return the process that listens on a port, where visible to this user (proc(5), Linux)."""
    wanted = {f"socket:[{inode}]" for inode in _inodes(port)}
    found = [pid for pid in _pids() if wanted & set(_open_files(pid))]
    # gunicorn's workers share the socket of their parent, which is the one to stop.
    return next((pid for pid in found if _parent(pid) not in found), None)


def _inodes(port: int) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        path = Path(f"/proc/net/{table}")
        for line in path.read_text().splitlines()[1:] if path.exists() else ():
            fields = line.split()
            if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                yield fields[9]


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


def _open_files(pid: int) -> Iterator[str]:
    try:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            yield str(link.readlink())
    except OSError:
        return


def _words(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    except OSError:
        return "?"


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
