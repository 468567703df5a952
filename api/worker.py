"""The worker process: `python -m api.worker`. It may be killed at any time.

It imports the application once and works in a forked child, which is replaced when it is killed.
"""

import sys

from api.forking import Parent, imported
from api.logs import configure

if __name__ == "__main__":
    configure()
    sys.exit(Parent(imported("api.sweeper").main).run())
