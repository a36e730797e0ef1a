"""In a bundle, let pyfluidsynth find the library that lies beside the program."""

import ctypes.util
import sys
from pathlib import Path

_system_find_library = ctypes.util.find_library


def _find_library(name: str) -> str | None:
    """Return the bundle's own library where it has one of that name."""
    if "fluidsynth" in name:
        for found in sorted(Path(sys._MEIPASS).glob("libfluidsynth*")):  # noqa: SLF001 - how PyInstaller tells
            return str(found)
    return _system_find_library(name)


ctypes.util.find_library = _find_library
