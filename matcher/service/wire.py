"""The bodies of the matcher service's requests and answers: strict JSON, bytes in base64.

A missing or unknown field, a wrong type, a number that is not finite and a list that is too long are
Malformed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from matcher.types import SEEDS, Background, Enrolment, Examination, Frame, Observation, Report

MOST_BYTES = 24 * 1024 * 1024
MOST_FRAMES, MOST_OBSERVATIONS, MOST_TEMPLATES, MOST_RELATIVES, MOST_COLOURS = 24, 200, 64, 16, 16
MOST_MS = 20_000
# A face of a background is 128 floats.
FACE_BYTES, MOST_FACES = 512, 2_000
COLOUR = re.compile("#[0-9A-F]{6}")
STRICT = ConfigDict(
    strict=True,
    extra="forbid",
    allow_inf_nan=False,
    ser_json_bytes="base64",
    val_json_bytes="base64",
    # NaN is refused by the reader; null would mean "not measured".
    ser_json_inf_nan="constants",
)
Value = TypeVar("Value")


class Malformed(ValueError):
    """The body has an invalid shape."""


@dataclass(frozen=True, slots=True)
class ObserveRequest:
    """POST /observe: frames, the observations before them, and the seed for these."""

    __pydantic_config__ = STRICT
    frames: Annotated[list[Frame], Field(max_length=MOST_FRAMES)]
    previous: Annotated[list[Observation], Field(max_length=MOST_OBSERVATIONS)]
    seed: Annotated[int, Field(ge=0, lt=SEEDS)] = 0


@dataclass(frozen=True, slots=True)
class ObserveAnswer:
    """One observation a frame."""

    __pydantic_config__ = STRICT
    observations: Annotated[list[Observation], Field(max_length=MOST_FRAMES)]


@dataclass(frozen=True, slots=True)
class ExamineRequest:
    """POST /examine: a whole capture; the backgrounds only after the service reported that it lacks one."""

    __pydantic_config__ = STRICT
    examination: Examination
    background: Background | None = None
    other_background: Background | None = None


@dataclass(frozen=True, slots=True)
class ExamineAnswer:
    """The report on a capture."""

    __pydantic_config__ = STRICT
    report: Report


@dataclass(frozen=True, slots=True)
class EnrolRequest:
    """POST /enrol: a reference photo."""

    __pydantic_config__ = STRICT
    photo: bytes


@dataclass(frozen=True, slots=True)
class EnrolAnswer:
    """The result for a reference photo."""

    __pydantic_config__ = STRICT
    enrolment: Enrolment


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused request: `reason` as in BadImage, `detail` names what is malformed."""

    __pydantic_config__ = STRICT
    error: str
    reason: str | None = None
    detail: str | None = None


class Shape(Generic[Value]):
    """Codec of one kind of body.

    Values that are the default are left out, so that a service or a client that does not know a new field yet
    reads the bodies that do not use it.
    """

    def __init__(self, kind: type[Value]) -> None:
        self._adapter = TypeAdapter(kind)

    def read(self, body: bytes) -> Value:
        """Return the value of a body; raises Malformed."""
        try:
            return self._adapter.validate_json(body)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise Malformed(f"{place}: {first['type']}" if place else first["type"]) from None

    def write(self, value: Value) -> bytes:
        """Return the body of a value."""
        return self._adapter.dump_json(value, exclude_defaults=True, warnings=False)


OBSERVE, OBSERVED = Shape(ObserveRequest), Shape(ObserveAnswer)
EXAMINE, EXAMINED = Shape(ExamineRequest), Shape(ExamineAnswer)
ENROL, ENROLLED = Shape(EnrolRequest), Shape(EnrolAnswer)
REFUSED = Shape(Refusal)


def check(asked: ExamineRequest, known_actions: Sequence[str]) -> None:
    """Check an examination's limits, action names and colours; raises Malformed."""
    examination = asked.examination
    for name, values, most in (
        ("actions", examination.actions, MOST_TEMPLATES),
        ("observations", examination.observations, MOST_OBSERVATIONS),
        ("evidence", examination.evidence, MOST_FRAMES),
        ("cohort", examination.cohort, MOST_RELATIVES),
        ("colours", examination.colours, MOST_COLOURS),
        *(("templates", one, MOST_TEMPLATES) for one in (examination.references, *examination.cohort)),
    ):
        if len(values) > most:
            raise Malformed(f"{name}: at most {most}")
    if not 0 <= examination.seed < SEEDS:
        raise Malformed("seed: out of range")
    for one in filter(None, (asked.background, asked.other_background)):
        if not 0 < len(one.faces) // FACE_BYTES <= MOST_FACES:
            raise Malformed(f"background: 1 to {MOST_FACES} faces")
    if examination.other and examination.other.model_set is examination.model_set:
        raise Malformed("other: the same model set")
    if not set(examination.actions) <= set(known_actions):
        raise Malformed("actions: one is unknown")
    if not all(COLOUR.fullmatch(one.rgb) and 0 < one.ms <= MOST_MS for one in examination.colours):
        raise Malformed("colours: one is impossible")
