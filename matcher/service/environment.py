"""Reads the settings of a process from its environment and lists everything that is wrong with them.

Problems name a setting and what is expected, in Chinese and English, and never quote a value, which may be a
secret.
"""

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

PREFIX = "YIBAO_"
# Exit code of a server that cannot start: gunicorn's own, after which it does not start the worker again.
CANNOT_START = 3
# Kubernetes puts the address of each Service into every container: YIBAO_API_PORT=tcp://10.0.0.1:8000.
LINK = re.compile(r"\w+_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)")
LINKED = re.compile(r"(tcp|udp|sctp)://")
# The start of an unknown name that is shown: a line with a wrong separator has its value in the name.
SHOWN = re.compile(r"[A-Z0-9_]{1,40}|[a-z0-9_]{1,40}")


@dataclass(frozen=True, slots=True)
class Form:
    """Form of a text: described in Chinese and English, and tested. An empty text is not set.

    `fits` may raise ValueError instead of returning False.
    """

    chinese: str
    english: str
    fits: Callable[[str], bool]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Add the test to the validation of the annotated type."""
        return core_schema.no_info_after_validator_function(self._fitting, handler(source))

    def _fitting(self, value: str | SecretStr) -> str | SecretStr:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if text and not self.fits(text):
            raise ValueError("wrong form")
        return value


@dataclass(frozen=True, slots=True)
class Problem:
    """A setting that is missing, wrong or unknown, and what is expected."""

    setting: str
    chinese: str
    english: str

    def __str__(self) -> str:
        return f"{self.setting} {self.chinese} / {self.english}"


class SettingsWrong(Exception):
    """The process cannot start; `problems` lists everything that is missing or wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(sentence(map(str, problems)))
        self.problems = tuple(problems)


class Environment(BaseModel):
    """Base of a process's settings; each field is the variable of its name with the prefix YIBAO_."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True
    )


Kind = TypeVar("Kind", bound=Environment)


@dataclass(frozen=True, slots=True)
class Reading(Generic[Kind]):
    """Settings, and what is wrong with the environment they come from; a wrong one has its default."""

    settings: Kind
    problems: tuple[Problem, ...] = ()

    def is_wrong(self, field: str) -> bool:
        """Tell whether the setting was given and is wrong."""
        return variable(field) in {problem.setting for problem in self.problems}

    def has(self, field: str) -> bool:
        """Tell whether the setting was given, right or wrong."""
        value = getattr(self.settings, field)
        return self.is_wrong(field) or bool(
            value.get_secret_value() if isinstance(value, SecretStr) else value
        )


def read(kind: type[Kind], environment: Mapping[str, str], elsewhere: Collection[str]) -> Reading[Kind]:
    """Return the settings that an environment gives; an empty one is not set.

    Names with the prefix that are neither these settings nor `elsewhere` are wrong.
    """
    variables = {variable(field): field for field in kind.model_fields}
    given = {field: environment[name] for name, field in variables.items() if environment.get(name)}
    wrong = _ill_formed(kind, given)
    settings = kind.model_validate({field: value for field, value in given.items() if field not in wrong})
    problems = [_wrong(field, kind.model_fields[field]) for field in given if field in wrong]
    return Reading(settings, (*problems, *_unknown(environment, {*variables, *elsewhere})))


def variable(field: str) -> str:
    """Return the name of a field's environment variable."""
    return f"{PREFIX}{field.upper()}"


def missing(field: str, chinese: str = "", english: str = "") -> Problem:
    """Return the problem of a setting that is not set, with the reason why it is needed."""
    why = (f"：{chinese}", f": {english}") if english else ("", "")
    return Problem(variable(field), f"未设置{why[0]}", f"is not set{why[1]}")


def sentence(wrong: Iterable[str]) -> str:
    """Return the line a process ends with that cannot start."""
    return f"无法启动 / cannot start: {'; '.join(wrong)}"


def expected(field: FieldInfo) -> tuple[str, str] | None:
    """Return what a setting must be, in Chinese and English; None where it is any text."""
    form = next((one for one in field.metadata if isinstance(one, Form)), None)
    if form is not None:
        return form.chinese, form.english
    kind = field.annotation
    if kind is bool:
        return "true 或 false", "true or false"
    if kind is int:
        return _range(field)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return " 或 ".join(kind), " or ".join(kind)
    return None


def _range(field: FieldInfo) -> tuple[str, str]:
    """Return the range of a whole number."""
    low = next((one.ge for one in field.metadata if hasattr(one, "ge")), None)
    high = next((one.le for one in field.metadata if hasattr(one, "le")), None)
    if high is None:
        return f"不小于 {low} 的整数", f"a whole number from {low} on"
    return f"{low} 到 {high} 的整数", f"a whole number from {low} to {high}"


def _ill_formed(kind: type[Kind], given: Mapping[str, str]) -> set[str]:
    """Return the fields whose values do not fit."""
    try:
        kind.model_validate(given)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return {str(one["loc"][0]) for one in found}
    return set()


def _wrong(field: str, info: FieldInfo) -> Problem:
    chinese, english = expected(info) or ("另一种形式的值", "of another form")
    return Problem(variable(field), f"应为 {chinese}", f"must be {english}")


def _unknown(environment: Mapping[str, str], known: Collection[str]) -> list[Problem]:
    """Return a problem for each name that no process reads, with the most similar one that is read."""
    problems = []
    for name in sorted(environment):
        if not name.upper().startswith(PREFIX) or name in known or _is_link(name, environment[name]):
            continue
        shown = SHOWN.match(name)
        alike = difflib.get_close_matches(name.upper(), known, 1, 0.8)
        chinese, english = (f"，是否 {alike[0]}？", f" ({alike[0]}?)") if alike else ("", "")
        whole = shown[0] if shown else PREFIX
        whole += "" if whole == name else "…"
        problems.append(Problem(whole, f"不是设置项{chinese}", f"is no setting{english}"))
    return problems


def _is_link(name: str, value: str) -> bool:
    """Tell whether a variable is the address of a Kubernetes Service."""
    return bool(LINK.fullmatch(name) or (name.endswith("_PORT") and LINKED.match(value)))
