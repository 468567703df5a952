"""The operator's pages name alerts, commands, settings, log lines and places that exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import yaml

from api.settings import Settings
from matcher.service.settings import ServiceSettings
from scripts.__main__ import yibao
from scripts.admin.identity import VARIABLE

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs/operations.md", *sorted((ROOT / "docs/operations").glob("*.md"))]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "miniprogram").glob("*.md")]
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
ROW = re.compile(r"(?m)^\| `(\w+)` \|")


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_every_alert_has_its_cause_and_its_next_step() -> None:
    rules = yaml.safe_load(text(ROOT / "scripts/deploy/prometheus/rules.yml"))
    alerts = {
        rule["alert"]: rule["labels"]["severity"] for group in rules["groups"] for rule in group["rules"]
    }
    page, _, ticket = text(ROOT / "docs/operations/alerts.md").partition("(`ticket`)")
    told = dict.fromkeys(ROW.findall(page), "page") | dict.fromkeys(ROW.findall(ticket), "ticket")
    assert told == alerts


def fragments(page: str) -> Iterator[list[str]]:
    """Yield the code of each line: one list a line, so that a short form follows its command."""
    for block in FENCED.findall(page):
        yield from ([line.partition("#")[0]] for line in block.splitlines()[1:-1])
    yield from (CODE.findall(line) for line in FENCED.sub("", page).splitlines())


def walked(group: click.Group, written: str) -> tuple[click.Command | None, click.Group]:
    """Return the command that the words lead to, or None, and the group it is in."""
    found: click.Command | None = None
    for word in written.split():
        following = group.get_command(click.Context(group), word)
        if following is None:
            assert found is None or word.startswith("--"), f"{word} is no command: {written}"
            break
        found = following
        if not isinstance(found, click.Group):
            break
        group = found
    return found, group


def named(page: str) -> Iterator[tuple[str, click.Command]]:
    """Yield each command that a page names, with what is written after it."""
    for line in fragments(page):
        group = yibao
        for code in line:
            whole = re.findall(r"(?:^|[(;] ?)yibao ([^;)]+)", code)
            for written in whole:
                found, group = walked(yibao, written)
                assert found or written.startswith("COMMAND"), code
                if found:
                    yield written, found
            found, _ = (None, group) if whole or group is yibao else walked(group, code)
            if found:
                yield code, found


def test_every_command_exists_with_its_options() -> None:
    checked = 0
    for page in PAGES:
        for written, command in named(text(page)):
            options = {name for one in command.params for name in one.opts} | {"--help"}
            given = set(re.findall(r"(?<!\S)--[a-z][a-z0-9-]*", written))
            assert given <= options, (page.name, written, given - options)
            checked += 1
    assert checked > 70


def test_every_setting_exists() -> None:
    fields = {*Settings.model_fields, *ServiceSettings.model_fields}
    known = {f"YIBAO_{field.upper()}" for field in fields} | {VARIABLE}
    for page in (*PAGES, ROOT / "CHANGELOG.md"):
        words = set(re.findall(r"\bYIBAO_[A-Z0-9_]*[A-Z0-9]\b(?!_?…)", text(page)))
        # Of the tests' sample tills, and of a till's own environment.
        assert words - known - {"YIBAO_INSTITUTION"} == set(), page.name


def test_every_log_line_is_one_that_is_written() -> None:
    table = text(ROOT / "docs/operations/monitoring.md").partition("## Log")[2].partition("## Traces")[0]
    cells = re.findall(r"(?m)^\| (`[^|]+) \|", table)
    lines = [line for cell in cells for line in CODE.findall(cell)]
    sources = "".join(text(path) for path in (ROOT / "api").rglob("*.py"))
    assert len(lines) > 10
    assert [line for line in lines if not re.search(rf'log\.\w+\(\s*"{line}"', sources)] == []


def slugs(page: str) -> set[str]:
    """Return the anchors that a page's headings make, as GitHub makes them."""
    heads = re.findall(r"(?m)^#+ (.+)$", FENCED.sub("", page))
    plain = (re.sub(r"\]\([^)]*\)|[`*\[]", "", head) for head in heads)
    return {re.sub(r"[^\w\- ]", "", head.strip().lower()).replace(" ", "-") for head in plain}


def test_every_link_of_a_document_leads_to_a_file_and_its_heading() -> None:
    wrong, found = [], 0
    for path in DOCUMENTS:
        for link in re.findall(r"\]\(([^)\s]+)\)", FENCED.sub("", text(path))):
            if re.match(r"[a-z]+:", link) or link.startswith("/"):
                continue
            place, _, anchor = link.partition("#")
            target = (path.parent / place).resolve() if place else path
            found += 1
            if not target.exists() or (anchor and anchor not in slugs(text(target))):
                wrong.append((path.relative_to(ROOT).as_posix(), link))
    assert wrong == [] and found > 300
