"""Fixtures shared by the tests of the HTTP interface."""

from collections.abc import Iterator
from threading import Thread

import pytest

from tests.support.receiver import Till


@pytest.fixture
def till() -> Iterator[Till]:
    server = Till()
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
