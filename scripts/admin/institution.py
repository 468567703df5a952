"""`yibao institution`: register institutions, rotate their keys, set what is agreed with them."""

from dataclasses import asdict
from typing import Any

import click

from api.admin import institutions
from api.admin.institutions import Credentials
from api.ports import Ports
from models.domain.provider import Provider
from models.domain.sandbox import CAST
from scripts.admin import shell, terminal
from scripts.admin.staffing import staff

PROVIDERS = click.Choice([str(one) for one in Provider])


@click.group(cls=shell.Group)
def institution() -> None:
    """机构 / institutions and their keys."""


institution.add_command(staff)


@institution.command("add")
@click.argument("name")
@click.option(
    "--network", multiple=True, metavar="CIDR", help="回调还可发往此网段 / its webhooks may also go there"
)
@click.option("--provider", type=PROVIDERS, help="默认 wechat，演示为 own / default: wechat; in the demo own")
@click.option("--sandbox", is_flag=True, help="沙箱，虚构人员 / for tests: invented persons, real answers")
@click.option(
    "--window", type=int, default=120, show_default=True, help="沙箱的等待秒数 / seconds a sandbox waits"
)
@shell.as_json
@shell.on_ports
def _add(ports: Ports, name: str, as_json: bool, **terms: Any) -> None:
    """登记机构，密钥只显示这一次 / register an institution and print its credentials once."""
    networks = tuple(terms["network"])
    if terms["sandbox"]:
        given = institutions.add_sandbox(ports, name, window_s=terms["window"], networks=networks)
    else:
        default = Provider.OWN if ports.settings.demo else Provider.WECHAT
        provider = Provider(terms["provider"] or default)
        given = institutions.add_institution(ports, name, networks=networks, provider=provider)
    _show(given, as_json, cast=terms["sandbox"])


def _show(given: Credentials, as_json: bool, *, cast: bool = False) -> None:
    """Print credentials, which cannot be read again, and for a sandbox whom its tills can meet."""
    persons = [{"outcome": one.outcome, "name": one.name, "id_number": one.number} for one in CAST]
    if as_json:
        terminal.document(asdict(given) | ({"persons": persons} if cast else {}))
        return
    terminal.facts(asdict(given))
    click.echo("Keep them now: they are not shown again. / 请立即保存，不再显示")
    if cast:
        terminal.table(persons, "")


@institution.command("provider")
@click.argument("institution_id")
@click.argument("provider", type=PROVIDERS)
@shell.on_ports
def _provider(ports: Ports, institution_id: str, provider: str) -> None:
    """由谁拍摄和比对，下次核验起生效 / say who films and compares from the next attempt on."""
    institutions.set_provider(ports, institution_id, Provider(provider))
    terminal.line(f"{institution_id} is verified by {provider} from the next attempt on")


@institution.command("popup")
@click.argument("institution_id")
@click.option("--origin", multiple=True, help="可嵌入的网页来源 / such as https://till.example; repeat")
@click.option("--scheme", help="收银台自己的协议名 / a URL scheme of the till's own: SCHEME://yibao-face?…")
@shell.on_ports
def _popup(ports: Ports, institution_id: str, origin: tuple[str, ...], scheme: str | None) -> None:
    """谁可嵌入弹窗并得知结束 / say which pages may frame the popup and hear its end."""
    institutions.set_popup(ports, institution_id, origin, scheme)
    terminal.line(f"the popup may be framed by {', '.join(origin) or 'nobody'}")


@institution.command("rotate-key")
@click.argument("institution_id")
@shell.as_json
@shell.on_ports
def _rotate(ports: Ports, institution_id: str, as_json: bool) -> None:
    """换发密钥，旧的立即失效 / replace API key and webhook secret, at once."""
    _show(institutions.rotate_key(ports, institution_id), as_json)


@institution.command("list")
@shell.as_json
@shell.on_ports
def _list(ports: Ports, as_json: bool) -> None:
    """列出机构 / list institutions."""
    found: list[dict[str, object]] = [
        {
            "institution_id": row.id,
            "name": row.name,
            "provider": row.provider,
            "sandbox": row.sandbox,
            "registered": row.created_at,
        }
        for row in institutions.institutions(ports)
    ]
    if as_json:
        terminal.document(found)
        return
    rows = [row | {"sandbox": "沙箱" if row["sandbox"] else ""} for row in found]
    terminal.table(rows, "还没有机构 / No institutions yet: yibao institution add NAME")


def main(arguments: list[str] | None = None) -> None:
    """Run one command."""
    shell.run(institution, arguments, "python -m scripts.institution")
