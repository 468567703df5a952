"""Checks pages wide and narrow, with small and large text, and keeps pictures."""

from pathlib import Path

from tests.miniprogram.e2e.phone import Phone

WIDE, NARROW = 375, 320
BARRIERS = (Path(__file__).parent / "barriers.js").read_text(encoding="utf-8")
# What the source does itself with the text size a person has set in WeChat.
TEXT_SIZE = "for (const page of document.querySelectorAll('.page')) page.style.setProperty('--u', {})"


class Screens:
    """Pictures of every page and state, and their defects."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: set[str] = set()
        self.wrong: list[str] = []

    def look(self, phone: Phone, name: str) -> None:
        """Check the visible page, once per name."""
        if name in self.seen:
            return
        self.seen.add(name)
        self.wrong += [
            f"{name}: {found['id']} {found['help']} {found['where'][:2]}" for found in phone.barriers()
        ]
        for width, size in ((WIDE, 1), (NARROW, 1), (WIDE, 2), (NARROW, 2)):
            phone.resize(width)
            phone.run(TEXT_SIZE.format(size))
            self.wrong += [f"{name} at {width} px, {size}00 %: {found}" for found in phone.run(BARRIERS)]
            phone.picture(self.folder / f"{name}-{width}-{size}00.png")
        phone.resize(WIDE)
        phone.run(TEXT_SIZE.format(1))
        self._in_the_dark(phone, name)

    def _in_the_dark(self, phone: Phone, name: str) -> None:
        """Check the same page in dark mode."""
        phone.darken()
        findings = phone.barriers("color-contrast")
        self.wrong += [f"{name} in the dark: {found['help']} {found['where'][:2]}" for found in findings]
        phone.picture(self.folder / f"{name}-{WIDE}-dark.png")
        phone.darken(dark=False)

    def glance(self, phone: Phone, name: str) -> None:
        """Take one picture without disturbing the page."""
        phone.picture(self.folder / f"{name}-{WIDE}-100.png")
