"""Cost of replaying a million stored decisions: `python -m scripts.lab.bench.replaying --facts N`."""

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert, text

from api.facts.writing import place
from api.ports import Ports
from api.tuning.replaying import Scope, replay
from models import tables
from models.domain.decision import Report
from models.domain.policy import Policy
from models.domain.record.fact import Measured, pack
from scripts.lab.growth.probes import install

BATCH = 20_000


def main(arguments: list[str] | None = None) -> None:
    """Fill a database with encrypted facts and measure one replay of all of them, on one core."""
    parser = argparse.ArgumentParser(prog="python -m scripts.lab.bench.replaying", description=main.__doc__)
    parser.add_argument("--facts", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="keep the database here, for another run")
    given = parser.parse_args(arguments)
    folder = given.folder or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    ports = install(folder, f"sqlite:///{folder / 'db.sqlite'}").ports
    fill(ports, given.facts)
    print(json.dumps(measure(ports, given.facts), indent=2))


def measure(ports: Ports, facts: int) -> dict[str, Any]:
    """Return CPU and elapsed seconds of a replay of all facts, and the process's peak memory."""
    scope = Scope(ports.now() - timedelta(days=400), ports.now() + timedelta(days=1), facts)
    cpu, clock = time.process_time(), time.perf_counter()
    found = replay(ports, Policy(), Policy(score_min=0.44, cohort_margin=0.03), scope, shown)
    print()
    return {
        "facts": found.decided,
        "cpu_s": round(time.process_time() - cpu, 2),
        "elapsed_s": round(time.perf_counter() - clock, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "newly_pass": found.flips[True],
        "newly_fail": found.flips[False],
        "relatives": found.relatives,
    }


def shown(done: int, total: int) -> None:
    """Print the progress of the replay."""
    print(f"\r{done:,} of {total:,}", end="", flush=True)


def fill(ports: Ports, facts: int) -> None:
    """Write encrypted facts as decisions do, without the rows they refer to."""
    fact = tables.DecisionFact
    with ports.database.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        have = connection.execute(text("SELECT count(*) FROM decision_fact")).scalar_one()
        rows = _rows(ports, have, facts)
        while some := list(islice(rows, BATCH)):
            connection.execute(insert(fact), some)
            connection.commit()


def _rows(ports: Ports, first: int, facts: int) -> Iterator[dict[str, Any]]:
    """Yield rows of facts with scores of the insured and, one in 25, of an impostor."""
    drawn, now = np.random.default_rng(first), ports.now()
    for number in range(first, facts):
        claimed = drawn.random() < 0.96
        score = float(drawn.normal(0.66 if claimed else 0.2, 0.1))
        report = Report(
            motion=20, evidence=5, duration_ms=6000, rate=5.0, done=True, same_face=0.7, same_face_mean=0.8,
            pad=0.9, pad_low=0.6, colour_asked=True, colour_p=0.001, score=score,
            relative=float(drawn.normal(0.3, 0.1)),
        )  # fmt: skip
        challenge = f"chl_{number:028}"
        yield {
            "challenge_id": challenge, "decided_at": now - timedelta(seconds=30 * number),
            "institution_id": f"ins_{number % 400}", "district": f"{number % 12}", "age_band": "40-59",
            "sex": ("male", "female")[number % 2], "channel": "push", "provider": "own", "device": "PHONE",
            "model_set": "0" * 16, "policy_version": 1, "overrides": {}, "arm": "all", "amount_fen": 5000,
            "outcome": "passed", "reason": "ok", "mac": "0" * 64,
            "report": ports.vault.seal(place(challenge), pack(report, Measured())),
        }  # fmt: skip


if __name__ == "__main__":
    main()
