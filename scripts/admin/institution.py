"""Register institutions, rotate their keys, name their staff: `python -m scripts.institution --help`."""

import argparse

from rich.console import Console
from rich.table import Column, Table

from api.admin import institutions
from api.admin.institutions import Credentials
from api.ports import Ports
from models.domain.provider import Provider
from models.domain.sandbox import CAST
from scripts.admin import setting, staffing

console = Console()


def main(arguments: list[str] | None = None) -> None:
    """Run one command."""
    setting.run(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.institution", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="add | provider | popup | … | list")
    add = commands.add_parser("add", help="register an institution and print its credentials once")
    add.add_argument("name")
    add.add_argument("--network", action="append", default=[], help="CIDR its webhooks may also go to")
    add.add_argument(
        "--provider", type=Provider, choices=list(Provider), help="default: wechat; in the demo own"
    )
    add.add_argument("--sandbox", action="store_true", help="for tests: invented persons, real answers")
    add.add_argument("--window", type=int, default=120, help="seconds a sandbox's attempt waits (120)")
    add.set_defaults(run=_add)
    provider = commands.add_parser("provider", help="say who films and compares from the next attempt on")
    provider.add_argument("institution_id")
    provider.add_argument("provider", type=Provider, choices=list(Provider))
    provider.set_defaults(run=_provider)
    popup = commands.add_parser("popup", help="say which pages may frame the popup and hear its end")
    popup.add_argument("institution_id")
    popup.add_argument("--origin", action="append", default=[], help="such as https://till.example")
    popup.add_argument("--scheme", help="a URL scheme of the till's own: SCHEME://yibao-face?…")
    popup.set_defaults(run=_popup)
    rotate = commands.add_parser("rotate-key", help="replace API key and webhook secret")
    rotate.add_argument("institution_id")
    rotate.set_defaults(run=_rotate)
    staffing.add_to(commands)
    commands.add_parser("list", help="list institutions").set_defaults(run=_list)
    return parser


def _add(ports: Ports, options: argparse.Namespace) -> None:
    networks = tuple(options.network)
    if options.sandbox:
        _show(institutions.add_sandbox(ports, options.name, window_s=options.window, networks=networks))
        _show_magic_numbers()
        return
    provider = options.provider or (Provider.OWN if ports.settings.demo else Provider.WECHAT)
    _show(institutions.add_institution(ports, options.name, networks=networks, provider=provider))


def _show_magic_numbers() -> None:
    table = Table("outcome", "姓名", "证件号", title="sandbox persons")
    for person in CAST:
        table.add_row(person.outcome, person.name, person.number)
    console.print(table)


def _provider(ports: Ports, options: argparse.Namespace) -> None:
    institutions.set_provider(ports, options.institution_id, options.provider)
    print(f"{options.institution_id} is verified by {options.provider} from the next attempt on")


def _popup(ports: Ports, options: argparse.Namespace) -> None:
    institutions.set_popup(ports, options.institution_id, tuple(options.origin), options.scheme)
    print(f"the popup may be framed by {', '.join(options.origin) or 'nobody'}")


def _rotate(ports: Ports, options: argparse.Namespace) -> None:
    _show(institutions.rotate_key(ports, options.institution_id))


def _show(given: Credentials) -> None:
    """Print credentials; they cannot be read again."""
    print(f"institution_id  {given.institution_id}")
    print(f"api_key         {given.api_key}")
    print(f"webhook_secret  {given.webhook_secret}")
    print("Keep them now: they are not shown again.")


def _list(ports: Ports, _: argparse.Namespace) -> None:
    table = Table(Column("institution_id", no_wrap=True), "名称", "provider", "sandbox", "registered")
    for row in institutions.institutions(ports):
        table.add_row(
            row.id,
            row.name,
            row.provider,
            "沙箱" if row.sandbox else "",
            row.created_at.isoformat(timespec="seconds"),
        )
    console.print(table if table.row_count else "No institutions yet: python -m scripts.institution add NAME")


if __name__ == "__main__":
    main()
