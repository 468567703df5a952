"""Translates JSON Schema to TypeScript."""

import json
from collections.abc import Mapping
from typing import Any

SIMPLE = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def ts_type(schema: Mapping[str, Any]) -> str:
    """Return a schema's TypeScript type; `unknown` where the schema gives none."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "enum" in schema:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
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


def declaration(
    name: str, schema: Mapping[str, Any], base: tuple[str, Mapping[str, Any]] | None = None
) -> str:
    """Return the exported declaration of a named schema; one with all fields of a base extends it."""
    if "properties" not in schema:
        return f"export type {name} = {ts_type(schema)}\n"
    lines, extends = _fields(schema), ""
    if base and base[0] != name and set(_fields(base[1])) <= set(lines):
        extends = f" extends {base[0]}"
        lines = [line for line in lines if line not in _fields(base[1])]
    return "\n".join([f"export interface {name}{extends} {{", *lines, "}", ""])


def _fields(schema: Mapping[str, Any]) -> list[str]:
    """Return one line per property."""
    required = set(schema.get("required", ()))
    return [
        f"  {field}{'' if field in required else '?'}: {ts_type(inner)}"
        for field, inner in schema["properties"].items()
    ]
