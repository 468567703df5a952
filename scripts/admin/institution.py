"""`yibao institution`: register institutions, rotate their keys and configure them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import click

from api.acts.ledger import Entry, record
from api.admin import api_keys, institutions
from api.admin.institutions import Credentials
from api.console.sessions import SignedIn
from api.ports import Ports
from models.domain import provider as providers
from models.domain.attempt import Channel
from models.domain.console.act import ActKind
from models.domain.console.operator import Right
from models.domain.provider import Provider
from models.domain.sandbox import CAST
from scripts.admin import identity, shell, terminal
from scripts.admin.staffing import staff

PROVIDERS = click.Choice([str(one) for one in Provider])
CHANNELS = click.Choice([str(one) for one in Channel])
ACCEPTS = "本账号接受顾客手机的影像可能伪造 / this account accepts that customers' film can be forged"


@click.group(cls=shell.Group)
def institution() -> None:
    """机构 / institutions and their keys."""


institution.add_command(staff)


@institution.command("add")
@click.argument("name")
@click.option(
    "--network", multiple=True, metavar="CIDR", help="回调还可发往此网段 / its webhooks may also go there"
)
@click.option(
    "--provider",
    type=PROVIDERS,
    help="默认推送 wechat、收费员手机 own，演示为 own / default: wechat on push, own on qr; in the demo own",
)
@click.option("--accept-forged-film", is_flag=True, help=ACCEPTS)
@click.option("--sandbox", is_flag=True, help="沙箱，虚构人员 / for tests: invented persons, real answers")
@click.option(
    "--window", type=int, default=120, show_default=True, help="沙箱的等待秒数 / seconds a sandbox waits"
)
@shell.as_json
@shell.on_ports
@identity.needs(Right.CHANGE_INSTITUTIONS)
def _add(ports: Ports, who: SignedIn, name: str, as_json: bool, **terms: Any) -> None:
    """登记机构，密钥只显示这一次 / register an institution and print its credentials once."""
    networks, accepted_by = terms["network"], who.name if terms["accept_forged_film"] else None
    with ports.database.transaction() as db:
        inside = ports.within(db)
        if terms["sandbox"]:
            given = institutions.add_sandbox(inside, name, window_s=terms["window"], networks=networks)
        else:
            given = _added(inside, (name, networks), terms["provider"], accepted_by)
        record(ports, db, Entry(who.operator_id, ActKind.INSTITUTION_ADDED, given.institution_id))
    _show(given, as_json, cast=terms["sandbox"])


def _added(
    ports: Ports, named: tuple[str, tuple[str, ...]], provider: str | None, accepted_by: str | None
) -> Credentials:
    """Register an institution; by default the `own` provider runs on the staff's phones only."""
    usual = Provider.OWN if ports.settings.demo else Provider.WECHAT
    wanted = Provider(provider or usual)
    providers.check_accepted(wanted, accepted_by or ("demo" if ports.settings.demo else None))
    given = institutions.add_institution(ports, named[0], networks=named[1], provider=usual)
    institutions.set_provider(ports, given.institution_id, wanted, None, accepted_by)
    if provider is None:
        institutions.set_provider(ports, given.institution_id, Provider.OWN, Channel.QR)
    return given


def _show(given: Credentials, as_json: bool, *, cast: bool = False) -> None:
    """Print the credentials, which cannot be read again, and a sandbox's test persons."""
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
@click.option("--channel", type=CHANNELS, help="只改这一种 / only this one")
@click.option("--accept-forged-film", is_flag=True, help=ACCEPTS)
@shell.on_ports
@identity.needs(Right.CHANGE_INSTITUTIONS)
def _provider(ports: Ports, who: SignedIn, institution_id: str, provider: str, **terms: Any) -> None:
    """由谁拍摄和比对，下次核验起生效 / set the provider from the next attempt on."""
    channel, accepted_by = terms["channel"], who.name if terms["accept_forged_film"] else None
    only = Channel(channel) if channel else None
    told = {"provider": provider, "channel": channel or "all", "accepted_by": accepted_by or ""}
    with _changing(ports, who, institution_id, told) as inside:
        institutions.set_provider(inside, institution_id, Provider(provider), only, accepted_by)
    where = f" on {channel}" if channel else ""
    terminal.line(f"{institution_id} is verified by {provider}{where} from the next attempt on")


