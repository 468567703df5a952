"""`python -m wechat.simulator --port 8001`: serve one account until told to stop."""

import argparse
import contextlib
import logging
import os
import signal
import sys

from werkzeug.serving import make_server

from wechat.simulator import environment
from wechat.simulator.account import Account
from wechat.simulator.faults import Faults
from wechat.simulator.page import Beside
from wechat.simulator.pushes import Pushes, Target
from wechat.simulator.server import create
from wechat.simulator.subscriptions import Template

# Exit code of a command that is typed wrongly.
WRONG = 2


def main() -> None:
    """Serve the account configured in the environment."""
    parser = argparse.ArgumentParser(prog="python -m wechat.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument(
        "--state", default=os.environ.get("SIM_STATE", ""), help="file that outlives a restart"
    )
    options = parser.parse_args()
    if wrong := environment.wrong(os.environ):
        sys.stderr.write(f"无法启动 / cannot start: {'; '.join(wrong)}\n")
        sys.exit(WRONG)
    # Its log would show tokens and openids in the addresses.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    faults, account = Faults(), _account(options.state)
    published = [page for page in os.environ.get("SIM_PAGES", "").split(",") if page]
    target = Target(*(os.environ.get(name, "") for name in environment.PUSHES))
    pushes = Pushes(account.appid, faults, target, account.now)
    beside = Beside(os.environ.get("SIM_PHONE_URL", "").rstrip("/"), os.environ.get("SIM_NAMES", ""))
    app = create(account, faults, pushes, published, beside)
    server = make_server("127.0.0.1", options.port, app, threaded=True)
    server.daemon_threads = True  # type: ignore[attr-defined]
    print(f"WeChat simulator on http://127.0.0.1:{server.server_port}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


def _account(state: str) -> Account:
    """Return the account with its template's keys and any further templates."""
    appid, secret, template_id = (os.environ[name] for name in environment.REQUIRED)
    account = Account(appid, secret, template_id, state)
    if labels := environment.labels(os.environ):
        account.subscriptions.add(Template(template_id, labels=labels))
    agents = os.environ.get("SIM_AGENT_TEMPLATE_ID", "")
    if agents:
        account.subscriptions.add(Template(agents, "代办购药提醒"))
    long_term = os.environ.get("SIM_LONG_TERM_TEMPLATE_ID", "")
    if long_term:
        account.subscriptions.add(Template(long_term, "医保服务通知", long_term=True))
    return account


if __name__ == "__main__":
    main()
