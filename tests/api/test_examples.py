"""Every route of a till shows an example of what is sent and answered, and the schema agrees with it."""

from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from tests.api.idor import document

DOCUMENT = document()
ROUTES = sorted(
    f"{method.upper()} {path}"
    for path, methods in DOCUMENT["paths"].items()
    for method in methods
    if path.startswith("/v1/")
)


def agree(media: dict[str, Any]) -> None:
    """Check every example of a media type against its schema."""
    several = media.get("examples", {}).values()
    shown = [media["example"]] if "example" in media else [one["value"] for one in several]
    validator = Draft202012Validator(media["schema"] | {"components": DOCUMENT["components"]})
    assert shown
    for example in shown:
        assert [error.message for error in validator.iter_errors(example)] == []


def test_the_document_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")


@pytest.mark.parametrize("route", ROUTES)
def test_a_tills_route_has_examples_that_its_schema_allows(route: str) -> None:
    method, path = route.split(" ")
    operation = DOCUMENT["paths"][path][method.lower()]
    if "requestBody" in operation:
        agree(operation["requestBody"]["content"]["application/json"])
    answered = [status for status in operation["responses"] if status in ("200", "201")]
    assert answered
    for status in answered:
        agree(operation["responses"][status]["content"]["application/json"])
    problems = [status for status in operation["responses"] if status >= "400"]
    for status in problems:
        media = operation["responses"][status]["content"]["application/problem+json"]
        agree(media)
        assert media["example"]["status"] == int(status)


def test_an_invalid_example_is_detected() -> None:
    media = DOCUMENT["paths"]["/v1/verifications"]["post"]["requestBody"]["content"]["application/json"]
    with pytest.raises(AssertionError):
        agree(media | {"example": media["example"] | {"amount_fen": "128.50"}})
    with pytest.raises(AssertionError):
        agree(media | {"example": media["example"] | {"amount": 12850}})
