"""The gateway on a running simulator."""

from datetime import UTC, datetime

import pytest

from tests.support.simulated import APPID, SECRET, Simulator
from wechat.gateway import Account, Gateway
from wechat.tokens import MemoryTokens


@pytest.fixture
def gateway(simulator: Simulator) -> Gateway:
    """Return the real gateway, impatient."""
    account = Account(APPID, SECRET, base_url=simulator.url)
    return Gateway(account, MemoryTokens(), lambda: datetime.now(UTC), timeout=(1.0, 1.0))
