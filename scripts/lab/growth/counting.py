"""Counts an action's database work: statements, and SQLite VM steps or PostgreSQL blocks."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

from models.base import Base

EACH = 10
# A hash join reads one row of the table before it finds that there is nothing to join.
FEW = 100
PARTIAL = ("ix_capture_kept", "ix_seen_frame_not_stripped", "ix_appeal_reviewed_with_photos")
GROWING = (
    "verification",
    "attempt",
    "event",
    "delivery",
    "challenge",
    "capture",
    "enrolment",
    "frame",
    "seen_frame",
    "appeal",
    "person",
)
# What grows with decisions and people among the tables that the console reads. Not the tallies by week: the
# longest period is half of what the half year filled here holds, so that reading them whole is right.
PAGES_READ = (
    *GROWING, "decision", "decision_fact", "consent", "binding", "agency", "act", "review", "recovery",
    "held_photo", "subject_request", "event_tally", "day_tally",
)  # fmt: skip


@dataclass(slots=True)
class Count:
    """Counts in `unit`, and the plans that scan a whole growing table."""

    unit: str
    statements: int = 0
    cost: int = 0
    scans: set[str] = field(default_factory=set)


def count(
    engine: Engine, action: Callable[[], object], growing: Sequence[str] = GROWING, few: int = FEW
) -> Count:
    """Run the action and return its cost, and its scans of tables named that read more than `few` blocks."""
    if engine.dialect.name == "postgresql":
        return _blocks(engine, action, growing, few)
    return _steps(engine, action)


@contextmanager
def _issued(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Yield a list that collects the statements issued in the context."""
    found: list[tuple[str, Any]] = []

    def note(*told: Any) -> None:
        _, _, statement, parameters, _, many = told
        found.append((statement, parameters[0] if many else parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _steps(engine: Engine, action: Callable[[], object]) -> Count:
    """Count SQLite VM steps with the progress handler, in tens."""
    ticks = [0]

    def tick() -> int:
        ticks[0] += 1
        return 0

    def watch(connection: Any, *_: Any) -> None:
        connection.set_progress_handler(tick, EACH)

    event.listen(engine, "checkout", watch)
    try:
        with _issued(engine) as issued:
            action()
    finally:
        event.remove(engine, "checkout", watch)
    counted = Count("vm_steps", len(issued), ticks[0] * EACH)
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(None, 0)
        for statement, parameters in issued:
            if statement.lstrip()[:6].upper() in ("SELECT", "UPDATE", "DELETE"):
                plan = driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
                counted.scans |= {row[3] for row in plan if _reads_all(row[3])}
    return counted


def _blocks(engine: Engine, action: Callable[[], object], growing: Sequence[str], few: int) -> Count:
    """Count the PostgreSQL blocks touched when the issued statements are rerun and rolled back."""
    with _issued(engine) as issued:
        action()
    counted = Count("blocks", len(issued))
    with engine.connect() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        for statement, parameters in issued:
            if statement.lstrip()[:6].upper() not in ("SELECT", "UPDATE", "DELETE"):
                continue
            explained = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
            (plan,) = connection.exec_driver_sql(explained, parameters).scalar_one()
            counted.cost += _touched(plan["Plan"])
            counted.scans |= set(_scanned(plan["Plan"], growing, few))
        connection.rollback()
    return counted


def _scanned(node: dict[str, Any], growing: Sequence[str], few: int) -> Iterator[str]:
    """Yield the growing tables that an executed plan scans completely."""
    if node["Node Type"] == "Seq Scan" and _touched(node) > few and node["Relation Name"] in growing:
        yield f"Seq Scan {node['Relation Name']}"
    for child in node.get("Plans", ()):
        yield from _scanned(child, growing, few)


def _touched(node: dict[str, Any]) -> int:
    return int(node["Shared Hit Blocks"] + node["Shared Read Blocks"])


def _reads_all(line: str) -> bool:
    """Tell whether a line of SQLite's plan scans a growing table; partial indexes do not count."""
    words = line.split()
    return words[0] == "SCAN" and _grows(words[1]) and words[-1] not in PARTIAL


def _grows(table: str) -> bool:
    return table in GROWING and table in Base.metadata.tables
