"""Whose WeChat an openid is, where a file says so: real WeChat tells nobody."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def names(file: str) -> dict[str, str]:
    """Return the names by openid that a JSON file holds; none where it is absent or half written."""
    try:
        return dict(_named(json.loads(Path(file).read_text(encoding="utf-8"))))
    except (OSError, ValueError):
        return {}


def _named(value: Any) -> Iterator[tuple[str, str]]:
    """Yield every `openid` that stands beside a `name`, and every `staff_openid` as its institution's."""
    if isinstance(value, list):
        for one in value:
            yield from _named(one)
    elif isinstance(value, dict):
        if value.get("name") and value.get("openid"):
            yield value["openid"], value["name"]
        if value.get("name") and value.get("staff_openid"):
            yield value["staff_openid"], f"收费员 · {value['name']}"
        yield from _named(list(value.values()))
