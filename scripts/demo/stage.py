"""Output of the demo's scenarios: timed steps, timelines and the final summary."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from statistics import median
from typing import Any

import httpx
from rich.console import Console

from scripts.demo.phone import Unexpected

WIDTH = 46
WITHOUT_PAD = (
    "注意：演示未装 PAD 权重，翻拍屏幕可能通过（make weights 可安装）。"
    " / No PAD weights here: a monitor replay may pass."
)
WITH_PAD = "已装 PAD 权重，翻拍屏幕会被拒绝。/ PAD weights are here: a monitor replay is refused."


def pad_note() -> str:
    """Return the note on PAD that every summary includes."""
    return WITH_PAD if os.environ.get("YIBAO_PAD_DIR") else WITHOUT_PAD


class Stage:
    """Prints each step and records failed expectations."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.broken: list[str] = []
        self._begun = time.monotonic()

    def say_whether_pad_is_here(self) -> None:
        """Print whether PAD is configured to detect a replay on a monitor."""
        self.console.print(f"\n[yellow]{pad_note()}[/yellow]")

    def act(self, chinese: str, english: str) -> None:
        """Print a scenario's heading."""
        self.console.print(f"\n[bold cyan]{chinese}[/bold cyan]  [dim]{english}[/dim]")

    @contextmanager
    def step(self, chinese: str, english: str) -> Iterator[None]:
        """Time and print one step; an error in it ends the scenario, not the demo."""
        begun = time.monotonic()
        yield
        took = time.monotonic() - begun
        self.console.print(f"  [green]✓[/green] {chinese} [dim]{english}[/dim] [dim]{took:.2f} s[/dim]")

    @contextmanager
    def scene(self, chinese: str, english: str) -> Iterator[None]:
        """Run one scenario and record its failure, if any."""
        self.act(chinese, english)
        try:
            yield
        except (Unexpected, AssertionError, KeyError, httpx.HTTPError) as error:
            self.broken.append(f"{chinese}: {type(error).__name__} {error}")
            self.console.print(f"  [bold red]✗ {type(error).__name__}: {error}[/bold red]")

    def expect(self, condition: bool, what: str) -> None:
        """Raise Unexpected unless the condition holds."""
        if not condition:
            raise Unexpected(what)

    def timeline(self, order_no: str, events: list[dict[str, Any]]) -> None:
        """Print a verification's events along a time axis."""
        times = [datetime.fromisoformat(event["created"]) for event in events]
        span = max((times[-1] - times[0]).total_seconds(), 0.001)
        self.console.print(f"\n  [bold]{order_no}[/bold]  {span:.1f} s")
        for event, at in zip(events, times, strict=True):
            passed = (at - times[0]).total_seconds()
            place = round(passed / span * (WIDTH - 1))
            reason = f" ({event['reason']})" if event["reason"] else ""
            bar = "─" * place + "●" + " " * (WIDTH - 1 - place)
            self.console.print(f"  {passed:7.2f} s {bar} {event['type']}{reason}", markup=False)

    def account(self, finish_ms: list[float], cpu_s: list[float]) -> bool:
        """Print the figures and whether every expectation held."""
        took = time.monotonic() - self._begun
        self.console.print("\n[bold]结果 / result[/bold]")
        if finish_ms:
            self.console.print(
                f"  最后一帧到结论 / last frame to decision: p50 {median(finish_ms) / 1000:.3f} s, "
                f"max {max(finish_ms) / 1000:.3f} s, n = {len(finish_ms)}"
            )
        if cpu_s:
            self.console.print(
                f"  一次核验的处理器时间 / CPU of one whole verification: p50 {median(cpu_s):.2f} s, "
                f"n = {len(cpu_s)}"
            )
        for one in self.broken:
            self.console.print(f"  [bold red]✗ {one}[/bold red]")
        verdict = "全部符合预期 / every expectation held" if not self.broken else "有不符 / not as expected"
        self.console.print(f"  [bold]{verdict}[/bold]，{took:.0f} s")
        return not self.broken