@institution.command("district")
@click.argument("institution_id")
@click.argument("district")
@shell.on_ports
@identity.needs(Right.CHANGE_INSTITUTIONS)
def _district(ports: Ports, who: SignedIn, institution_id: str, district: str) -> None:
    """所在区县，用于统计 / set the district, for figures from now on."""
    with _changing(ports, who, institution_id, {"district": district}) as inside:
        institutions.set_district(inside, institution_id, district)
    terminal.line(f"{institution_id} lies in {district}")


@institution.command("popup")
@click.argument("institution_id")
@click.option("--origin", multiple=True, help="可嵌入的网页来源 / such as https://till.example; repeat")
@click.option("--scheme", help="收银台自己的协议名 / a URL scheme of the till's own: SCHEME://yibao-face?…")
@shell.on_ports
@identity.needs(Right.CHANGE_INSTITUTIONS)
def _popup(
    ports: Ports, who: SignedIn, institution_id: str, origin: tuple[str, ...], scheme: str | None
) -> None:
    """谁可嵌入弹窗并得知结束 / set which pages may frame the popup and receive its result."""
    told = {"origins": " ".join(origin), "scheme": scheme or ""}
    with _changing(ports, who, institution_id, told) as inside:
        institutions.set_popup(inside, institution_id, origin, scheme)
    terminal.line(f"the popup may be framed by {', '.join(origin) or 'nobody'}")


@institution.command("rotate-key")
@click.argument("institution_id")
@shell.as_json
@shell.on_ports
@identity.needs(Right.CHANGE_INSTITUTIONS)
def _rotate(ports: Ports, who: SignedIn, institution_id: str, as_json: bool) -> None:
    """换发密钥，旧的立即失效 / replace API key and webhook secret, at once."""
    with _changing(ports, who, institution_id, {"key": "replace"}) as inside:
        given = institutions.rotate_key(inside, institution_id)
    _show(given, as_json)


@institution.command("add-key")
@click.argument("institution_id")
@click.option("--hours", type=click.IntRange(1, 720), default=72, show_default=True, help="旧密钥还能用多久")
@shell.on_ports
@identity.needs(Right.CHANGE_INSTITUTIONS)
def _add_key(ports: Ports, who: SignedIn, institution_id: str, hours: int) -> None:
    """换发 API 密钥，旧的再用一段时间 / add an API key; the previous one stays valid for some hours."""
    with _changing(ports, who, institution_id, {"key": "beside"}) as inside:
        given = api_keys.add_key(inside, institution_id, timedelta(hours=hours))
    terminal.line(given)


@contextmanager
def _changing(ports: Ports, who: SignedIn, institution_id: str, told: dict[str, str]) -> Iterator[Ports]:
    """Yield ports inside a transaction that ends with the act of changing the institution."""
    with ports.database.transaction() as db:
        yield ports.within(db)
        record(ports, db, Entry(who.operator_id, ActKind.INSTITUTION_CHANGED, institution_id, told))


@institution.command("list")
@shell.as_json
@shell.on_ports
def _list(ports: Ports, as_json: bool) -> None:
    """列出机构 / list institutions."""
    found: list[dict[str, object]] = [
        {
            "institution_id": row.id,
            "name": row.name,
            "district": row.district,
            "provider": row.provider,
            "qr_provider": row.qr_provider,
            "accepted_by": row.push_accepted_by,
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
    """Run `yibao institution`."""
    shell.run(institution, arguments, "python -m scripts.institution")
