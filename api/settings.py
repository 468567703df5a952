"""Reads the settings of the application and its commands from the environment."""

import os
import sys
from collections.abc import Mapping

import structlog

from api import logs
from api.hosting import rules
from api.hosting.installation import Settings
from matcher.service import environment
from matcher.service.environment import CANNOT_START, Problem, Reading, SettingsWrong
from matcher.service.forms import Profile
from matcher.service.settings import ELSEWHERE, ServiceSettings

__all__ = ["Profile", "Settings", "SettingsWrong", "check", "problems", "reading", "settings_or_exit"]

log = structlog.get_logger()


def reading(given: Mapping[str, str] = os.environ) -> Reading[Settings]:
    """Return the settings of an environment, and what is wrong with those that are given."""
    matchers = {environment.variable(field) for field in ServiceSettings.model_fields}
    return environment.read(Settings, given, ELSEWHERE | matchers)


def problems(given: Reading[Settings]) -> list[Problem]:
    """Return everything that is missing or wrong; about a setting that is wrong in itself nothing else."""
    named = {problem.setting for problem in given.problems}
    return [*given.problems, *(problem for problem in rules.broken(given) if problem.setting not in named)]


def check(settings: Settings) -> Settings:
    """Return the settings, or raise SettingsWrong with everything that is missing or wrong."""
    if wrong := problems(Reading(settings)):
        raise SettingsWrong(wrong)
    return settings


def settings_or_exit() -> Settings:
    """Return the environment's settings, or end this server with a log line of everything that is wrong."""
    given = reading()
    if wrong := problems(given):
        logs.configure()
        log.error("cannot_start", problems=[str(problem) for problem in wrong])
        sys.exit(CANNOT_START)
    return given.settings
