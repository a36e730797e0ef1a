"""Load a package's big shared libraries without stopping the other threads.

Notes
-----
Python holds its interpreter lock while the linker loads an extension module. For torch's libraries
that is 0.4 s from a warm disk and several seconds from a cold one, in which no window can be drawn.
A foreign call gives the lock away: the same ``dlopen`` made through ctypes beforehand leaves
nothing for the import to wait for.
"""

from __future__ import annotations

import ctypes
import importlib.util
import logging
import os
import sys
from pathlib import Path

_LIBRARIES = ("libtorch_global_deps", "libc10", "libtorch_cpu", "libtorch", "libtorch_python")
_NEEDED_BY_ALL = "libtorch_global_deps"
"""torch itself loads this one with its symbols open to all."""

_log = logging.getLogger(__name__)


def preload_model_libraries() -> int:
    """Load the shared libraries behind the models; return how many were.

    Where it can't be done (another system, no torch) nothing happens: the import does it, or says
    what is missing.
    """
    if os.name != "posix" or "torch" in sys.modules:
        return 0
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return 0
    folder = Path(spec.origin).parent / "lib"
    suffix = ".dylib" if sys.platform == "darwin" else ".so"
    loaded = sum(_load(folder / f"{name}{suffix}") for name in _LIBRARIES)
    _log.debug("%d libraries loaded from %s", loaded, folder)
    return loaded


def _load(library: Path) -> bool:
    if not library.is_file():
        return False
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.argtypes, dlopen.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
    scope = os.RTLD_GLOBAL if library.stem == _NEEDED_BY_ALL else os.RTLD_LOCAL
    return bool(dlopen(os.fsencode(library), os.RTLD_LAZY | scope))
