"""Query strings: models whose JSON schema, by which every request's fields are read, is made once."""

from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaValue


class Query(BaseModel):
    """Base of a query string's fields."""

    @classmethod
    def model_json_schema(cls, *args: Any, **named: Any) -> JsonSchemaValue:
        """Return the JSON schema; without arguments always the same object, which nobody may change."""
        return super().model_json_schema(*args, **named) if args or named else _schema(cls)


@cache
def _schema(kind: type[Query]) -> JsonSchemaValue:
    return super(Query, kind).model_json_schema()
