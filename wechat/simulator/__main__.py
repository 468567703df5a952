"""`python -m wechat.simulator --port 8001`: serve one account until told to stop."""

import argparse
import contextlib
import logging
import os
import signal
import sys

from werkzeug.serving import make_server

from wechat.simulator.account import Account
from wechat.simulator.faults import Faults
from wechat.simulator.server import create

SETTINGS = ("SIM_APPID", "SIM_SECRET", "SIM_TEMPLATE_ID")


def main() -> None:
    """Serve the account that the environment names."""
    parser = argparse.ArgumentParser(prog="python -m wechat.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8001)
    port = parser.parse_args().port
    missing = [name for name in SETTINGS if not os.environ.get(name)]
    if missing:
        sys.exit(f"missing: {', '.join(missing)}")
    # Its log would show tokens and openids in the addresses.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    account = Account(*(os.environ[name] for name in SETTINGS))
    server = make_server("127.0.0.1", port, create(account, Faults()), threaded=True)
    server.daemon_threads = True  # type: ignore[attr-defined]
    print(f"WeChat simulator on http://127.0.0.1:{server.server_port}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    main()
