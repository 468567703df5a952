"""miniprogram/services/contract.ts: TypeScript types of the mini-program's API."""

from collections.abc import Iterator, Mapping
from typing import Any

from api.http.docs.openapi import new_app
from api.http.routes.mini_program import mp
from api.http.routes.subject import me
from scripts.codegen.typescript import declaration, ts_type

HEAD = "// Made by `python -m scripts.miniprogram` from /openapi.json, which says what each is.\n"
# Every action on a scene returns the scene's fields and its own.
SCENE = "SceneAnswer"


def document() -> dict[str, Any]:
    """Return the OpenAPI document of the mini-program's routes."""
    app = new_app()
    for blueprint in (mp, me):
        app.register_api(blueprint)
    made: dict[str, Any] = app.api_doc
    return made


def contract() -> str:
    """Return the TypeScript module: every schema, and the request and response type of each operation."""
    given = document()
    schemas: dict[str, Any] = given["components"]["schemas"]
    scene = (SCENE, schemas[SCENE])
    parts = [HEAD, *(declaration(name, schema, scene) for name, schema in sorted(schemas.items()))]
    parts.append("\n".join(["export interface Operations {", *_operations(given["paths"]), "}", ""]))
    return "\n".join(parts)


def _operations(paths: Mapping[str, Any]) -> Iterator[str]:
    """Yield one line for each operation."""
    for path, methods in sorted(paths.items()):
        for method, operation in sorted(methods.items()):
            yield f"  '{method.upper()} {path}': {{ body: {_body(operation)}; answer: {_answer(operation)} }}"


def _body(operation: Mapping[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        return "ArrayBuffer"
    return ts_type(content["application/json"]["schema"]) if content else "null"


def _answer(operation: Mapping[str, Any]) -> str:
    found = [operation["responses"].get(status, {}) for status in ("200", "201")]
    schemas = [one["content"]["application/json"]["schema"] for one in found if one.get("content")]
    return ts_type(schemas[0]) if schemas else "null"
