"""The demo's installation under var/: secrets, database, persons and var/demo.json."""

import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from api.composition import build
from api.policies import versions
from api.ports import Ports
from api.settings import Settings
from models import migrate
from models.domain import notice
from models.domain.policy import Policy
from scripts.admin import enrol, setting, weights
from scripts.demo import cast as casting
from scripts.demo import entries, environment, past, sandbox

VAR = Path("var")
WEIGHTS = VAR / "weights"
PHONE = VAR / "phone" / "index.html"
DOCUMENT = VAR / "demo.json"
DEMO_ACTIONS = "smile"
STORY_WINDOW_S = 8


def prepare(*, fresh: bool, others: Mapping[str, str] | None = None, days: int = 0) -> dict[str, Any]:
    """Return demo.json, after creating the installation when `fresh` or absent, with `days` of history.

    `others` are settings that replace the demo's own: its databases, stores and matcher.
    """
    complete = "YIBAO_WECHAT_AGENT_TEMPLATE_ID" in setting.demo_environment()
    if fresh or not DOCUMENT.exists() or not complete:
        _clear()
        environment.write(past.recall(VAR, days) or environment.drawn(VAR))
    _use_weights()
    _use_phone()
    values = setting.demo_environment() | _addresses() | dict(others or {})
    environment.write(values | environment.simulator(values, VAR))
    # The shell's YIBAO_… variables belong to another installation.
    os.environ.update(setting.demo_environment())
    settings = setting.settings()
    migrate.upgrade(settings.database_url)
    ports = build(settings)
    try:
        _set_policy(past.begun(ports) if days else ports)
        if DOCUMENT.exists():
            return _read()
        return _populate(ports, settings, past.live(ports, VAR, days))
    finally:
        ports.database.dispose()


def _clear() -> None:
    """Remove the previous demo's files from var/, and no others."""
    stores, parts = ("demo", "jobs", "wechat"), ("", "-wal", "-shm")
    databases = (f"{name}.sqlite{part}" for name in stores for part in parts)
    for name in ("demo.json", "demo.env", "anchors.jsonl", past.TRUTH, *databases):
        (VAR / name).unlink(missing_ok=True)
    for name in ("objects", "demo"):
        shutil.rmtree(VAR / name, ignore_errors=True)


def ports_of_call() -> tuple[int, int]:
    """Return the TCP ports of the application and of the simulator."""
    return int(os.environ.get("PORT", "8000")), int(os.environ.get("SIM_PORT", "8001"))


def phone_port() -> list[int]:
    """Return a list with the browser phone's TCP port; empty where it is not built."""
    if "SIM_PHONE_URL" in os.environ:
        return [int(os.environ["SIM_PHONE_URL"].rsplit(":", 1)[1].rstrip("/"))]
    return [int(os.environ.get("PHONE_PORT", "8002"))] if PHONE.is_file() else []


def _use_weights() -> None:
    """Configure the PAD weights that `make weights` downloaded to var/weights."""
    if "YIBAO_PAD_DIR" not in os.environ and all((WEIGHTS / name).is_file() for name in weights.files()):
        os.environ["YIBAO_PAD_DIR"] = str(WEIGHTS.resolve())


def _use_phone() -> None:
    """Configure the simulator's page to open the browser phone, where it is built."""
    if "SIM_PHONE_URL" not in os.environ and PHONE.is_file():
        os.environ["SIM_PHONE_URL"] = f"http://127.0.0.1:{os.environ.get('PHONE_PORT', '8002')}"


def _addresses() -> dict[str, str]:
    """Return this run's base URLs."""
    port, simulator = ports_of_call()
    return {
        "YIBAO_BASE_URL": f"http://127.0.0.1:{port}",
        "YIBAO_BIND": f"127.0.0.1:{port}",
        "YIBAO_WECHAT_BASE_URL": f"http://127.0.0.1:{simulator}",
    }


def _set_policy(ports: Ports) -> None:
    """Activate the demo's policy: actions that its films contain, and PAD weights not required.

    The films are reused and do not respond to screen colours, so risk scoring of tries is off.
    """
    actions = tuple(os.environ.get("DEMO_ACTIONS", DEMO_ACTIONS).replace(" ", "").split(","))
    count = int(os.environ.get("DEMO_ACTION_COUNT", "1"))
    own: dict[str, Any] = {
        "pad_required": False, "colour_own_phone": False, "action_pool": actions, "action_count": count,
        "risk": "off",
    }  # fmt: skip
    versions.ensure(ports, Policy(**own))
    with ports.database.reading() as db:
        now = versions.active(db)
    # What releases have changed since stays.
    if any(getattr(now, name) != value for name, value in own.items()):
        versions.enact(ports, replace(now, **own), author="demo", approver="demo")


def _populate(ports: Ports, settings: Settings, console: past.Accounts) -> dict[str, Any]:
    """Enrol the persons, register the institutions and write demo.json."""
    cast = casting.players()
    people, links = casting.write(VAR / "demo", cast)
    try:
        enrol.main(
            ["--people", str(people), "--links", str(links), "--photos", str(people.parent / "photos")]
        )
    except SystemExit as end:
        if end.code:
            sys.exit("the demo's persons could not be enrolled")
    institutions = [
        entries.institution(ports, "康宁大药房（示例）", 120),
        entries.institution(ports, "速时大药房（示例）", STORY_WINDOW_S),
    ]
    document = {
        "institutions": institutions,
        "sandbox": sandbox.register(ports),
        "template_id": settings.wechat_template_id,
        "agent_template_id": settings.wechat_agent_template_id,
        "console": console,
        "persons": [entries.person(ports, player) for player in cast],
    }
    DOCUMENT.touch(mode=0o600)
    DOCUMENT.write_text(json.dumps(document, ensure_ascii=False, indent=2), encoding="utf-8")
    return _read()


def _read() -> dict[str, Any]:
    """Update demo.json with this run's base URLs and return it."""
    port, simulator = ports_of_call()
    document: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8")) | {
        "base_url": f"http://127.0.0.1:{port}",
        "simulator_url": f"http://127.0.0.1:{simulator}",
        "notice_version": notice.CURRENT,
    }
    DOCUMENT.write_text(json.dumps(document, ensure_ascii=False, indent=2), encoding="utf-8")
    return document
