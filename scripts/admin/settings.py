"""`yibao setting`: show the settings without secrets, and check that they are complete."""

import sys

import click
from pydantic import SecretStr

from api.settings import Settings, problems
from matcher.service.environment import Reading, variable
from scripts.admin import setting as installation
from scripts.admin import shell, terminal

# URLs that may contain a password.
HIDDEN = ("database_url", "jobs_url", "objects_url")


@click.group(cls=shell.Group)
def setting() -> None:
    """本机设置 / the settings of this installation."""


@setting.command("show")
@shell.demo_option
@shell.as_json
@click.pass_context
def _show(context: click.Context, as_json: bool) -> None:
    """显示设置，不显示密钥；有误或不全时退出码为 1 / show them without secrets; exit 1 where one is wrong."""
    given = installation.reading(demo=shell.demo_is_meant(context))
    shown = {variable(name): _told(given, name) for name in Settings.model_fields}
    wrong = [str(problem) for problem in problems(given)]
    if as_json:
        terminal.document({"settings": shown, "problems": wrong})
    else:
        terminal.facts(shown)
    for problem in [] if as_json else wrong:
        click.echo(f"✗ {terminal.visible(problem)}", err=True)
    sys.exit(bool(wrong))


def _told(given: Reading[Settings], name: str) -> str | int | None:
    """Return a setting's value with secrets redacted; None for one that is wrong or not set."""
    if given.is_wrong(name):
        return None
    value = getattr(given.settings, name)
    if isinstance(value, SecretStr):
        return "***" if value.get_secret_value() else None
    if name in HIDDEN:
        return _without_password(value)
    return value if isinstance(value, int) else str(value) if value else None


def _without_password(url: str) -> str | None:
    """Return a URL without user name and password."""
    scheme, separator, rest = url.partition("://")
    host = rest.rpartition("@")[2] if "@" in rest.partition("/")[0] else rest
    return f"{scheme}{separator}{host.partition('?')[0]}" or None
