"""What a server is made of: pinned by digest, under known licences, listed in a bill of materials."""

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
