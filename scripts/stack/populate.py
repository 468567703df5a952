"""`python -m scripts.stack.populate`: the demo's persons and institutions in the databases of a stack.

Reads the settings that differ from the demo's, a JSON object, from stdin.
"""

import json
import sys

from scripts.demo import profile

if __name__ == "__main__":
    profile.prepare(fresh=True, others=json.load(sys.stdin))
