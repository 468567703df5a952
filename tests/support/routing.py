"""Keep what werkzeug compiles for a URL rule, because every test builds an application of its own."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Built = Callable[..., tuple[str, str]]


def remember_rules() -> None:
    """Compile each URL rule once a process: the same rule gives the same function in any app."""
    compiled, kept = Rule._compile_builder, dict[Any, Built]()

    def remembered(rule: Rule, append_unknown: bool = True) -> Built:
        defaults = tuple(sorted((rule.defaults or {}).items()))
        key = (tuple(rule._trace), defaults, append_unknown)
        if key not in kept:
            kept[key] = compiled(rule, append_unknown)
        return kept[key]

    Rule._compile_builder = remembered
