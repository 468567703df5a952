"""The OpenAPI 3.1 document: flask-openapi3's, with its errors labelled as the problems they are."""

from typing import Any

from flask_openapi3 import Info, OpenAPI
from pydantic import BaseModel, ValidationError
from flask import Response

from api.problems import MEDIA_TYPE, problem
from api.schemas.answers import Problem

EVERYWHERE = ("400", "401", "403", "404", "409", "410", "413", "415", "422", "429", "500", "503")
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Repeat the request safely: the same key and body give the same answer for 24 h.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[ -~]+$"},
}
SECURITY = {
    "api_key": {"type": "http", "scheme": "bearer", "description": "The institution's API key."},
    "session": {"type": "http", "scheme": "bearer", "description": "The token of POST /mp/v1/login."},
}


def malformed(error: ValidationError) -> Response:
    """Answer 400 naming the fields that cannot be read, never their values."""
    fields = sorted({".".join(map(str, entry["loc"])) or "body" for entry in error.errors(include_input=False)})
    return problem(400, "malformed", "please check: " + ", ".join(fields)[:300])


class Api(OpenAPI):
    """A Flask application that documents itself."""

    @property
    def api_doc(self) -> dict[str, Any]:
        """Return the document with every problem a route may answer."""
        document = super().api_doc
        document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                _label(operation, path, method)
        return document


def _label(operation: dict[str, Any], path: str, method: str) -> None:
    """Give one operation its problems and, where it can be repeated, its key."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    responses = operation.setdefault("responses", {})
    responses.pop("422", None)
    for status in EVERYWHERE:
        described = responses.setdefault(status, {"description": "Problem"})
        described.setdefault("content", {}).update(content)
    if path.startswith("/v1/") and method == "post":
        operation.setdefault("parameters", []).append(KEY)
    if path.endswith("/events"):
        responses["200"]["content"]["text/event-stream"] = {"schema": {"type": "string"}}


def new_app() -> Api:
    """Return an application without routes yet."""
    info = Info(title="医保人脸核验 yibao-face", version="1.0.0")
    return Api(
        "api",
        info=info,
        security_schemes=SECURITY,
        doc_prefix="/docs",
        doc_ui=True,
        doc_url="/../openapi.json",
        validation_error_callback=malformed,
        validation_error_status=400,
        validation_error_model=BaseModel,
    )
