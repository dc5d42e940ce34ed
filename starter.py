"""The command: `starter.py VERB …`, installed as `atoz`. The verbs live in atoz/cli."""

import contextlib
import os
import sys
from typing import NoReturn

try:
    from atoz.cli.app import main as run
except ModuleNotFoundError as fault:
    sys.exit(
        f"{fault.name} is not installed here: `make setup`, then `.venv/bin/python starter.py …`"
    )


def main() -> NoReturn:
    """Run the command and end the process at once with its exit code."""
    code = run(sys.argv[1:])
    with contextlib.suppress(BrokenPipeError):  # whoever read has seen enough
        sys.stdout.flush()
    sys.stderr.flush()
    # Temporal's client sometimes aborts while the interpreter shuts down, after all is done.
    os._exit(code)


if __name__ == "__main__":
    main()
