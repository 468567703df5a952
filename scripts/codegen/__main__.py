"""python -m scripts.codegen: regenerate every file that is generated from the code."""

from pathlib import Path

from scripts.codegen import devices, reference, wxcalls
from scripts.codegen.contract import contract
from scripts.codegen.licences import licences
from scripts.codegen.lifecycle import lifecycle
from scripts.codegen.openapi import openapi

ROOT = Path(__file__).parents[2]


def made() -> dict[Path, str]:
    """Return each generated file's path and content."""
    services = ROOT / "miniprogram" / "services"
    book = ROOT / "docs/architecture/miniprogram.md"
    phones = devices.reports()
    return {
        services / "contract.ts": contract(),
        services / "lifecycle.ts": lifecycle(),
        ROOT / "miniprogram/capture/mirrored.ts": devices.mirrored(phones),
        ROOT / "tests/miniprogram/harness/wx/profiles.js": devices.profiles(phones),
        ROOT / "docs/openapi.json": openapi(),
        ROOT / "docs/licences.md": licences(),
        ROOT / "docs/architecture/lifecycle.md": reference.lifecycle(),
        ROOT / "docs/architecture/reference.md": reference.reference(),
        book: wxcalls.into(book.read_text(encoding="utf-8")),
    }


def main() -> None:
    """Write the files that are out of date and print their names."""
    for path, text in made().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
