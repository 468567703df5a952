"""Selects a command's installation: the environment's, or with --demo that of `make demo`."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from api import settings as installation
from api.composition import build
from api.policies import versions as policies
from api.ports import Ports
from api.settings import Settings
from matcher.errors import WrongWeights
from matcher.service.environment import Problem, Reading
from models.migrate import SchemaBehind
from scripts.admin import terminal

DEMO_ENVIRONMENT = Path("var/demo.env")
URL = "YIBAO_DATABASE_URL"
# Exit code of a command whose settings are wrong, as of one that is typed wrongly.
WRONG = 2


def demo_environment() -> dict[str, str]:
    """Return the demo's environment variables, or {} where there is no demo."""
    if not DEMO_ENVIRONMENT.exists():
        return {}
    lines = DEMO_ENVIRONMENT.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def reading(*, demo: bool = False) -> Reading[Settings]:
    """Return the environment's settings, or with `demo` the demo's, and what is wrong with those given.

    Ends the command where the two conflict.
    """
    if not demo:
        found = installation.reading()
        if not found.problems:
            _name_the_demo()
        return found
    values = demo_environment()
    if not values:
        sys.exit(f"没有演示，先 make demo / no demo here ({DEMO_ENVIRONMENT}): make demo")
    if os.environ.get(URL, values[URL]) != values[URL]:
        sys.exit(f"{URL} 指向另一个系统 / --demo, but {URL} names another installation: unset it")
    return installation.reading(os.environ | values)


def settings(*, demo: bool = False) -> Settings:
    """Return the settings, or end the command with all that is missing or wrong."""
    given = reading(demo=demo)
    if wrong := installation.problems(given):
        _refuse(wrong)
    return given.settings


def some_settings() -> Settings:
    """Return the environment's settings, however few, or end the command with all that is wrong."""
    given = installation.reading()
    if given.problems:
        _refuse(given.problems)
    return given.settings


def _refuse(wrong: Sequence[Problem]) -> NoReturn:
    """End the command with one line for each problem."""
    click.echo("设置有误或不全 / settings are wrong or missing:", err=True)
    for problem in wrong:
        click.echo(f"  {terminal.visible(problem)}", err=True)
    sys.exit(WRONG)


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
    except (SchemaBehind, WrongWeights) as error:
        sys.exit(str(error))
    policies.ensure(built)
    return built
