"""docs/architecture/: lifecycle diagrams and reference tables, generated from the code."""

import ast
import inspect
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from api.hosting.rules import REQUIRED, REQUIRED_IN_PRODUCTION
from api.http.problems import CODES, STATUS
from api.settings import Settings
from api.verification.record import WEBHOOK_TYPES
from matcher.service.environment import expected, variable
from matcher.service.settings import ServiceSettings
from models.domain import appeal, attempt, delivery, errors, verification
from models.domain.console import renewal
from models.domain.console.renewal import RenewalState
from models.domain.decision import Reason

ROOT = Path(__file__).parents[2]
HEAD = "<!-- Made by `python -m scripts.codegen`; never edited by hand. -->\n"


def lifecycle() -> str:
    """Return the state machines of attempt, verification, appeal and delivery as a page of diagrams."""
    moves = [(s, e, t) for s, row in attempt.TRANSITIONS.items() for e, t in row.items()]
    ends = [(s, e, t) for s, row in verification.TRANSITIONS.items() for e, t in row.items()]
    renewals = [(s, t, t) for s, targets in renewal.TRANSITIONS.items() for t in sorted(targets)]
    reviews = [(s, t, t) for s, targets in appeal.TRANSITIONS.items() for t in sorted(targets)]
    sendings = [(s, e, t) for s, row in delivery.TRANSITIONS.items() for e, t in row.items()]
    return "\n".join(
        [
            HEAD + "# Lifecycle\n",
            "A **verification** is one purchase's check, an **attempt** one push or one code of it. Every",
            "change is one row of a table in `models/domain`; anything else is refused with 409.\n",
            "## Attempt\n",
            _diagram(moves, attempt.AttemptState.WAITING),
            "Whatever ends the retry of an attempt that has failed once (time, a newer attempt, declining,",
            "an unanswered matcher) leads back to `failed`, so the appeal is never lost.\n",
            "## Verification\n",
            _diagram(ends, verification.VerificationState.OPEN),
            "## Appeal\n",
            "A review never changes the verification.\n",
            _diagram(reviews, appeal.AppealState.LODGED),
            "## Renewal\n",
            "An appeal upheld because the reference is outdated may renew it: two reviewers choose a frame",
            "(within 15 days of lodging), the insured answers on their own phone (within 30 days) and may",
            "take a yes back (within 30 days). What expires, is declined or revoked is destroyed.\n",
            _diagram(renewals, RenewalState.WANTED),
            "## Delivery\n",
            "A row of the outbox: a push, an agent notice, a reviewer's question, a new reference, a webhook",
            "or a step of the sandbox. It is leased, its receiver is called outside every transaction, and",
            "the answer is written down (`api/outbound/outbox.py`). When a worker dies during the call, a",
            "message to a person is given up as `unknown` (`lose`); a webhook is leased once more.\n",
            _diagram(sendings, delivery.DeliveryState.PENDING),
        ]
    )


