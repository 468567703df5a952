"""What docs/integration.md promises is what the code does."""

from pathlib import Path

from api.webhooks import BACK_OFF_S, TOLERANCE_S
from models.domain.sandbox import CAST

GUIDE = (Path(__file__).parents[2] / "docs/integration.md").read_text(encoding="utf-8")


def test_every_magic_number_is_documented() -> None:
    assert [one.outcome for one in CAST if f"| {one.name} | {one.number} |" not in GUIDE] == []


def test_the_tolerance_and_the_pauses_are_documented() -> None:
    *pauses, last = BACK_OFF_S
    assert f"{', '.join(map(str, pauses))}, then every {last} s" in GUIDE and f"{TOLERANCE_S} s" in GUIDE


def test_the_files_it_names_exist() -> None:
    for name in ("clients/java/Till.java", "clients/csharp/Till.cs", "clients/python/webhook.py"):
        assert name in GUIDE and (Path(__file__).parents[2] / "docs" / name).exists()
