"""The worker process: `python -m api.worker`. It may be killed at any time.

It imports the application once and works in a forked child, which is replaced when it is killed.
"""

import sys

from api.forking import Parent, imported
from api.logs import configure
from api.settings import settings_or_exit

if __name__ == "__main__":
    configure()
    # Before the application is imported, which costs seconds: a supervisor starts this again at once.
    settings_or_exit()
    sys.exit(Parent(imported("api.sweeper").main).run())
