"""Base classes and decorators of operators' click commands, which run on the real ports.

Exit codes: 0 success, 1 refused or failed check, 2 usage error or wrong settings.
"""

import functools
import sys
from collections.abc import Callable
from typing import Any

import click
import structlog

from models.domain.errors import Refusal
from scripts.admin import setting, terminal

HELP = "显示说明后退出 / show this and exit"
DEMO = "用演示库 var/demo.env / work on the demo's installation"
JSON = "输出 JSON，供程序读取 / print JSON, for a program"
Function = Callable[..., Any]


def _meant(context: click.Context, _: click.Parameter, given: bool) -> None:
    """Store the --demo flag for the whole command line."""
    if given:
        context.meta[DEMO] = True


def demo_is_meant(context: click.Context) -> bool:
    """Tell whether --demo was given at any level of the command line."""
    return DEMO in context.meta


demo_option = click.option("--demo", is_flag=True, expose_value=False, callback=_meant, help=DEMO)
as_json = click.option("--json", "as_json", is_flag=True, help=JSON)


class Command(click.Command):
    """Click command with bilingual help for --help."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.context_settings.setdefault("help_option_names", ["-h", "--help"])

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the --help option with bilingual help."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = HELP
        return option


class Group(Command, click.Group):
    """Click group that accepts --demo before or after the sub-command."""

    command_class = Command

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        demo_option(self)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each command's first help line, untruncated."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("命令 / commands"):
            formatter.write_dl([(name, (one.help or "").split("\n")[0]) for name, one in found if one])


def on_ports(function: Function) -> Function:
    """Pass the real ports to a command as its first argument; a Refusal ends it with code and detail."""

    @demo_option
    @click.pass_context
    @functools.wraps(function)
    def command(context: click.Context, /, **given: Any) -> Any:
        # Log to standard error: standard output may be parsed by a program.
        structlog.configure(logger_factory=_beside)
        ports = setting.ports(demo=demo_is_meant(context))
        try:
            return function(ports, **given)
        except Refusal as refusal:
            detail = terminal.visible(refusal.detail)
            sys.exit(f"{refusal.code}: {detail}" if detail else refusal.code)
        finally:
            ports.database.dispose()

    return command


def _beside(*_: Any) -> structlog.PrintLogger:
    """Return a logger that writes to the current standard error."""
    return structlog.PrintLogger(sys.stderr)


def run(command: click.Command, arguments: list[str] | None, name: str) -> None:
    """Run a command as `name`; return on success, else exit with its exit code."""
    try:
        command.main(args=arguments, prog_name=name)
    except SystemExit as end:
        if end.code:
            raise
