"""The OpenAPI 3.1 document: flask-openapi3's, with its errors labelled as the problems they are."""

from typing import Any

from flask import Response, redirect
from flask_openapi3 import Info, OpenAPI
from pydantic import BaseModel, ValidationError

from api.http.docs.codes import explain
from api.http.docs.examples import CODES, exemplify
from api.http.problems import MEDIA_TYPE, body_of, problem
from api.http.schemas.answers import Problem
from api.http.schemas.forms import Documents, Form, Pick

IDENTIFIED = ("401", "403")
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "每做一件事随机取一个新的，只在这件事重发时原样再用：同一个键在 24 小时内得到同一个答复"
    "（也包括 409 和 422）。\n\nA fresh random key per action, kept only while that action is repeated.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[ -~]+$"},
}
SECURITY: dict[str, Any] = {
    "api_key": {"type": "http", "scheme": "bearer", "description": "The institution's API key."},
    "session": {"type": "http", "scheme": "bearer", "description": "The token of POST /mp/v1/login."},
}
GUIDE = (
    "**收银台接入指南、示例程序：[/docs/guide](/docs/guide)** · How to write a till, with clients to copy."
)
_FILE = {"type": "string", "format": "binary"}
_PHOTOS = {"type": "array", "items": _FILE, "maxItems": 3}
UPLOADS: dict[str, dict[str, Any]] = {
    "/precheck": {"required": ["frame"], "properties": {"frame": _FILE}},
    "/frames": {
        "required": ["frames", "meta"],
        "properties": {
            "frames": {"type": "array", "items": _FILE, "minItems": 1, "maxItems": 12},
            "meta": {
                "type": "string",
                "description": "JSON: [{seq, t_ms, kind: motion|evidence, mirrored?}]",
            },
        },
    },
    "/appeal": {
        "required": ["reason", "statement"],
        "properties": {
            "reason": {"enum": ["photo_outdated", "appearance_changed", "capture_trouble", "other"]},
            "statement": {"type": "string", "minLength": 1, "maxLength": 500},
            "photos": _PHOTOS,
        },
    },
}


FORMS: dict[str, type[BaseModel]] = {
    "/push": Pick,
    "/code": Pick,
    "/back": Form,
    "/till-code": Pick,
    "/bypass": Documents,
}


def malformed(error: ValidationError) -> Response:
    """Answer 400 naming the fields that cannot be read, never their values."""
    fields = sorted(
        {".".join(map(str, entry["loc"])) or "body" for entry in error.errors(include_input=False)}
    )
    if fields == ["body"]:
        return problem(400, "malformed", "the body must be JSON in UTF-8 请求体须为 UTF-8 编码的 JSON")
    return problem(400, "malformed", "please check: " + ", ".join(fields)[:300])


class Api(OpenAPI):
    """A Flask application that documents itself."""

    def generate_spec_json(self) -> None:
        """Make the document, then add what each route may refuse and how files are sent."""
        super().generate_spec_json()
        schemas = self.spec_json["components"]["schemas"]
        schemas["Problem"] = Problem.model_json_schema()
        for path, operations in self.spec_json["paths"].items():
            for method, operation in operations.items():
                _label(operation, path, method)
                exemplify(operation, f"{method.upper()} {path}")


def _label(operation: dict[str, Any], path: str, method: str) -> None:
    """Give one operation its problems and, where it has them, its files and its key."""
    responses = operation.setdefault("responses", {})
    responses.pop("422", None)
    responses.pop("400", None)
    for status, code in _codes(operation, path, method).items():
        described = responses.setdefault(status, {"description": "Problem"})
        example = body_of(int(status), code)
        shown = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
        described.setdefault("content", {})[MEDIA_TYPE] = shown
    if path.startswith("/popup/"):
        _label_popup(operation, path, method)
    if path.startswith("/v1/") and method == "post":
        operation.setdefault("parameters", []).append(KEY)
    if path.endswith("/events"):
        responses["200"]["content"]["text/event-stream"] = {"schema": {"type": "string"}}
    for ending, form in UPLOADS.items():
        if path.endswith(ending):
            schema = {"type": "object", "additionalProperties": False, **form}
            operation["requestBody"] = {
                "required": True,
                "content": {"multipart/form-data": {"schema": schema}},
            }


def _codes(operation: dict[str, Any], path: str, method: str) -> dict[str, str]:
    """Return the statuses a route may refuse with, and the code to show for each."""
    if path.startswith("/v1/"):
        return explain(operation, f"{method.upper()} {path}")
    identified = path.startswith(("/mp/", "/wechat/"))
    return {status: code for status, code in CODES.items() if identified or status not in IDENTIFIED}


def _label_popup(operation: dict[str, Any], path: str, method: str) -> None:
    """Say that the popup answers people with pages and takes plain forms."""
    for described in operation["responses"].values():
        described.setdefault("content", {}).setdefault("text/html", {"schema": {"type": "string"}})
    for ending, form in FORMS.items():
        if method == "post" and path.endswith(ending):
            schema = form.model_json_schema(ref_template="#/components/schemas/{model}")
            schema.pop("$defs", None)
            content = {"application/x-www-form-urlencoded": {"schema": schema}}
            operation["requestBody"] = {"required": True, "content": content}


def new_app() -> Api:
    """Return an application without routes yet."""
    app = Api(
        "api",
        info=Info(title="医保人脸核验 yibao-face", version="1.0.0", description=GUIDE),
        security_schemes=SECURITY,
        doc_prefix="/docs",
        validation_error_callback=malformed,
        validation_error_status=400,
        validation_error_model=Problem,
    )
    app.add_url_rule("/openapi.json", "openapi_document", lambda: app.api_doc)
    app.add_url_rule("/docs", "docs", lambda: redirect("/docs/swagger"))
    return app
