"""The demo's weeks of history: made once by the simulation, kept below var/kept, and put back from there."""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from api.ports import Ports
from scripts.admin import setting
from scripts.demo import colleagues
from scripts.simulation import history, portraits, stage
from scripts.simulation.history import Wanted

ROOT = Path(__file__).parents[2]
DATABASE, OBJECTS, MADE, TRUTH = "demo.sqlite", "objects", "made.json", "truth.json"
SEED = 1
# Appeals are due after 72 hours: a history made earlier would show late ones alone.
FRESH = timedelta(days=2)
Accounts = list[dict[str, str]]


def begun(ports: Ports) -> Ports:
    """Return the ports on the clock of the day on which the history begins."""
    return stage.put_back(ports, history.begun(ports))[0]


def recall(var: Path, days: int) -> dict[str, str] | None:
    """Put a kept history of so many days in its place; return its environment, None where none fits."""
    kept = var / "kept"
    made = _made(kept)
    if not days or not made or made["digest"] != _digest(days) or made["var"] != str(var.resolve()):
        return None
    if datetime.fromisoformat(made["at"]) < datetime.now(UTC) - FRESH:
        return None
    shutil.copyfile(kept / DATABASE, var / DATABASE)
    shutil.copytree(kept / OBJECTS, var / OBJECTS)
    shutil.copyfile(kept / TRUTH, var / TRUTH)
    return dict(made["environment"])


def live(ports: Ports, var: Path, days: int) -> Accounts:
    """Open the console's accounts, and let so many last days happen where they have not been recalled."""
    made = _made(var / "kept")
    if days and (var / TRUTH).exists() and made:
        return list(made["accounts"])
    accounts = colleagues.employ(begun(ports) if days else ports)
    if days:
        cast = portraits.load(ports.matcher)
        with told() as progress:
            truth = history.make(ports, cast, Wanted(SEED, days=days), progress)
        truth.write(var / TRUTH)
        _keep(ports, var, days, accounts)
    return accounts


@contextmanager
def told() -> Iterator[Callable[[int, int], None]]:
    """Yield what shows how many purchases have happened: a bar, or now and then a line."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("演示的过去八周 / eight weeks of history")

        def show(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)
            if not console.is_terminal and (done == of or done % 100 == 0):
                console.print(f"  演示的过去 / history: {done} / {of}", highlight=False)

        yield show


def _made(kept: Path) -> dict[str, Any] | None:
    """Return what is written beside a kept history, None where there is none."""
    if not (kept / MADE).is_file():
        return None
    found: dict[str, Any] = json.loads((kept / MADE).read_text(encoding="utf-8"))
    return found


def _keep(ports: Ports, var: Path, days: int, accounts: Accounts) -> None:
    """Keep database, pictures, secrets and truth of a history just made, readable by their owner only."""
    kept = var / "kept"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(mode=0o700)
    ports.database.dispose()
    with closing(sqlite3.connect(var / DATABASE)) as whole, closing(sqlite3.connect(kept / DATABASE)) as copy:
        whole.backup(copy)
    shutil.copytree(var / OBJECTS, kept / OBJECTS)
    shutil.copyfile(var / TRUTH, kept / TRUTH)
    made = {
        "digest": _digest(days),
        "var": str(var.resolve()),
        "at": datetime.now(UTC).isoformat(),
        "environment": setting.demo_environment(),
        "accounts": accounts,
    }
    # Last: without it nothing of this is put back.
    (kept / MADE).touch(mode=0o600)
    (kept / MADE).write_text(json.dumps(made, ensure_ascii=False, indent=2), encoding="utf-8")


def _digest(days: int) -> str:
    """Return what a history depends on: the code that makes and stores it, and the demo's actions."""
    code = sorted(
        path for room in ("scripts/simulation", "models", "api") for path in (ROOT / room).rglob("*.py")
    )
    told = [str(days), os.environ.get("DEMO_ACTIONS", ""), os.environ.get("DEMO_ACTION_COUNT", "")]
    sums = [hashlib.sha256(path.read_bytes()).hexdigest() for path in code]
    return hashlib.sha256("\n".join([*told, *sums]).encode()).hexdigest()
