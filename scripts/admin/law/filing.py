"""`yibao filing`: the papers for filing the processing of faces with the cyberspace office."""

import sys
from pathlib import Path

import click

from api.admin import assessing
from api.console.sessions import SignedIn
from api.filing import writing
from api.ports import Ports
from models.domain.console.operator import Right
from scripts.admin import identity, shell, terminal


@click.command(cls=shell.Command)
@click.argument("folder", type=click.Path(path_type=Path))
@shell.on_ports
@identity.needs(Right.ASSESS)
def filing(ports: Ports, _who: SignedIn, folder: Path) -> None:
    """生成备案材料到一个新目录 / write the papers of a filing (100,000 faces) into a new folder."""
    try:
        names = writing.write(ports, folder, assessing.history(ports))
    except FileExistsError:
        sys.exit("目录已存在 / the folder exists already: name a new one")
    for name in names:
        terminal.line(name)


def main(arguments: list[str] | None = None) -> None:
    """Run `yibao filing`."""
    shell.run(filing, arguments, "yibao filing")
