"""The gateway on a running simulator."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.support.simulated import APPID, SECRET, Simulator
from wechat.gateway import Account, Gateway
from wechat.tokens import MemoryTokens


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    """Yield one simulator for a module."""
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def simulator(running: Simulator) -> Iterator[Simulator]:
    """Yield the simulator with nothing going wrong."""
    running.faults(clear=True)
    yield running
    running.faults(clear=True)


@pytest.fixture
def gateway(simulator: Simulator) -> Gateway:
    """Return the real gateway, impatient."""
    account = Account(APPID, SECRET, base_url=simulator.url)
    return Gateway(account, MemoryTokens(), lambda: datetime.now(UTC), timeout=(1.0, 1.0))
