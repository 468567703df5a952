"""User actions on the phone, from the message to the result."""

import time

from tests.miniprogram.e2e.phone import Phone

VIDEO = "document.querySelector('wx-camera video')"


ASKED = ("face", "transfer", "reference")


def tick(phone: Phone) -> None:
    """Tick what the notice asks, each by its own tap; WeChat's verification does not ask for the last."""
    phone.wait("agree-face")
    for part in ASKED[: phone.count("[mp-id^=agree-]")]:
        phone.tap(f"agree-{part}")


def agree(phone: Phone) -> None:
    """Tap each box, then 下一步."""
    tick(phone)
    phone.tap("next")


def allow_camera(phone: Phone) -> None:
    """Agree to the privacy guide and allow the camera, as WeChat asks the first time."""
    phone.answer("同意")
    phone.answer("允许")
    phone.wait("start")


def prepare(phone: Phone, page: str) -> None:
    """Open the page of a message, consent and allow the camera: everything before 开始."""
    phone.open(page)
    agree(phone)
    allow_camera(phone)


def start_at_rest(phone: Phone, period: float) -> None:
    """Tap 开始 when a looping film has just begun, before its person acts."""
    phone.until(f"(({VIDEO}?.currentTime ?? 0) % {period} - 0.7) ** 2 < 0.04", 30)
    phone.tap("start")


def film(phone: Phone, seconds: float = 40) -> float:
    """Film until the result is shown; return how long it took."""
    phone.tap("start")
    begun = time.monotonic()
    phone.wait("outcome", seconds)
    return time.monotonic() - begun


def heading(phone: Phone) -> str:
    """Return the heading of the visible card."""
    return phone.text("status-heading")
