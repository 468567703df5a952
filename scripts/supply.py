"""`python -m scripts.supply`: what a server is made of, under which licences, and no secrets in the sources.

`licences` ends with 1 for a package whose licence is not on the list; `sbom` prints a bill of materials;
`secrets` ends with 1 for what looks like a secret and is not accepted in pyproject.toml (tool.secrets).
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "requirements.txt"
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", re.M)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
# Permissive ones, and those of libraries that are used unchanged (LGPL, MPL).
ALLOWED = re.compile(
    r"MIT|MIT License|MIT-0|MIT-CMU|0BSD|ISC|BSD|BSD License|BSD-[23]-Clause|Apache|Apache-2\.0|Zlib|"
    r"PSF-2\.0|Apache Software License|Python Software Foundation License|CC0-1\.0|LGPL-3\.0-only|"
    r"Boost Software License|MPL-2\.0|Mozilla Public License 2\.0 \(MPL 2\.0\)?|The Unlicense \(Unlicense\)?"
)
# Whose metadata name none; read in their repositories.
READ_BY_HAND = {"huey": "MIT", "peewee": "MIT"}


def pinned(text: str) -> dict[str, tuple[str, list[str]]]:
    """Return version and SHA-256 digests of each package of a requirements file."""
    starts = [*PINNED.finditer(text)]
    ends = [one.start() for one in starts[1:]] + [len(text)]
    return {
        one[1]: (one[2], HASH.findall(text[one.end() : end])) for one, end in zip(starts, ends, strict=True)
    }


def licence(name: str) -> str:
    """Return a package's licence as its metadata tell it, or what was read by hand; empty for none."""
    told = metadata.metadata(name)
    classifiers = [one for one in told.get_all("Classifier") or [] if one.startswith("License :: ")]
    named = [one.rpartition(" :: ")[2] for one in classifiers if one != "License :: OSI Approved"]
    stated = str(told.json.get("license_expression") or "") or " OR ".join(named)
    short = str(told.json.get("license") or "").strip()
    return stated or (short if len(short) < 40 else "") or READ_BY_HAND.get(name, "")


def is_allowed(expression: str) -> bool:
    """Tell whether every part of a licence expression, or one of its alternatives, is on the list."""
    choices = re.split(r"\s+OR\s+|/", expression.strip("() "))
    return any(
        all(ALLOWED.fullmatch(part.strip("() ")) for part in re.split(r"\s+AND\s+", choice))
        for choice in [*choices, expression]
    )


def refused() -> Iterator[str]:
    """Yield every package a server needs whose licence is not on the list."""
    for name in pinned(REQUIREMENTS.read_text(encoding="utf-8")):
        found = licence(name)
        if not is_allowed(found):
            yield f"{name}: {found or 'no licence'}"


def bill() -> dict[str, Any]:
    """Return the bill of materials of a server (CycloneDX 1.6)."""
    parts = []
    for name, (version, digests) in pinned(REQUIREMENTS.read_text(encoding="utf-8")).items():
        purl = f"pkg:pypi/{name.lower()}@{version}"
        hashes = [{"alg": "SHA-256", "content": one} for one in digests]
        licences = [{"license": {"name": licence(name)}}]
        part = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
        parts.append(part | {"licenses": licences, "hashes": hashes})
    component = {"type": "application", "bom-ref": "yibao-face", "name": "yibao-face"}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": component},
        "components": parts,
        "dependencies": [{"ref": "yibao-face", "dependsOn": [one["bom-ref"] for one in parts]}],
    }


@dataclass(frozen=True, slots=True, order=True)
class Suspect:
    """What looks like a secret: where, of which kind, and the start of its SHA-1."""

    file: str
    line: int
    kind: str
    sha1: str


def suspects(root: Path, files: Iterable[str], settings: dict[str, Any]) -> list[Suspect]:
    """Return what detect-secrets finds in these files under a root."""
    # Imported here, because a server does not have these: requirements-dev.txt.
    from detect_secrets.core.secrets_collection import SecretsCollection  # noqa: PLC0415
    from detect_secrets.settings import transient_settings  # noqa: PLC0415

    filters = [{"path": f"detect_secrets.filters.heuristic.{name}"} for name in settings["filters"]]
    with transient_settings({"plugins_used": settings["plugins"], "filters_used": filters}):
        found = SecretsCollection(str(root))
        found.scan_files(*files)
    return sorted(
        Suspect(file, one.line_number, one.type, one.secret_hash[:8])
        for file, one in found
        if one.secret_hash
    )


def unaccepted(found: Iterable[Suspect], accepted: list[dict[str, Any]]) -> Iterator[str]:
    """Yield every suspect that no entry accepts, and every entry that accepts nothing any more."""
    used = set[int]()
    for one in found:
        fits = {n for n, entry in enumerate(accepted) if _accepts(entry, one)}
        used |= fits
        if not fits:
            yield f"{one.file}:{one.line}: {one.kind} ({one.sha1})"
    for n, entry in enumerate(accepted):
        if n not in used:
            yield f"pyproject.toml accepts what is no longer there: {entry}"


def _accepts(entry: dict[str, Any], one: Suspect) -> bool:
    """Tell whether an entry names this file and this kind or this very secret."""
    return fnmatch(one.file, entry["files"]) and (
        one.kind in entry.get("kinds", ()) or one.sha1 in entry.get("sha1", ())
    )


def leaked() -> list[str]:
    """Return what looks like a secret in the tracked files and is not accepted."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["secrets"]
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    skipped = [entry["files"] for entry in settings["skipped"]]
    files = [one for one in listed.splitlines() if not any(fnmatch(one, glob) for glob in skipped)]
    return list(unaccepted(suspects(ROOT, files, settings), settings["accepted"]))


@click.command()
@click.argument("what", type=click.Choice(["licences", "sbom", "secrets"]))
def main(what: str) -> None:
    """依赖的许可证、物料清单与密钥检查 / licences, bill of materials, and secrets in the sources."""
    if what == "sbom":
        click.echo(json.dumps(bill(), indent=2))
    elif what == "secrets":
        if found := leaked():
            sys.exit(
                "looks like a secret (accepted ones: tool.secrets in pyproject.toml):\n" + "\n".join(found)
            )
    elif wrong := list(refused()):
        sys.exit("not on the list of licences:\n" + "\n".join(wrong))


if __name__ == "__main__":
    main()
