"""Metadata of a route that its types do not give: body limit, error codes, example.

`describe` decorates the view; body limits and the OpenAPI document are both derived from it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel

View = TypeVar("View", bound=Callable[..., Any])

JSON_BYTES = 64 * 1024
FRAMES_BYTES = 4 * 1024 * 1024 + JSON_BYTES
APPEAL_BYTES = 16 * 1024 * 1024
JSON = "application/json"
MULTIPART = "multipart/form-data"
FORM = "application/x-www-form-urlencoded"

_FILE = {"type": "string", "format": "binary"}


@dataclass(frozen=True, slots=True)
class Body:
    """Request body of a route: media type (None: any), maximum size, and schema where it is not JSON."""

    media: str | None = JSON
    most_bytes: int = JSON_BYTES
    shape: type[BaseModel] | Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """Example response of a route, the request that leads to it, and alternative requests."""

    answered: Any
    sent: Any = None
    requests: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Description:
    """Metadata of one route; `refuses` lists error codes defined in `api.http.docs.codes`."""

    body: Body = field(default_factory=Body)
    refuses: tuple[str, ...] = ()
    example: Example | None = None
    repeatable: bool = False


def describe(
    *, body: Body | None = None, refuses: tuple[str, ...] = (), example: Example | None = None
) -> Callable[[View], View]:
    """Return a decorator that attaches a Description to a view."""

    def attach(view: View) -> View:
        repeatable = described(view).repeatable
        view.described = Description(body or Body(), refuses, example, repeatable)  # type: ignore[attr-defined]
        return view

    return attach


def described(view: Callable[..., Any] | None) -> Description:
    """Return a view's Description, or the default of a plain JSON route."""
    found: Description = getattr(view, "described", None) or Description()
    return found


def multipart(most_bytes: int, required: tuple[str, ...], properties: Mapping[str, Any]) -> Body:
    """Return a multipart body of files and fields; other fields are ignored."""
    shape = {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": dict(properties),
    }
    return Body(MULTIPART, most_bytes, shape)


def plain_form(shape: type[BaseModel]) -> Body:
    """Return the body of a URL-encoded HTML form."""
    return Body(FORM, JSON_BYTES, shape)


def files(least: int, most: int) -> dict[str, Any]:
    """Return the schema of a repeated file field."""
    return {"type": "array", "items": _FILE, **({"minItems": least} if least else {}), "maxItems": most}


def file() -> dict[str, Any]:
    """Return the schema of a single file field."""
    return dict(_FILE)
