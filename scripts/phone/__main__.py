"""`python -m scripts.phone`: serve the phone until told to stop. `make phone` builds it first."""

import argparse
import contextlib
import json
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server

from scripts.phone.server import create

DOCUMENT = Path("var/demo.json")


def main(arguments: list[str] | None = None) -> None:
    """Serve the browser phone against the servers listed in var/demo.json."""
    parser = argparse.ArgumentParser(prog="python -m scripts.phone", description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get("PHONE_PORT", "8002")))
    parser.add_argument("--folder", type=Path, default=Path("var/phone"), help="what the harness has built")
    options = parser.parse_args(arguments)
    if not (options.folder / "index.html").exists():
        sys.exit(f"{options.folder} holds no phone: make phone builds it")
    # The access log would contain openids in URLs.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    app = create(options.folder, _document())
    server = make_server("127.0.0.1", options.port, app, threaded=True)
    server.daemon_threads = True  # type: ignore[attr-defined]
    print(f"phone on http://127.0.0.1:{server.server_port}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


def _document() -> dict[str, Any]:
    """Return the content of var/demo.json, or exit explaining how to create it."""
    if not DOCUMENT.exists():
        sys.exit(f"{DOCUMENT} is missing: make demo or make serve writes it")
    document: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return document


if __name__ == "__main__":
    main()
