"""`python -m scripts.supply`: what a server is made of, and under which licences.

`licences` ends with 1 for a package whose licence is not on the list; `sbom` prints a bill of materials.
"""

import json
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import click

REQUIREMENTS = Path(__file__).parents[1] / "requirements.txt"
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


@click.command()
@click.argument("what", type=click.Choice(["licences", "sbom"]))
def main(what: str) -> None:
    """依赖的许可证与物料清单 / licences and bill of materials of what a server needs."""
    if what == "sbom":
        click.echo(json.dumps(bill(), indent=2))
    elif wrong := list(refused()):
        sys.exit("not on the list of licences:\n" + "\n".join(wrong))


if __name__ == "__main__":
    main()
