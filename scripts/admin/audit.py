"""`yibao audit`: verify the hash chains of recorded events."""

import sys
from dataclasses import asdict

import click

from api.acts import checking
from api.acts.checking import CheckedActs
from api.admin import audit as chains
from api.archive import comparing, exporting
from api.archive.chunks import Unreadable
from api.archive.comparing import Compared
from api.archive.stores import ArchiveUnavailable
from api.facts import checking as facts
from api.facts.checking import CheckedFacts
from api.policies import sealing
from api.ports import Ports
from api.releases import overriding
from scripts.admin import shell, terminal

WRONG = {
    "broken": "changed: does not hash to its head, or its private part is another",
    "rewritten": "rewritten: hashes well, but not to what was anchored",
    "missing": "missing: anchored, and no longer there",
}


PARTS = {
    "link": "changed, removed or added: does not follow from the one before it",
    "private": "changed: its private part is not the one committed to",
    "anchor": "rewritten or removed: not what was anchored",
}


EXPORTED = {
    "rewritten": "rewritten: not what was exported",
    "missing": "missing: exported, and no longer there",
    "added": "added: in a span that was exported without it",
}

OVERRIDE_PARTS = {
    "row": "changed: not what was proposed and approved; it is not applied",
    "reason": "changed: its reason cannot be opened",
    "missing": "removed: proposed, and no longer there",
}

FACT_PARTS = {
    "row": "changed: the fact, or its decision, is not what was written",
    "report": "changed: its packed report cannot be opened",
    "missing": "missing: the decision has no fact any more",
    "event": "rewritten: not the fact that its event commits to",
}


@click.group(cls=shell.Group)
def audit() -> None:
    """核对事件链 / verify the recorded events."""


@audit.command("check")
@click.option("--exported", is_flag=True, help="并与归档比对 / and compare with the archive")
@shell.as_json
@shell.on_ports
def _check(ports: Ports, exported: bool, as_json: bool) -> None:
    """重新计算每条事件链；有改动时退出码为 1 / recompute all hash chains; exit 1 on any change."""
    found, acts, decided = chains.check(ports), checking.check(ports), facts.check(ports)
    altered, overrides = sealing.altered(ports), overriding.altered(ports)
    archived = _archived(ports) if exported else Compared()
    is_whole = all(one.is_whole for one in (found, acts, decided, archived)) and not (altered or overrides)
    if as_json:
        terminal.document(
            asdict(found)
            | {"operators": asdict(acts), "facts": asdict(decided), "policies": altered}
            | {"overrides": [asdict(one) for one in overrides], "whole": is_whole}
            | ({"exported": asdict(archived)} if exported else {})
        )
    else:
        _tell(found)
        _tell_acts(acts)
        _tell_facts(decided)
        for version in altered:
            click.echo(f"policy {version}  changed: not what was proposed and approved")
        for one in overrides:
            click.echo(f"override {terminal.visible(one.override_id)}  {OVERRIDE_PARTS[one.part]}")
        if exported:
            _tell_archived(archived)
    if not is_whole:
        sys.exit(1)


@audit.command("export")
@shell.on_ports
def _export(ports: Ports) -> None:
    """立即导出到归档，不等十分钟 / export now what the worker would export within ten minutes."""
    try:
        added = exporting.export(ports, at_once=True)
    except (ArchiveUnavailable, Unreadable) as error:
        sys.exit(f"归档不可用 / the archive does not answer as it should: {error}")
    click.echo(f"{added} chunks")


def _archived(ports: Ports) -> Compared:
    """Return the comparison with the archive, or exit where there is none or it does not answer."""
    try:
        compared = comparing.compare(ports)
    except ArchiveUnavailable as error:
        sys.exit(f"归档不可用 / the archive does not answer: {error}")
    return compared or sys.exit("没有设置归档 / no archive is set: YIBAO_ARCHIVE_URL")


def _tell_archived(found: Compared) -> None:
    signed = f", {found.signed} chunks signed by SM2" if found.signed else ""
    click.echo(f"{found.chunks} chunks of the archive, {found.events} exported events{signed}")
    for number in found.chunks_wrong:
        click.echo(f"chunk {number}  changed, missing or under a wrong signature: not what was exported")
    for name, what in EXPORTED.items():
        for verification_id in getattr(found, name):
            click.echo(f"{terminal.visible(verification_id)}  {what}")
    for seq in found.acts:
        click.echo(f"act #{seq}  not what was exported")


def _tell(found: chains.Checked) -> None:
    click.echo(f"{found.verifications} verifications, {found.events} events, {found.anchors} anchors")
    if not found.anchors:
        click.echo("Nothing is anchored yet: a rewritten chain could not be detected.")
    for name, what in WRONG.items():
        for verification_id in getattr(found, name):
            click.echo(f"{terminal.visible(verification_id)}  {what}")
    if found.is_whole:
        click.echo("All of them are as they were written.")


def _tell_acts(found: CheckedActs) -> None:
    click.echo(f"{found.acts} acts of operators, {found.anchors} anchors")
    for one in found.wrong:
        click.echo(f"act #{one.seq}  {PARTS[one.part]}")


def _tell_facts(found: CheckedFacts) -> None:
    click.echo(f"{found.facts} facts of decisions")
    for one in found.wrong:
        click.echo(f"fact {terminal.visible(one.challenge_id)}  {FACT_PARTS[one.part]}")


def main(arguments: list[str] | None = None) -> None:
    """Run `yibao audit`."""
    shell.run(audit, arguments, "python -m scripts.audit")
