"""What a bundle starts."""

import multiprocessing
import sys

from blender_app.cli import main

if __name__ == "__main__":
    multiprocessing.freeze_support()  # the engine's process starts this program again
    sys.exit(main())
