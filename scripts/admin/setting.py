"""Selects a command's installation: the environment's, or with --demo that of `make demo`."""

import os
import sys
from pathlib import Path
from typing import Any

from api.composition import build
from api.policies import versions as policies
from api.ports import Ports
from api.settings import Settings, SettingsMissing
from matcher.errors import WrongWeights
from models.migrate import SchemaBehind

DEMO_ENVIRONMENT = Path("var/demo.env")
URL = "YIBAO_DATABASE_URL"


def demo_environment() -> dict[str, str]:
    """Return the demo's environment variables, or {} where there is no demo."""
    if not DEMO_ENVIRONMENT.exists():
        return {}
    lines = DEMO_ENVIRONMENT.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def settings(*, demo: bool = False) -> Settings:
    """Return the environment's settings, or with `demo` the demo's; end the command where they conflict."""
    if not demo:
        _name_the_demo()
        return Settings()
    values = demo_environment()
    if not values:
        sys.exit(f"没有演示，先 make demo / no demo here ({DEMO_ENVIRONMENT}): make demo")
    if os.environ.get(URL, values[URL]) != values[URL]:
        sys.exit(f"{URL} 指向另一个系统 / --demo, but {URL} names another installation: unset it")
    given: dict[str, Any] = {name.removeprefix("YIBAO_").lower(): value for name, value in values.items()}
    return Settings(**given)


def _name_the_demo() -> None:
    """End the command where YIBAO_DATABASE_URL is unset and a demo exists, and ask for --demo."""
    values = demo_environment()
    if not os.environ.get(URL) and values:
        sys.exit(
            f"未设置 {URL}。要用这里的演示库 {values[URL]}，请加 --demo\n"
            f"{URL} is not set; the demo here would be used ({values[URL]}): say --demo to use it"
        )


def ports(*, demo: bool = False) -> Ports:
    """Return the real ports, or end the command with an error that names what is missing."""
    try:
        built = build(settings(demo=demo))
    except (SettingsMissing, SchemaBehind, WrongWeights) as error:
        sys.exit(str(error))
    policies.ensure(built)
    return built
