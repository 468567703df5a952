"""A film of the person, played on a monitor: what only PAD weights can tell. Evaluation data, not shipped."""

from pathlib import Path

import pytest

from tests.miniprogram.e2e import films
from tests.miniprogram.e2e.acts import heading, prepare, start_at_rest
from tests.miniprogram.e2e.stage import Stage
from tests.support.shared import shared

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# The film rests, turns to the image's right, and rests again.
FROM_S, LENGTH_S = 3.0, 6.5


def test_a_monitor_replay_is_not_live(built: Path, tmp_path: Path) -> None:
    weights, attack = shared("models"), shared("liveness") / "screen_replay.mp4"
    stage = Stage(tmp_path, built, DEMO_ACTIONS="turn_left", YIBAO_PAD_DIR=str(weights))
    try:
        pictures = films.stretch(attack, FROM_S, LENGTH_S)
        stage.add_film("replay", films.encode(pictures, tmp_path / "replay.mjpeg"))
        purchase = stage.open_purchase()
        phone = stage.phone("李建国", "replay")
        prepare(phone, stage.pushed(purchase))
        start_at_rest(phone, LENGTH_S)
        phone.wait("outcome", 40)
        assert heading(phone) == "这次没有通过"
        assert "真人" in phone.text("status-text")
        assert stage.state(purchase) == "open"
    finally:
        stage.close()
