"""Tools of the browser tests: a built phone and its server."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server
from werkzeug.wsgi import get_input_stream

from tests.miniprogram.e2e.browser import Browser, chromium
from tests.miniprogram.node import HERE, node, run


@pytest.fixture(scope="session")
def tools() -> None:
    """Skip loudly where node, its packages or a browser are missing; fail in CI."""
    missing = [] if node() else ["node"]
    missing += [] if (HERE / "node_modules/playwright-core").exists() else ["tests/miniprogram/node_modules"]
    missing += [] if chromium() else ["chromium"]
    if not missing:
        return
    message = f"NO BROWSER TESTS: {', '.join(missing)} missing. `make node browser` installs them (as root)."
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def node_tools() -> None:
    """Skip loudly where node or its packages are missing; fail in CI."""
    missing = [] if node() else ["node"]
    missing += [] if (HERE / "node_modules/typescript").exists() else ["tests/miniprogram/node_modules"]
    if not missing:
        return
    message = f"SOURCES ARE NOT CHECKED: {', '.join(missing)} missing. `make node` installs them."
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def build(source: Path, out: Path) -> Path:
    """Build a mini-program's source for the browser."""
    run("node", "harness/build.js", str(source), str(out))
    return out


def _bounded(app: Flask) -> Any:
    """Return an app whose requests end where their body does, as gunicorn's do."""

    def answer(environ: dict[str, Any], start: Any) -> Any:
        return app(environ | {"wsgi.input": get_input_stream(environ)}, start)

    return answer


@contextmanager
def served(app: Flask, port: int = 0, *, https: bool = False) -> Iterator[str]:
    """Serve a Flask app from a thread; give its address. Its https signs for itself."""
    ssl = "adhoc" if https else None
    server: Any = make_server("127.0.0.1", port, _bounded(app), threaded=True, ssl_context=ssl)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"{'https' if https else 'http'}://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def plain_browser(tools: None) -> Iterator[Browser]:
    """Yield a Chromium whose camera shows its own test picture."""
    browser = Browser()
    yield browser
    browser.close()
