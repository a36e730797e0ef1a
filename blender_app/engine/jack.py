"""What there is to know about this user's JACK server.

Notes
-----
Whether it runs is asked without libjack, which is loud about servers that are not there.
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys

_NO_START_SERVER = 1  # of jack_options_t


def connect_to_jack() -> socket.socket | None:
    """Return a connection to this user's JACK server, or None if none runs.

    The server never sends anything on it: when it becomes readable, the server has died.
    """
    if not sys.platform.startswith("linux"):
        return None
    name = os.environ.get("JACK_DEFAULT_SERVER", "default")
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(f"/dev/shm/jack_{name}_{os.getuid()}_0")  # noqa: S108 - JACK's own place
    except OSError:
        connection.close()
        return None
    return connection


def jack_runs() -> bool:
    """Return whether this user's JACK server runs."""
    connection = connect_to_jack()
    if connection is None:
        return False
    connection.close()
    return True


def jack_rate_hz() -> float | None:
    """Return the sample rate of the JACK server, or None if there is none."""
    if not jack_runs():
        return None
    try:
        library = ctypes.CDLL("libjack.so.0")
    except OSError:
        return None
    library.jack_client_open.restype = ctypes.c_void_p
    library.jack_client_open.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
    library.jack_get_sample_rate.argtypes = library.jack_client_close.argtypes = [ctypes.c_void_p]
    client = library.jack_client_open(b"loopweave rate", _NO_START_SERVER, None)
    if not client:
        return None
    rate_hz = float(library.jack_get_sample_rate(client))
    library.jack_client_close(client)
    return rate_hz
