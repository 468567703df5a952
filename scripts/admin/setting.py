"""What every command starts with: the environment, or the demo's own when there is one."""

import argparse
import os
import sys
from pathlib import Path

from api.composition import build
from api.policies import versions as policies
from api.ports import Ports
from api.settings import Settings, SettingsMissing
from matcher.errors import WrongWeights
from models.domain.errors import Refusal
from models.migrate import SchemaBehind

DEMO_ENVIRONMENT = Path("var/demo.env")


def demo_environment() -> dict[str, str]:
    """Return the demo's environment, empty where there is no demo."""
    if not DEMO_ENVIRONMENT.exists():
        return {}
    lines = DEMO_ENVIRONMENT.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def settings() -> Settings:
    """Return the settings for a command: the environment's, or the demo's where there are none."""
    if "YIBAO_DATABASE_URL" not in os.environ or os.environ.get("YIBAO_PROFILE") == "demo":
        os.environ.update(demo_environment())
    return Settings()


def ports() -> Ports:
    """Return the real ports, or end the command with one sentence that says what is missing."""
    try:
        built = build(settings())
    except (SettingsMissing, SchemaBehind, WrongWeights) as error:
        sys.exit(str(error))
    policies.ensure(built)
    return built


def run(parser: argparse.ArgumentParser, arguments: list[str] | None) -> None:
    """Run the chosen command on the real ports; what the rules refuse ends it with their words."""
    options = parser.parse_args(arguments)
    try:
        options.run(ports(), options)
    except Refusal as refusal:
        sys.exit(f"{refusal.code}: {refusal.detail}" if refusal.detail else refusal.code)
