"""Whether a JACK server runs, asked without libjack, which is loud about servers that are not there."""

from __future__ import annotations

import os
import socket
import sys


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
