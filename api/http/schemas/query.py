"""Models of query strings with a cached JSON schema, because every request reads its fields."""

from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaValue


class Query(BaseModel):
    """Base of query string models."""

    @classmethod
    def model_json_schema(cls, *args: Any, **named: Any) -> JsonSchemaValue:
        """Return the JSON schema; without arguments the same cached object, which must not be changed."""
        return super().model_json_schema(*args, **named) if args or named else _schema(cls)


@cache
def _schema(kind: type[Query]) -> JsonSchemaValue:
    return super(Query, kind).model_json_schema()
