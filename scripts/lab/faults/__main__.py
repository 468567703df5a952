"""`python -m scripts.faults`: break a separate service, part by part, and write out/faults.json."""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from api.admin.institutions import add_sandbox
from scripts.lab.faults.oracle import DEFECTS
from scripts.lab.faults.racing import race
from scripts.lab.faults.run import Wanted, run, written
from scripts.lab.growth.__main__ import database, quiet
from scripts.lab.growth.probes import install
from scripts.stack.proxy import Missing

RECOVERY_S = 10.0


def main(arguments: list[str] | None = None) -> None:
    """Inject the FAULTS named: kill, points, postgres, redis, store, wechat, receiver, clock, disk, or all.

    Exits with 1 where anything was lost, duplicated or wrong, or the service did not recover within 10 s.
    """
    parser = argparse.ArgumentParser(prog="python -m scripts.faults", description=main.__doc__)
    parser.add_argument("--faulted", type=int, default=1000, help="purchases that are to meet a fault")
    parser.add_argument("--seconds", type=float, default=3000)
    parser.add_argument("--clients", type=int, default=12)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--races", type=int, help="let expiry and success race so often instead")
    parser.add_argument("--out", type=Path, default=Path("out"))
    given = parser.parse_args(arguments)
    if given.races:
        sys.exit(_raced(given.races, given.seed, given.out))
    groups = tuple(filter(None, os.environ.get("FAULTS", "").split(",")))
    wanted = Wanted(groups, given.faulted, given.seconds, given.clients, given.seed)
    with tempfile.TemporaryDirectory(prefix="yibao-faults-") as folder:
        try:
            report = run(Path(folder), wanted)
        except Missing as missing:
            sys.exit(str(missing))
    written(report, given.out)
    print(json.dumps(report, indent=2, ensure_ascii=False))
    for said in report["left_out"]:
        print(f"LEFT OUT: {said}", flush=True)
    if report["left_out"] and os.environ.get("CI") == "true":
        sys.exit("a fault could not be tried here")
    if any(report[name] for name in DEFECTS) or report["max_recovery_s"] > RECOVERY_S:
        sys.exit(1)


def _raced(rounds: int, seed: int, out: Path) -> int:
    """Race expiry and success on SQLite and on PostgreSQL; write out/races.json; return the exit code."""
    report = {}
    for engine in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder, database(engine, Path(folder)) as url, quiet():
            made = install(Path(folder), url)
            sandbox = add_sandbox(made.ports, "赛跑药房（沙箱）")
            report[engine] = asdict(race(made.ports, sandbox.institution_id, rounds, seed))
            made.ports.database.dispose()
    written(report, out, "races.json")
    print(json.dumps(report, indent=2, ensure_ascii=False))
    return int(any(one["wrong"] for one in report.values()))


if __name__ == "__main__":
    main()
