"""JSON Schema as TypeScript."""

import json
from collections.abc import Mapping
from typing import Any

SIMPLE = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def ts_type(schema: Mapping[str, Any]) -> str:
    """Return the type a schema describes; what it leaves open is `unknown`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(ts_type(one) for one in schema["anyOf"]))
    kind = schema.get("type")
    if kind == "array":
        inner = ts_type(schema.get("items", {}))
        return f"({inner})[]" if " " in inner else f"{inner}[]"
    if kind == "object":
        return "Record<string, unknown>"
    return SIMPLE.get(str(kind), "unknown")


def declaration(name: str, schema: Mapping[str, Any]) -> str:
    """Return the exported declaration of one named schema."""
    said = f"/** {schema['description']} */\n" if schema.get("description") else ""
    if "properties" not in schema:
        return f"{said}export type {name} = {ts_type(schema)}\n"
    required = set(schema.get("required", ()))
    lines = [
        f"  {field}{'' if field in required else '?'}: {ts_type(inner)}"
        for field, inner in schema["properties"].items()
    ]
    return "\n".join([f"{said}export interface {name} {{", *lines, "}", ""])
