"""One of many processes that start cold: `python -m tests.support.cold DATABASE_URL BASE_URL CALLS`.

It waits for a line on standard input, so that all of them begin together, and prints its successes.
"""

import sys
from datetime import UTC, datetime

from api.messaging.wechat_tokens import DatabaseTokens
from models.database import Database
from models.vault import Vault
from tests.support.simulated import APPID, SECRET
from wechat.errors import WeChatError
from wechat.gateway import Account, Gateway

KEYS = {"k1": b"k" * 32}


def now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    database_url, base_url, calls = sys.argv[1:]
    tokens = DatabaseTokens(Database(database_url), Vault(KEYS, b"i" * 32), now)
    gateway = Gateway(Account(APPID, SECRET, base_url=base_url), tokens, now, timeout=(10.0, 20.0))
    print("ready", flush=True)
    sys.stdin.readline()
    good = 0
    for number in range(int(calls)):
        try:
            good += gateway.code_image(f"s{number}", "pages/a/a").startswith(b"\x89PNG")
        except WeChatError as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
    print(good)


if __name__ == "__main__":
    main()
