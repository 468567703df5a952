"""What every page of the console costs in a full database, as each role that may see it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask.testing import FlaskClient
from sqlalchemy import text

from api.app import create_app
from api.console.lists.registry import LISTS
from api.console.pages import COOKIE
from api.console.watch.watch_routes import PAGES
from api.ports import Ports
from api.releases import calculating
from api.releases.calculating import Wanted
from models import tables
from models.domain.console.operator import RIGHTS, Right, Role
from models.domain.release.calculation import CalculationKind
from models.vault import digest
from scripts.lab.growth import decided
from scripts.lab.growth.counting import FEW, PAGES_READ, count
from scripts.lab.growth.probes import install

STATEMENTS, BLOCKS = 50, 5_000
# Things of nobody: photos need a look on record, an invitation a token.
LEFT_OUT = ("console.photo", "console.join", "console.sign_in")
THINGS = {
    "appeal_id": "apl_f{newest}",
    "challenge_id": "chl_f{last}",
    "institution_id": "ins_f1",
    "request_id": "req_f{person}",
    "held_id": "enr_f{person}",
    "import_id": "imp_f0",
}
# They exist once something was calculated.
RESULTS = ("console.what_if_csv", "console.what_if_decisions_csv")
GROUPS = ("institution_id=ins_f1", "age_band=60+", "device=PHONE 1")
CHANGED = "?score_min=0.5&days=92"
CALCULATED = (
    Wanted(CalculationKind.WHAT_IF, 92, {"score_min": 0.5}),
    *(Wanted(CalculationKind.RATES, 92, group=group) for group in GROUPS),
)
VARIED = {
    "console.thresholds": ("?days=92", *(f"?days=92&group={quote(group)}" for group in GROUPS)),
    "console.thresholds_csv": tuple(f"?days=92&group={quote(group)}" for group in GROUPS),
    "console.what_if": (CHANGED,),
    "console.what_if_csv": (CHANGED,),
    "console.what_if_decisions_csv": (CHANGED,),
    "console.acts": ("?before=200",),
}  # fmt: skip


def measure(folder: Path, url: str, decisions: int, few: int = FEW) -> dict[str, dict[str, Any]]:
    """Fill a PostgreSQL with this many decisions; return statements, blocks and scans by role and page."""
    made = install(folder, url)
    try:
        names = {role: _account(made.ports, role) for role in Role}
        decided.fill(made.ports, made.institutions, decisions, names[Role.REVIEWER])
        with made.ports.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.execute(text("SET statement_timeout = 0"))
            db.execute(text("VACUUM ANALYZE"))
            db.execute(text("RESET statement_timeout"))
        _calculate(made.ports, names[Role.OPERATOR])
        app, found = create_app(made.ports), {}
        for role in Role:
            client = app.test_client()
            for path in sorted(set(_paths(app, role, decisions))):
                _sign_in(made.ports, client, names[role])
                found[f"{role} {path}"] = _of(made.ports, client, path, few)
        return found
    finally:
        made.ports.database.dispose()


def _calculate(ports: Ports, actor: str) -> None:
    """Make the calculations that pages show, as a worker would."""
    for wanted in CALCULATED:
        calculating.run(ports, calculating.ask(ports, actor, wanted))


def over(rows: dict[str, dict[str, Any]]) -> list[str]:
    """Return the pages above the budget."""
    return [name for name, one in rows.items() if one["statements"] > STATEMENTS or one["blocks"] > BLOCKS]


def _of(ports: Ports, client: FlaskClient, path: str, few: int) -> dict[str, Any]:
    answers = []
    counted = count(ports.database.engine, lambda: answers.append(client.get(path)), PAGES_READ, few)
    (answer,) = answers
    if answer.status_code != 200:  # noqa: PLR2004
        raise RuntimeError(f"{path}: {answer.status}")
    return {
        "statements": counted.statements,
        "blocks": counted.cost,
        "scans": sorted(counted.scans),
        "bytes": len(answer.data),
    }


def _paths(app: Any, role: Role, decisions: int) -> Iterator[str]:
    """Yield the address of every page that this role may see, with the filters that cost most."""
    numbers = {"newest": (decisions - 1) // 20 * 20, "last": decisions - 1, "person": 0}
    things = {name: of.format(**numbers) for name, of in THINGS.items()}
    for rule in app.url_map.iter_rules():
        right = getattr(app.view_functions[rule.endpoint], "right", None)
        names = re.findall(r"<(?:\w+:)?(\w+)>", rule.rule)
        if not rule.endpoint.startswith("console.") or "GET" not in (rule.methods or ()):
            continue
        if rule.endpoint in MANY:
            yield from MANY[rule.endpoint](role)
            continue
        if rule.endpoint not in LEFT_OUT and right in RIGHTS[role] and set(names) <= set(things):
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: things[found[1]], rule.rule)
            if rule.endpoint not in RESULTS:
                yield path
            yield from (f"{path}{query}" for query in VARIED.get(rule.endpoint, ()))


def _watched(role: Role) -> Iterator[str]:
    """Yield the pages of watching and their tables, over the longest period."""
    if Right.SEE_POLICIES in RIGHTS[role]:
        yield from (f"/console/watch/{name}{form}?days=92" for name in PAGES for form in ("", ".csv"))


def _listed(role: Role) -> Iterator[str]:
    """Yield each list as it opens, in each order, by each choice of each filter."""
    for name, found in LISTS.items():
        if found.right not in RIGHTS[role]:
            continue
        path = f"/console/lists/{name}"
        yield path
        yield from (f"{path}?sort={sign}{order}" for order in found.orders for sign in ("", "-"))
        for key, one in found.filters.items():
            choices = [*one.choices, *(["all"] if one.has_all and one.choices else [])]
            yield from (f"{path}?{key}={choice}" for choice in choices)
            if not one.choices:
                yield f"{path}?{key}={'2026-12-31' if one.is_day else 'nobodys'}"


# Routes whose parameters are names of pages.
MANY = {"console.listed": _listed, "console.watch_page": _watched}


def _account(ports: Ports, role: Role) -> str:
    """Add an account with this role; return its id."""
    operator_id = f"opr_{role}"
    with ports.database.transaction() as db:
        db.merge(
            tables.Operator(
                id=operator_id,
                name=str(role),
                id_index=str(role),
                role=role,
                code_secret=b"",
                created_at=ports.now(),
            )
        )
    return operator_id


def _sign_in(ports: Ports, client: FlaskClient, operator_id: str) -> None:
    """Begin a session with a fresh code, so that every page of the role opens."""
    token, now = ports.random.token(43), ports.now()
    with ports.database.transaction() as db:
        db.add(
            tables.OperatorSession(
                token_hash=digest(token), operator_id=operator_id, begun_at=now, seen_at=now, code_at=now
            )
        )
    client.set_cookie(COOKIE, token, path="/console")
