"""Generates mini-program and harness tables from the reports of real phones (devices/*.json)."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
REPORTS = ROOT / "devices"
PLATFORMS = ("android", "ios", "ohos", "windows", "mac", "devtools")
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
HEAD = """/**
 * Whether the front camera's frames (not its preview) come mirrored. WeChat does not say it with the frame.
 * Made by python -m scripts.miniprogram from devices/*.json, the reports of pages/check; what no phone has
 * reported is assumed. A wrong entry makes left and right turns fail.
 */
"""


def code(text: str) -> str:
    """Return the eight-letter checksum that pages/check shows beside a report's text."""
    found = ""
    for seed in (0x811C9DC5, 0x01000193):
        hashed = seed
        # JavaScript counts UTF-16 units.
        units = text.encode("utf-16-le")
        for low, high in zip(units[::2], units[1::2], strict=True):
            hashed = ((hashed ^ (low | high << 8)) * 0x01000193) & 0xFFFFFFFF
        found += "".join(ALPHABET[(hashed >> (5 * i + 5)) & 31] for i in range(4))
    return found


def reports(folder: Path = REPORTS) -> dict[str, dict[str, Any]]:
    """Return every report by its checksum; raises ValueError for an incomplete one."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        text = path.read_text(encoding="utf-8").rstrip("\n")
        if code(text) != path.stem:
            raise ValueError(f"devices/{path.name}: the text's code is {code(text)}; copy the report again")
        found[path.stem] = json.loads(text)
    return found


def mirrored(seen: dict[str, dict[str, Any]]) -> str:
    """Return capture/mirrored.ts: mirroring by platform, and by model where a platform's phones differ."""
    said: dict[str, dict[str, bool]] = defaultdict(dict)
    for name, report in seen.items():
        if report["mirrored"] is None:
            continue
        known = said[report["platform"].lower()]
        if known.setdefault(report["model"], report["mirrored"]) != report["mirrored"]:
            raise ValueError(f"devices/{name}.json: {report['model']} was reported otherwise before")
    usual = {name: sum(said[name].values()) * 2 > len(said[name]) for name in PLATFORMS}
    apart = {
        model: answer
        for platform, known in said.items()
        for model, answer in known.items()
        if answer != usual.get(platform, False)
    }
    return (
        f"{HEAD}const MIRRORED: Record<string, boolean> = {_table(usual)}\n\n"
        "// Phones that differ from the others of their platform.\n"
        f"const APART: Record<string, boolean> = {_table(apart)}\n\n"
        "export function isMirrored(platform: string, model = ''): boolean {\n"
        "  return APART[model] ?? MIRRORED[platform.toLowerCase()] ?? false\n}\n"
    )


def _table(answers: dict[str, bool]) -> str:
    lines = [f"  {json.dumps(name, ensure_ascii=False)}: {str(answers[name]).lower()}," for name in answers]
    return "\n".join(["{", *lines, "}"]) if lines else "{}"


def profiles(seen: dict[str, dict[str, Any]]) -> str:
    """Return the harness's camera profiles: the frame properties of each reported phone."""
    cameras = {
        name: {key: report["frame"][key] for key in ("width", "height", "fps")}
        | {"mirrored": bool(report["mirrored"]), "model": report["model"], "platform": report["platform"]}
        for name, report in seen.items()
        if report["frame"]
    }
    head = "/** Cameras of phones that have reported (devices/); made by python -m scripts.miniprogram. */\n"
    return f"{head}export const PROFILES = {json.dumps(cameras, ensure_ascii=False, indent=2)}\n"
