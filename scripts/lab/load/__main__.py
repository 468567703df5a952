"""Measures a whole stack under load, or holds popups open on a separate demo."""

import argparse
import asyncio
import json
import os
import resource
import socket
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from scripts.demo import profile
from scripts.demo.servers import Servers
from scripts.demo.till import Till
from scripts.lab.load import capacity, importing, on_stack
from scripts.lab.load.figures import figures, timed
from scripts.lab.load.waiting import Crowd, Popup
from scripts.stack.proxy import Missing
from scripts.stack.stack import Stack

PAUSE_S = 0.1
OPENING_S = 120


def main(arguments: list[str] | None = None) -> None:
    """Measure the cost of polls, creates and filmed checks on a PostgreSQL stack, and overload it.

    With ENGINE=sqlite: popups held on a demo, its memory, and the delays of reads and events.
    """
    parser = argparse.ArgumentParser(prog="python -m scripts.load", description=main.__doc__)
    parser.add_argument("--clients", type=int, help="waiting popups: 200 on a stack, 1000 on a demo")
    parser.add_argument("--seconds", type=int, help="60 on a stack, 30 on a demo")
    parser.add_argument("--cap", type=int, help="YIBAO_EVENT_CLIENTS of each of the two processes")
    parser.add_argument("--import-rows", type=int, help="import so many people beside tills, twice, instead")
    parser.add_argument("--capacity", type=Path, help="print the cores that a load.json stands for, instead")
    parser.add_argument("--out", type=Path, default=Path("out"))
    given = parser.parse_args(arguments)
    if given.capacity:
        print(capacity.tables(capacity.measured(given.capacity)))
        return
    _many_files()
    if not given.import_rows and os.environ.get("ENGINE", "postgresql") != "sqlite":
        report, slow = _on_stack(given.clients or 200, given.seconds or 60)
        _write(report, given.out.resolve() / "load.json")
        sys.exit(slow or None)
    clients, seconds = given.clients or 1000, given.seconds or 30
    out, cap = given.out.resolve(), given.cap or clients * 3 // 4
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ["PYTHONPATH"] = str(Path(__file__).parents[3])
        os.environ |= {"PORT": _free_port(), "SIM_PORT": _free_port(), "YIBAO_EVENT_CLIENTS": str(cap)}
        print("setting up a demo of its own …", flush=True)
        document = profile.prepare(fresh=True)
        if given.import_rows:
            report, slow = _imported(document, given.import_rows)
        else:
            report, slow = _waited(document, clients, seconds, cap)
        os.chdir(out.parent)
    _write(report, out / ("import.json" if given.import_rows else "load.json"))
    if slow:
        sys.exit(slow)


def _on_stack(clients: int, seconds: int) -> tuple[dict[str, Any], str]:
    """Return the figures of a whole stack, and the limits exceeded."""
    try:
        with Stack() as stack:
            report = on_stack.measure(stack, on_stack.Size(clients, seconds))
    except Missing as missing:
        sys.exit(str(missing))
    return report, "; ".join(on_stack.exceeded(report))


def _write(report: dict[str, Any], file: Path) -> None:
    """Write and print a report."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, indent=2)
    file.write_text(text + "\n", encoding="utf-8")
    print(text)


def _imported(document: dict[str, Any], rows: int) -> tuple[dict[str, Any], str]:
    """Return the figures of an import beside active tills, and the limits exceeded."""
    runs = importing.measure(document, rows)
    late = any(run["opened_ms"]["p95"] > 1000 or run["read_ms"]["p95"] > 1000 for run in runs.values())
    return {"rows": rows, **runs}, "a till waited for more than a second" if late else ""


def _waited(document: dict[str, Any], clients: int, seconds: int, cap: int) -> tuple[dict[str, Any], str]:
    """Return the figures of waiting popups, and the limits exceeded."""
    with Servers(document["base_url"], document["simulator_url"]) as servers:
        measured = asyncio.run(_measure(document, servers, clients, seconds))
    report = {"clients": clients, "cap_per_process": cap, "processes": 2, **measured}
    slow = measured["event_delivery_ms"]["p95"] > 1000 or measured["held"] < min(clients, 2 * cap)
    return report, "not served: an event took more than a second, or not all popups were held" if slow else ""


async def _measure(document: dict[str, Any], servers: Servers, clients: int, seconds: int) -> dict[str, Any]:
    """Open the popups, keep them waiting, cause events and read states."""
    loop = asyncio.get_running_loop()
    tills = [Till(document["base_url"], one) for one in document["institutions"][:2]]
    print(f"opening {clients} verifications and popups …", flush=True)
    popups = await loop.run_in_executor(None, _opened, tills, document["persons"][0], clients)
    before = servers.memory_mb()
    crowd = Crowd(popups)
    waiting = asyncio.ensure_future(crowd.gather())
    places = min(clients, 2 * int(os.environ["YIBAO_EVENT_CLIENTS"]))
    give_up = time.monotonic() + OPENING_S
    while crowd.held < places and time.monotonic() < give_up:
        await asyncio.sleep(0.2)
    await asyncio.sleep(2)
    print(f"{crowd.held} popups wait; disturbing them for {seconds} s …", flush=True)
    cpu, begun, held = servers.cpu_seconds(), time.monotonic(), crowd.held
    reads, pages = await loop.run_in_executor(None, _disturb, tills, popups, seconds)
    busy = (servers.cpu_seconds() - cpu) / (time.monotonic() - begun)
    await asyncio.sleep(2)
    waiting.cancel()
    return {
        "held": held,
        "refused_with_503": crowd.refused,
        "broken": crowd.broken,
        "memory_mb": {"before": before, "holding": servers.memory_mb()},
        "cores_used": round(busy, 2),
        "status_read_ms": figures(reads),
        "popup_page_ms": figures(pages),
        "event_delivery_ms": figures(crowd.delivered_ms),
    }


def _opened(tills: list[Till], cardholder: dict[str, Any], clients: int) -> list[Popup]:
    """Open verifications at each till in turn, and each one's popup for the first time."""
    with ThreadPoolExecutor(4) as hands:
        opened = list(hands.map(lambda turn: tills[turn % len(tills)].open(cardholder), range(clients)))
        return list(hands.map(_entered, opened))


def _entered(verification: dict[str, Any]) -> Popup:
    """Open a popup as a browser does and return it with its cookie."""
    with httpx.Client(trust_env=False, timeout=30) as browser:
        answer = browser.get(verification["popup_url"])
        answer.raise_for_status()
        cookie = answer.headers["Set-Cookie"].split(";")[0]
    return Popup(verification["id"], verification["popup_url"], cookie)


def _disturb(tills: list[Till], popups: list[Popup], seconds: int) -> tuple[list[float], list[float]]:
    """Begin attempts on some verifications and read states; return the read times in ms."""
    reads: list[float] = []
    pages: list[float] = []
    give_up, turn = time.monotonic() + seconds, 0
    with httpx.Client(trust_env=False, timeout=30) as browser:
        while time.monotonic() < give_up:
            place = turn * 37 % len(popups)
            popup, till = popups[place], tills[place % len(tills)]
            turn += 1
            till.attempt(popup.verification_id, {"channel": "qr"}).raise_for_status()
            reads.append(timed(lambda popup=popup, till=till: till.read(popup.verification_id)))
            headers = {"Cookie": popup.cookie}
            pages.append(timed(lambda popup=popup, headers=headers: browser.get(popup.url, headers=headers)))
            time.sleep(PAUSE_S)
    return reads, pages


def _many_files() -> None:
    """Raise the open file limit of this process and its servers to the hard limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


if __name__ == "__main__":
    main()
