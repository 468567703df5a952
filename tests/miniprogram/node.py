"""Running node with the tools of this folder."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def node() -> str | None:
    """Return the node of this machine, or the one pip has put beside Python."""
    return shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))


def run(*command: str) -> str:
    """Run a tool here and return what it says; fail with everything it said."""
    program = (node() or "node") if command[0] == "node" else command[0]
    environment = os.environ | {"NO_COLOR": "1"}
    done = subprocess.run(
        [program, *command[1:]], cwd=HERE, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout
