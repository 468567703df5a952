"""Every route, state, event, setting and error code is documented."""

import re
from pathlib import Path

from pydantic import BaseModel

from api.http.schemas import answers, requests
from api.settings import Settings
from api.verification.record import WEBHOOK_TYPES
from models.domain.appeal import AppealState
from models.domain.attempt import AttemptState
from models.domain.decision import Reason
from models.domain.verification import VerificationState
from tests.support.world import World

ROOT = Path(__file__).parents[2]
BOOK = (ROOT / "docs/architecture/reference.md").read_text(encoding="utf-8")


def written(word: str) -> bool:
    return f"`{word}`" in BOOK


def test_every_state_is_written_down() -> None:
    for states in (AttemptState, VerificationState, AppealState):
        assert [state.value for state in states if not written(state.value)] == []


def test_every_reason_is_written_down() -> None:
    assert [reason.value for reason in Reason if not written(reason.value)] == []


def test_every_setting_is_written_down_with_its_meaning() -> None:
    assert [name for name in Settings.model_fields if not written(f"YIBAO_{name.upper()}")] == []
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_every_route_is_in_openapi(world: World) -> None:
    paths = world.app.test_client().get("/openapi.json").json["paths"]
    documented = {re.sub(r"\{[^}]+\}", "{}", path) for path in paths}
    for rule in world.app.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "{}", rule.rule)
        if path.startswith(("/static", "/docs", "/openapi", "/console")):
            continue
        assert path in documented, path


def test_every_page_of_the_console_is_written_down(world: World) -> None:
    """These are pages for people, not operations for tills."""
    book = (ROOT / "docs/architecture/console.md").read_text(encoding="utf-8")
    rules = [rule.rule for rule in world.app.url_map.iter_rules() if rule.rule.startswith("/console")]
    pages = [re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", r"{\1}", rule) for rule in rules]
    assert [one for one in pages if f"`{one}`" not in book] == []


def test_no_two_shapes_share_a_name() -> None:
    """The OpenAPI document would silently keep one of them."""
    found = [
        name
        for module in (answers, requests)
        for name, one in vars(module).items()
        if isinstance(one, type) and issubclass(one, BaseModel) and one.__module__ == module.__name__
    ]
    assert [name for name in set(found) if found.count(name) > 1] == []


def _codes(folder: str) -> set[str]:
    """Return every `code="…"` of the refusals in a folder."""
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / folder).rglob("*.py"))
    return {code for source in sources for code in re.findall(r'\bcode ?= ?"([a-z_]+)"', source)}


def test_every_error_code_is_written_down() -> None:
    codes = _codes("api") | _codes("models/domain") | {"internal", "method_not_allowed"}
    assert len(codes) > 30
    assert sorted(code for code in codes if not written(code)) == []


def test_every_event_is_written_down() -> None:
    events = set(WEBHOOK_TYPES)
    for path in (ROOT / "api").rglob("*.py"):
        events |= set(re.findall(r'Change\(\s*"([a-z]+\.[a-z_]+)"', path.read_text(encoding="utf-8")))
    events |= {f"attempt.{state.value}" for state in AttemptState}
    events |= {f"verification.{state.value}" for state in VerificationState if state.value != "open"}
    assert sorted(event for event in events if not written(event)) == []


def test_every_decision_has_its_number_and_its_line_in_the_index() -> None:
    index = (ROOT / "DECISIONS.md").read_text(encoding="utf-8")
    files = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [path.name[:4] for path in files] == [f"{number:04d}" for number in range(1, len(files) + 1)]
    assert [path.name for path in files if f"(docs/decisions/{path.name})" not in index] == []
    titles = [path.read_text(encoding="utf-8").splitlines()[0] for path in files]
    assert all(title.startswith("# ") for title in titles)


def _read_in(row: str) -> list[tuple[Path, str]]:
    """Return each name of a row's last column with the file it follows."""
    found, path = [], ROOT
    for link, word in re.findall(r"\]\(([^)]+)\)|`([^`]+)`", row.split("|")[3]):
        if link:
            path = (ROOT / "docs/architecture" / link).resolve()
            found.append((path, ""))
        else:
            found.append((path, word))
    return found


def test_what_the_table_of_questions_points_at_exists() -> None:
    rows = (ROOT / "docs/architecture/where.md").read_text(encoding="utf-8").splitlines()
    pointed = [one for row in rows if row.count("|") == 4 and "](" in row for one in _read_in(row)]
    assert len(pointed) > 60
    for path, word in pointed:
        assert path.exists(), path
        defined = rf"(?m)(?:def|class|function) {word}\b|^\s*(?:readonly |const )?{word}\b.*[:=]"
        assert not word or re.search(defined, path.read_text(encoding="utf-8")), (path, word)


def test_the_readme_is_short_and_leads_to_the_table_of_questions() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= 90
    assert "docs/architecture/where.md" in readme and re.search(r"!\[[^]]+\]\(docs/images/", readme)


def test_every_line_of_the_threat_table_names_tests_that_exist() -> None:
    rows = [
        row for row in (ROOT / "SECURITY.md").read_text(encoding="utf-8").splitlines() if row[:4] in THREATS
    ]
    assert {row[:4] for row in rows} == THREATS
    for row in rows:
        named = re.findall(r"`(tests/[^`]+)`", row)
        assert named and all((ROOT / path).is_file() for path in named), row


THREATS = {f"| {letter}:"[:4] for letter in "STRIDE"}
