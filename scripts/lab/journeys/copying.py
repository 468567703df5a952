"""Backs a stack up while it is used, and restores the copy into another database and another bucket."""

import json
from pathlib import Path

import obstore
import psycopg
from obstore.store import S3Store
from sqlalchemy import make_url

from scripts.backup import copies, databases
from scripts.backup.copies import Manifest
from scripts.stack import buckets
from scripts.stack.stack import Stack

ELSEWHERE, SCRATCH = "elsewhere", "scratch"
# What restoring adds: the acts of signing in and of restoring, which names the gap; and the session.
ADDED = {"act": 2, "operator_session": 1}


class NotWhole(Exception):
    """A restored copy is not what was copied."""


def copied(stack: Stack) -> None:
    """Back up under load, restore elsewhere, audit that and compare; raises NotWhole."""
    folder = stack.folder / "copy"
    programs = Path(stack.supervisor.service("postgres").command[0]).parent
    here = {"PATH": f"{programs}:{stack.environment['PATH']}"}
    stack.run("-m", "scripts", "backup", str(folder), "--scratch", _database(stack, SCRATCH), **here)
    there = here | {
        "YIBAO_DATABASE_URL": _database(stack, ELSEWHERE),
        "YIBAO_OBJECTS_URL": buckets.create(stack.environment["AWS_ENDPOINT"], ELSEWHERE),
        "YIBAO_ANCHOR_FILE": str(stack.folder / "elsewhere.jsonl"),
    }
    password = next(one["password"] for one in stack.document["console"] if one["name"] == "admin")
    code = stack.run("-m", "scripts", "console", "code", "admin").strip()
    words = ("restore", str(folder), "--account", "admin")
    stack.run("-m", "scripts", *words, given=f"{password}\n{code}\n", **there)
    checked = json.loads(stack.run("-m", "scripts", "audit", "check", "--json", **there))
    found = databases.counts(there["YIBAO_DATABASE_URL"])
    wrong = differences(copies.manifest(folder), found, _objects(stack))
    if wrong or not checked["whole"]:
        raise NotWhole("; ".join(wrong) or "the audit of the restored copy is not whole")


def differences(made: Manifest, rows: dict[str, int], objects: int) -> list[str]:
    """Return where a restored copy differs from its manifest by more than restoring adds."""
    wanted = {name: count + ADDED.get(name, 0) for name, count in made.rows.items()}
    wanted, found = wanted | {"objects": made.objects}, rows | {"objects": objects}
    names = sorted(wanted.keys() | found.keys())
    return [f"{name}: {found.get(name, 0)} of {wanted.get(name, 0)}" for name in names
            if found.get(name, 0) != wanted.get(name, 0)]  # fmt: skip


def _database(stack: Stack, name: str) -> str:
    """Create an empty database beside the stack's own; return its URL."""
    given = make_url(stack.database_url)
    where = str(given.query["host"])
    with psycopg.connect(host=where, user=given.username, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    return given.set(database=name).render_as_string(hide_password=False)


def _objects(stack: Stack) -> int:
    """Return the number of objects in the other bucket."""
    given = stack.environment
    store = S3Store(
        ELSEWHERE,
        endpoint=given["AWS_ENDPOINT"],
        region=given["AWS_REGION"],
        access_key_id=given["AWS_ACCESS_KEY_ID"],
        secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
        client_options={"allow_http": True},
    )
    return sum(len(some) for some in obstore.list(store))
