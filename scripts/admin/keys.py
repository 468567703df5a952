"""`yibao keys`: rotate the keys that seal stored values, and the one that signs receipts."""

import base64
import re
import sys

import click

from api.acts.ledger import Entry, record
from api.admin import resealing
from api.console.sessions import SignedIn
from api.ports import Ports
from api.privacy import own_keys
from api.verification import receipts, sm2_signing
from models.domain.console.act import ActKind
from models.domain.console.operator import Right
from scripts.admin import identity, shell, terminal

KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,16}")


@click.group(cls=shell.Group)
def keys() -> None:
    """封存与签名密钥 / keys that seal and sign."""


@keys.command("show")
@shell.as_json
@shell.on_ports
def _show(ports: Ports, as_json: bool) -> None:
    """每把封存密钥还封着多少 / how many values each sealing key protects."""
    counts = dict.fromkeys(ports.settings.vault_ring(), 0) | resealing.in_use(ports)
    if as_json:
        terminal.document(counts)
    else:
        terminal.facts(counts)


@keys.command("add")
@click.argument("key_id")
@shell.on_ports
def _add(ports: Ports, key_id: str) -> None:
    """生成一把新的封存密钥 / generate a key: the entry to append to YIBAO_VAULT_KEYS."""
    if not KEY_ID.fullmatch(key_id) or key_id in ports.settings.vault_ring():
        raise click.UsageError("1–16 个字母或数字，且未用过 / 1 to 16 letters or digits, not yet on the ring")
    click.echo(f"{key_id}:{base64.b64encode(ports.random.salt()).decode()}")


@keys.command("reseal")
@shell.on_ports
@identity.needs(Right.CHANGE_ACCOUNTS)
def _reseal(ports: Ports, who: SignedIn) -> None:
    """按最新密钥和 YIBAO_CIPHERS 重新封存，可续 / re-encrypt with newest key and ciphers; restartable."""
    with ports.database.transaction() as db:
        record(ports, db, Entry(who.operator_id, ActKind.KEYS_CHANGED, list(ports.settings.vault_ring())[-1]))
    failed = resealing.reseal(ports, _note) + own_keys.reseal(ports, _note)
    if failed:
        told = ", ".join(f"{name} ×{failed.count(name)}" for name in sorted(set(failed)))
        sys.exit(f"有打不开的 / could not be opened: {told}")


def _note(name: str, done: int) -> None:
    terminal.line(f"{name}  {done}")


@keys.command("retire")
@click.argument("key_id")
@shell.on_ports
def _retire(ports: Ports, key_id: str) -> None:
    """旧密钥能否去掉；还有用时退出码为 1 / may an old key be removed; exit 1 while it is needed."""
    ring = list(ports.settings.vault_ring())
    if key_id == ring[-1]:
        sys.exit("它是现在封存用的 / it is the one that seals: add another first")
    counts = resealing.in_use(ports)
    left = counts.get(key_id, 0) + counts.get(resealing.sm4(key_id), 0)
    if left:
        sys.exit(f"还有 {left} 项要用它 / {left} values still need it: yibao keys reseal")
    click.echo(
        f"可从 YIBAO_VAULT_KEYS 去掉 {key_id}；旧备份仍要用它 / take {key_id} out; old backups still need it"
    )


@keys.command("sign")
@click.option("--sm2", is_flag=True, help="归档和删除证明的 SM2 密钥 / the SM2 key of exports and proofs")
@shell.on_ports
@identity.needs(Right.CHANGE_ACCOUNTS)
def _sign(ports: Ports, who: SignedIn, sm2: bool) -> None:
    """换一把签名密钥，旧的仍可核对 / create a new signing key (receipts'); older ones go on verifying."""
    with ports.database.transaction() as db:
        row = sm2_signing.new_key(ports, db) if sm2 else receipts.new_signing_key(ports, db)
        record(ports, db, Entry(who.operator_id, ActKind.KEYS_CHANGED, row.kid))
    click.echo(row.kid)


@keys.command("sm2")
@shell.on_ports
def _sm2(ports: Ports) -> None:
    """SM2 公钥，交给检查者 / the SM2 public keys, for whoever checks exports and proofs."""
    with ports.database.reading() as db:
        for kid, pem in sm2_signing.published(db).items():
            click.echo(f"# {kid}\n{pem}")
