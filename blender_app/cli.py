"""The command ``loopweave``: the window, and everything that goes without one.

Notes
-----
What a sub-command needs is imported when it runs, so that ``--help`` is there at once.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from blender_app.cli_parser import SESSION_SUFFIX, build_parser
from blender_app.core.errors import LoopweaveError

FAILED, INTERRUPTED, NOBODY_READS = 2, 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with arguments `argv` (those of the process by default); return its exit code.

    0 is success, 1 a doctor's finding, 2 an error (told on stderr), 130 an interruption.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    if len(arguments) == 1 and arguments[0].endswith(SESSION_SUFFIX):
        arguments = ["window", *arguments]
    try:
        try:
            options = build_parser().parse_args(arguments)
            module, _, function = options.run.partition(":")
            code = getattr(importlib.import_module(module), function)(options)
        finally:
            sys.stdout.flush()  # here a reader that has gone away is noticed, after --help as well
    except LoopweaveError as error:
        print(f"loopweave: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("loopweave: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # `loopweave ... | head`: nobody reads on. Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS
    return int(code or 0)


def open_window(options: argparse.Namespace) -> int:
    """Open the window, with the session `options.session` if one is given."""
    app = importlib.import_module("blender_app.app")
    return int(app.main(options.session))