def _diagram(moves: Sequence[tuple[StrEnum, StrEnum, StrEnum]], first: StrEnum) -> str:
    """Return a mermaid state diagram; events between the same two states share an arrow."""
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for source, event, target in moves:
        arrows[source.value, target.value].append(event.value)
    lines = [f"    {one} --> {other}: {', '.join(events)}" for (one, other), events in arrows.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", f"    [*] --> {first.value}", *lines, "```\n"])


def reference() -> str:
    """Return the tables of reasons, events, error codes and settings."""
    return "\n".join(
        [
            HEAD + "# Reference\n",
            "## States\n",
            *(f"**{name}**: {_listed(states)}\n" for name, states in _states()),
            "## Reasons of a try\n",
            f"{_listed(Reason)}. With `not_acquired` comes a hint: what to correct.\n",
            "## Events\n",
            "One row per change; it is audit entry, SSE message, webhook body and timeline at once.\n",
            *_table(("event", "sent as a webhook"), _events()),
            "## Error codes\n",
            "Every error is `application/problem+json` with `type`, `title`, `status`, `code` and mostly",
            "`detail`. What a till does about each: docs/integration.md.\n",
            *_table(("status", "codes"), _codes()),
            "## Settings\n",
            "From the environment; an empty one is not set. No secret has a default. While one is missing or",
            "wrong, or a name that begins with `YIBAO_` is unknown, no process starts and no command runs:",
            "each lists everything that is wrong.\n",
            *_table(("setting", "default", "must be", "meaning"), _settings()),
        ]
    )


def _states() -> Iterator[tuple[str, type[StrEnum]]]:
    yield "attempt", attempt.AttemptState
    yield "verification", verification.VerificationState
    yield "appeal", appeal.AppealState
    yield "renewal", RenewalState
    yield "delivery", delivery.DeliveryState


def _listed(words: type[StrEnum]) -> str:
    return ", ".join(f"`{word.value}`" for word in words)


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return the lines of a Markdown table."""
    lines = [heads, ("---",) * len(heads), *rows]
    return [*(f"| {' | '.join(line)} |" for line in lines), ""]


def _sources() -> Iterator[str]:
    """Yield the source of every module that can raise a Refusal or record an event."""
    for folder in ("api", "models/domain"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.read_text(encoding="utf-8")


def _events() -> list[tuple[str, str]]:
    """Return every event type, and whether it is sent to tills as a webhook."""
    found = set(WEBHOOK_TYPES) | {f"attempt.{state.value}" for state in attempt.AttemptState}
    found |= {f"verification.{state.value}" for state in verification.VerificationState} - {
        "verification.open"
    }
    found |= {f"renewal.{state.value}" for state in RenewalState} - {"renewal.wanted"}
    for text in _sources():
        found |= set(re.findall(r'"((?:attempt|verification|appeal|agent)\.[a-z_]+)"', text))
    # Strings with these endings are template file names.
    found = {event for event in found if not event.endswith(".html")}
    return [(f"`{event}`", "yes" if event in WEBHOOK_TYPES else "") for event in sorted(found)]


def _codes() -> list[tuple[str, str]]:
    """Return every HTTP status with its error codes."""
    kinds = {
        name: one
        for name, one in vars(errors).items()
        if inspect.isclass(one) and issubclass(one, errors.Refusal)
    }
    found: dict[int, set[str]] = defaultdict(set, {status: {code} for status, code in CODES.items()})
    found[500] |= {"internal", errors.Refusal.code}
    for kind in kinds.values():
        if (status := _status(kind)) is not None:
            found[status].add(kind.code)
    for text in _sources():
        for name, code in _refusals(ast.parse(text)):
            if name in kinds and (status := _status(kinds[name])) is not None:
                found[status].add(code)
    return [
        (str(status), ", ".join(f"`{code}`" for code in sorted(found[status]))) for status in sorted(found)
    ]


def _status(kind: type[errors.Refusal]) -> int | None:
    """Return the HTTP status of a Refusal class."""
    return next((STATUS[one] for one in kind.__mro__ if one in STATUS), None)


def _refusals(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield class and code of each Refusal constructed with an explicit code."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        for keyword in node.keywords:
            if keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
                yield node.func.id, str(keyword.value.value)


def _settings() -> list[tuple[str, str, str, str]]:
    """Return name, default, form and meaning of each setting, the application's before the service's."""
    fields = ServiceSettings.model_fields | Settings.model_fields
    rows = []
    for name in [*Settings.model_fields, *(name for name in fields if name not in Settings.model_fields)]:
        default = "" if "secret" in name else str(fields[name].default or "")
        if name in REQUIRED or name in REQUIRED_IN_PRODUCTION:
            default = "required" if name in REQUIRED else "required in production"
        form = (expected(fields[name]) or ("", ""))[1]
        meaning = " ".join((fields[name].description or "").split())
        rows.append((f"`{variable(name)}`", default, form, meaning))
    return rows
