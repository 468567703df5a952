"""What a server is made of: pinned by digest, under known licences, listed in a bill of materials."""

import tomllib
from pathlib import Path

import pytest

from scripts import supply

TEXT = supply.REQUIREMENTS.read_text(encoding="utf-8")


def test_every_package_is_pinned_by_digest() -> None:
    found = supply.pinned(TEXT)
    assert len(found) > 40 and all(digests for _, digests in found.values())


def test_every_licence_is_on_the_list() -> None:
    assert list(supply.refused()) == []


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [("MIT", True), ("GPL-3.0-only", False), ("GPL-2.0-only OR MIT", True), ("MIT AND AGPL-3.0", False),
     ("", False), ("BSD-3-Clause AND 0BSD AND MIT", True), ("Proprietary", False)],
)  # fmt: skip
def test_a_licence_counts_whole(expression: str, allowed: bool) -> None:
    assert supply.is_allowed(expression) is allowed


def test_the_bill_names_every_package_once_with_its_digests() -> None:
    made = supply.bill()
    refs = [one["bom-ref"] for one in made["components"]]
    assert len(set(refs)) == len(refs) == len(supply.pinned(TEXT))
    assert made["dependencies"][0]["dependsOn"] == refs
    assert all(one["hashes"] and one["purl"].startswith("pkg:pypi/") for one in made["components"])


def test_a_committed_key_is_found_unless_it_is_accepted(tmp_path: Path) -> None:
    kind = "RSA PRIVATE KEY"
    (tmp_path / "key.pem").write_text(f"-----BEGIN {kind}-----\nMIIE\n-----END {kind}-----\n")
    configured = tomllib.loads((supply.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "secrets"
    ]
    (found,) = supply.suspects(tmp_path, ["key.pem"], configured)
    assert (found.file, found.kind) == ("key.pem", "Private Key")
    accepted = {"files": "*.pem", "sha1": [found.sha1], "why": "a test"}
    assert list(supply.unaccepted([found], [accepted])) == []
    assert list(supply.unaccepted([found], [accepted | {"sha1": ["0"]}]))[0].startswith(
        "key.pem:1: Private Key"
    )
    assert "no longer there" in list(supply.unaccepted([], [accepted]))[0]


def test_every_accepted_suspect_has_its_reason() -> None:
    configured = tomllib.loads((supply.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "secrets"
    ]
    for entry in configured["skipped"] + configured["accepted"]:
        assert entry["why"] and entry["files"] not in {"*", "**"}
