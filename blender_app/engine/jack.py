"""What there is to know about this user's JACK server.

Notes
-----
Whether it runs is asked without libjack, which is loud about servers that are not there.

JACK does not wait until clients have heard that another one left (`JackEngine::NotifyRemoveClient`). Twice
something was seen that fits what opens or closes a client in that moment: a synchronous server that waited
for a client for as long as its time-out allows, and a client whose closing never returned. That this is the
cause is read from JACK's source and not proven. So we let some time pass when a client of ours has left.
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys
import time

_NO_START_SERVER = 1  # of jack_options_t
LEAVE_PAUSE_S = 0.02
"""After which the other clients of this process have mostly heard that a client has left."""


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


class JackProbe:
    """A client of the JACK server that plays nothing and asks how the server fares.

    `library` is libjack, `client` its handle of the open client.
    """

    def __init__(self, library: ctypes.CDLL, client: int) -> None:
        self._library = library
        self._client = client

    @property
    def rate_hz(self) -> float:
        """Frames a second."""
        return float(self._library.jack_get_sample_rate(self._client))

    @property
    def frame(self) -> int:
        """The frame at which the latest period began; it stands still when the server does."""
        return int(self._library.jack_last_frame_time(self._client))

    def close(self) -> None:
        """Leave the server, which must be alive."""
        self._library.jack_client_close(self._client)


def open_probe() -> JackProbe | None:
    """Return a probe, or None where there is no server or no libjack."""
    if not jack_runs():
        return None
    try:
        library = ctypes.CDLL("libjack.so.0")
    except OSError:
        return None
    library.jack_client_open.restype = ctypes.c_void_p
    library.jack_client_open.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
    for name in ("jack_get_sample_rate", "jack_last_frame_time", "jack_client_close"):
        getattr(library, name).argtypes = [ctypes.c_void_p]
    library.jack_last_frame_time.restype = ctypes.c_uint32
    client = library.jack_client_open(b"Loopweave watch", _NO_START_SERVER, None)
    return JackProbe(library, client) if client else None


def jack_rate_hz() -> float | None:
    """Return the sample rate of the JACK server, or None if there is none."""
    probe = open_probe()
    if probe is None:
        return None
    rate_hz = probe.rate_hz
    probe.close()
    time.sleep(LEAVE_PAUSE_S)
    return rate_hz
