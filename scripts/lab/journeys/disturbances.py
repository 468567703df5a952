"""What happens to a stack while the journeys are played: kills, a rolling restart, an upgrade."""

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx

from models import migrate
from scripts.stack.stack import ROOT, Stack, answers

# What install.sh lays as a release.
PROGRAM = ("api", "matcher", "models", "wechat", "scripts", "docs")
VERSIONS = "models/migrations/versions"
# The order of install.sh: the next when the last is ready.
ORDER = ("matcher", "worker", "api")
PAUSE_S = 1.0
READY_S = 60.0
EXPANSION = '''"""Add a column that only the next program knows."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{head}"


def upgrade() -> None:
    op.add_column("verification", sa.Column("expansion", sa.String(length=8), nullable=True))


def downgrade() -> None:
    op.drop_column("verification", "expansion")
'''

Disturbance = Callable[[Stack], None]


def nothing(_stack: Stack) -> None:
    """Leave the stack alone."""


def kills(stack: Stack) -> None:
    """Kill one api, worker and matcher, and nginx, each when the one before serves again."""
    for name in ("api-1", "worker-1", "matcher-1", "nginx"):
        stack.supervisor.kill(name)
        time.sleep(PAUSE_S)
        _ready(stack, name)


def restarts(stack: Stack) -> None:
    """Stop and start one process after another, as install.sh does."""
    _roll(stack, {})


def upgrade(stack: Stack) -> None:
    """Expand the schema by one revision under the running program, then roll to the program that has it."""
    program = _next_program(stack.folder / "release")
    stack.run("-m", "models.migrate", "--url", stack.database_url, PYTHONPATH=str(program))
    if migrate.current(stack.database_url) != _revisions()[1]:
        raise RuntimeError("the schema was not expanded")
    refused = [port for port in stack.places.apis if not answers("GET", f"http://127.0.0.1:{port}/readyz")]
    if refused:
        raise RuntimeError(f"the running program refuses the expanded schema: {refused}")
    _roll(stack, {"PYTHONPATH": str(program)})


def back(stack: Stack) -> None:
    """Roll back to the program before, on the expanded schema."""
    _roll(stack, {"PYTHONPATH": str(ROOT)})


def _roll(stack: Stack, changed: dict[str, str]) -> None:
    supervisor = stack.supervisor
    names = [name for kind in ORDER for name in supervisor.names() if name.startswith(f"{kind}-")]
    for name in names:
        service = supervisor.service(name)
        supervisor.restart(replace(service, environment={**service.environment, **changed}))
        _ready(stack, name)


def _ready(stack: Stack, name: str) -> None:
    """Wait until a service runs and, where it has an address, is ready."""
    stack.supervisor.wait(lambda: bool(stack.supervisor.processes(name)), f"{name} is down", READY_S)
    url = stack.places.readiness(name)
    if not url:
        return
    try:
        stack.supervisor.wait(lambda: answers("GET", url), f"{name} is not ready", READY_S)
    except TimeoutError as error:
        raise TimeoutError(f"{error}: {httpx.get(url, trust_env=False).text[:300]}") from None


def _next_program(folder: Path) -> Path:
    """Return a copy of the program with one more revision."""
    for name in PROGRAM:
        shutil.copytree(ROOT / name, folder / name, dirs_exist_ok=True)
    head, revision = _revisions()
    text = EXPANSION.format(head=head, revision=revision)
    (folder / VERSIONS / f"{revision}_expansion.py").write_text(text, encoding="utf-8")
    return folder


def _revisions() -> tuple[str, str]:
    """Return this program's newest revision and the one after."""
    head = max(path.name[:4] for path in (ROOT / VERSIONS).glob("[0-9]*.py"))
    return head, f"{int(head) + 1:04d}"
