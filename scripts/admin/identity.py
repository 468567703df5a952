"""Identifies the operator of a command by the console account whose token is in the environment."""

import functools
import sys
from collections.abc import Callable
from typing import Any

import click

from api.console.sessions import SignedIn, signed_in
from api.ports import Ports
from models.domain.console.operator import SENSITIVE, Right
from models.domain.errors import Forbidden

VARIABLE = "YIBAO_OPERATOR_TOKEN"
ASKED = f"账号令牌，也可放在 {VARIABLE} / token of one's account: yibao console token NAME"
COMMAND_LINE = "command line"
token = click.option("--token", envvar=VARIABLE, help=ASKED)


def needs(right: Right) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that passes the signed-in account, which must have the right, after the ports."""

    def attach(function: Callable[..., Any]) -> Callable[..., Any]:
        @token
        @functools.wraps(function)
        def command(ports: Ports, /, *, token: str | None, **given: Any) -> Any:
            return function(ports, account(ports, token, right), **given)

        return command

    return attach


def known(ports: Ports, given: str | None) -> str:
    """Return the account of a token that still works, else the command line itself."""
    who = signed_in(ports, given) if given else None
    return who.operator_id if who else COMMAND_LINE


def account(ports: Ports, given: str | None, right: Right) -> SignedIn:
    """Return the account of a token, or end the command; raises Forbidden without the right.

    A sensitive right asks for a sign-in of the last five minutes, as the console asks for a fresh code.
    """
    who = signed_in(ports, given) if given else None
    if who is None:
        sys.exit(f"请先登录 / sign in first: export {VARIABLE}=$(yibao console token NAME)")
    if not who.may(right):
        raise Forbidden("this role may not do this")
    if right in SENSITIVE and not who.fresh:
        sys.exit(f"请重新登录（5 分钟内）/ sign in again: export {VARIABLE}=$(yibao console token NAME)")
    return who
