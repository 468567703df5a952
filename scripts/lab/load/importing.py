"""Effect of an import on tills: p95 of opening and reading a purchase during it."""

import csv
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from models.domain.identity.idnumber import check_character
from scripts.admin.enrol import PEOPLE
from scripts.demo.servers import Servers
from scripts.demo.till import Till
from scripts.lab.load.figures import figures, timed

PAUSE_S = 0.05
FIRST_BIRTH, BIRTHS = date(1940, 1, 1), 25_000


def measure(document: dict[str, Any], rows: int) -> dict[str, Any]:
    """Import generated persons twice beside active tills; return the figures of both."""
    file = Path("people.csv")
    with file.open("w", encoding="utf-8", newline="") as lines:
        written = csv.writer(lines)
        written.writerow(PEOPLE)
        written.writerows(_people(rows))
    with Servers(document["base_url"], document["simulator_url"]):
        till = Till(document["base_url"], document["institutions"][0])
        return {name: _beside(till, document["persons"][0], file) for name in ("first_run", "second_run")}


def _people(rows: int) -> Iterator[list[str]]:
    """Yield generated persons, each with an openid."""
    for at in range(rows):
        birth = FIRST_BIRTH + timedelta(days=at % BIRTHS)
        number = f"330106{birth:%Y%m%d}{at // BIRTHS + 1:02d}{at % 10}"
        name = f"测{chr(0x4E00 + at % 20_000)}"
        yield [name, "", number + check_character(number), "", "", "", f"openid-{at}"]


def _beside(till: Till, cardholder: dict[str, Any], file: Path) -> dict[str, Any]:
    """Run the import as an operator does, and open purchases until it ends."""
    command = [sys.executable, "-m", "scripts", "enrol", "--people", str(file), "--photos", ".", "--demo"]
    opened, read, begun = [], [], time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        memory = 0
        while run.poll() is None:
            bought: list[Any] = []
            opened.append(timed(lambda bought=bought: bought.append(till.open(cardholder))))
            read.append(timed(lambda bought=bought: till.read(bought[0]["id"])))
            memory = max(memory, _peak_mb(run.pid))
            time.sleep(PAUSE_S)
    return {
        "exit_code": run.returncode,
        "seconds": round(time.monotonic() - begun, 1),
        "memory_mb": memory,
        "opened_ms": figures(opened),
        "read_ms": figures(read),
    }


def _peak_mb(pid: int) -> int:
    """Return a process's peak resident memory in MB, 0 where unavailable."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)
