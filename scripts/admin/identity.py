"""Who runs a command: the account of the console whose token the shell holds."""

import functools
import sys
from collections.abc import Callable
from typing import Any

import click

from api.console.sessions import SignedIn, signed_in
from api.ports import Ports
from models.domain.console.operator import Right
from models.domain.errors import Forbidden

VARIABLE = "YIBAO_OPERATOR_TOKEN"
ASKED = f"账号令牌，也可放在 {VARIABLE} / token of one's account: yibao console token NAME"


def needs(right: Right) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that passes the signed-in account, which must have the right, after the ports."""

    def attach(function: Callable[..., Any]) -> Callable[..., Any]:
        @click.option("--token", envvar=VARIABLE, help=ASKED)
        @functools.wraps(function)
        def command(ports: Ports, /, *, token: str | None, **given: Any) -> Any:
            who = signed_in(ports, token) if token else None
            if who is None:
                sys.exit(f"请先登录 / sign in first: export {VARIABLE}=$(yibao console token NAME)")
            _check(who, right)
            return function(ports, who, **given)

        return command

    return attach


def _check(who: SignedIn, right: Right) -> None:
    if not who.may(right):
        raise Forbidden("this role may not do this")
