"""The times that people wait, printed at the end."""

from pathlib import Path
from statistics import median

from tests.miniprogram.e2e.phone import Phone

PAINTED = "document.querySelector('wx-page-body:not([hidden]) .page > :not([mp-id=loading])')"


class Figures:
    """How long pages and results took, in seconds."""

    def __init__(self) -> None:
        self.paints: dict[str, list[float]] = {}
        self.results: list[float] = []

    def painted(self, phone: Phone, page: str) -> None:
        """Note how long after the start of loading a page showed something of its own."""
        phone.until(PAINTED)
        self.paints.setdefault(page, []).append(phone.run("performance.now()") / 1000)

    def report(self) -> str:
        """Return the figures as text."""
        paints = sorted((page, median(took)) for page, took in self.paints.items())
        lines = [f"first meaningful paint of {page}: {took:.2f} s" for page, took in paints]
        if self.results:
            lines.append(
                f"start of the capture to the result: median {median(self.results):.1f} s, "
                f"max {max(self.results):.1f} s, n = {len(self.results)}"
            )
        return "\n".join(lines)

    def write(self, file: Path) -> None:
        """Keep the figures."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.report() + "\n", encoding="utf-8")
