"""The OpenAPI 3.1 document of flask-openapi3, with errors documented as application/problem+json."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, redirect
from flask_openapi3 import Info, OpenAPI
from pydantic import BaseModel, ValidationError

from api.http.description import Description, described
from api.http.docs.codes import explain
from api.http.docs.examples import CODES, DETAILS, exemplify
from api.http.docs.hooks import Schema, describe_webhooks
from api.http.problems import MEDIA_TYPE, body_of, problem
from api.http.schemas.answers import Problem

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
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


def malformed(error: ValidationError) -> Response:
    """Return 400 with the names of the invalid fields, never their values."""
    fields = sorted(
        {".".join(map(str, entry["loc"])) or "body" for entry in error.errors(include_input=False)}
    )
    if fields == ["body"]:
        return problem(400, "malformed", "the body must be JSON in UTF-8 请求体须为 UTF-8 编码的 JSON")
    return problem(400, "malformed", "please check: " + ", ".join(fields)[:300])


class Api(OpenAPI):
    """Flask application that generates its OpenAPI document."""

    def generate_spec_json(self) -> None:
        """Generate the document and add each route's Description to it."""
        super().generate_spec_json()  # type: ignore[no-untyped-call]
        schemas = self.spec_json["components"]["schemas"]
        schemas["Problem"] = Problem.model_json_schema()
        views = self._views()
        for path, operations in self.spec_json["paths"].items():
            for method, operation in operations.items():
                route = described(views.get((method.upper(), path)))
                _label(operation, path, route)
                exemplify(operation, route.example)
        describe_webhooks(self.spec_json)

    def _views(self) -> dict[tuple[str, str], Callable[..., Any]]:
        """Return the view function of each method and path in the document."""
        return {
            (method, PARAMETER.sub(r"{\1}", rule.rule)): self.view_functions[rule.endpoint]
            for rule in self.url_map.iter_rules()
            for method in rule.methods or ()
        }


def _label(operation: dict[str, Any], path: str, route: Description) -> None:
    """Add to one operation its errors and, where present, its body and Idempotency-Key."""
    responses = operation.setdefault("responses", {})
    responses.pop("422", None)
    responses.pop("400", None)
    for status, code in _codes(operation, path, route).items():
        shown_at = responses.setdefault(status, {"description": "Problem"})
        example = body_of(int(status), code)
        if code in DETAILS:
            example["detail"] = DETAILS[code]
        shown = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
        shown_at.setdefault("content", {})[MEDIA_TYPE] = shown
    if path.startswith("/popup/"):
        for answered in responses.values():
            answered.setdefault("content", {}).setdefault("text/html", {"schema": {"type": "string"}})
    if route.repeatable:
        operation.setdefault("parameters", []).append(KEY)
    if path.endswith("/events"):
        responses["200"]["content"]["text/event-stream"] = {"schema": {"type": "string"}}
    if route.body.media and route.body.shape is not None:
        content = {route.body.media: {"schema": _schema(route.body.shape)}}
        operation["requestBody"] = {"required": True, "content": content}


def _codes(operation: dict[str, Any], path: str, route: Description) -> dict[str, str]:
    """Return the error statuses of a route with the example code of each."""
    if path.startswith("/v1/"):
        return explain(operation, route)
    identified = path.startswith(("/mp/", "/wechat/"))
    return {status: code for status, code in CODES.items() if identified or status not in IDENTIFIED}


def _schema(shape: type[BaseModel] | Mapping[str, Any]) -> Schema:
    """Return a body's JSON schema; referenced models are already in components."""
    if isinstance(shape, Mapping):
        return dict(shape)
    schema = shape.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    return schema


def new_app() -> Api:
    """Return an application without routes."""
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
