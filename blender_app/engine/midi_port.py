"""MIDI ports, the only module that touches rtmidi: listing, opening, sending, receiving, their end.

Notes
-----
rtmidi tells nothing when a port or a JACK server goes away, and closing a port after its JACK server
died ends the process with a segmentation fault. To a server that lives but stands still some two
thousand messages can be sent; the next one never returns, and holds Python's lock. So the list is
polled with one client that is kept, a connection to the JACK server is held to see it die, its
frames are watched to see it stand still, and ports of a dead server are never closed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import select
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from blender_app.core.errors import PortError
from blender_app.engine.jack import LEAVE_PAUSE_S, connect_to_jack, open_probe

CLIENT_NAME = "Loopweave"
API_VARIABLE = "LOOPWEAVE_MIDI_API"
"""Environment variable that chooses "alsa" or "jack" where both are there."""
_ALSA_SEQUENCER = Path("/dev/snd/seq")
PANIC_PAUSE_S = 0.003
CALLBACK_PAUSE_S = 0.02
"""A callback that waits for Python's lock has run by then: closing before would wait for it for ever."""
STALLED_S = 1.0
SETTLE_PERIODS, SETTLE_PAUSE_S, SETTLE_S = 3, 0.001, 0.5
"""Periods that JACK needs to write a note, to hand it over and to read it, or to put a new connection
into its order; and how long they may take."""
_ALL_SOUND_OFF, _ALL_NOTES_OFF = 120, 123
_NOTE_OFF, _NOTE_ON = 0x80, 0x90


def _rtmidi() -> Any:  # noqa: ANN401 - an extension module without types
    try:
        import rtmidi  # noqa: PLC0415 - has no wheels for some Pythons; all else works without
    except ImportError:
        raise PortError(
            "MIDI ports need python-rtmidi: `pip install python-rtmidi` (it may need a C++ compiler)."
        ) from None
    return rtmidi


class MidiPort:
    """An open MIDI port: an `Output` for the engine's thread.

    It owns sending and closing under one lock. Made by `MidiSystem`.

    Parameters
    ----------
    client
        Of rtmidi, with its port open.
    name
        Under which it was asked for.
    virtual
        Whether other programs connect to it.
    settle
        Waits, before the port goes, until JACK has given out what was sent.
    """

    lead_s = 0.0
    latency_s = 0.0
    drums_ring_s = 0.0

    def __init__(self, client: Any, name: str, virtual: bool, settle: Callable[[], None]) -> None:  # noqa: ANN401
        self.name = name
        self.virtual = virtual
        self._client = client
        self._settle = settle
        self._lock = threading.Lock()
        self._channels: set[int] = set()

    def note_on(self, time_s: float, channel: int, key: int, velocity: int) -> None:  # noqa: ARG002
        """Send a note-on now, whatever its moment; see `Output.note_on`."""
        self._channels.add(channel)
        self._send((0x90 | channel, key, velocity))

    def note_off(self, time_s: float, channel: int, key: int) -> None:  # noqa: ARG002
        """Send a note-off now, whatever its moment; see `Output.note_off`."""
        self._send((0x80 | channel, key, 64))

    def cancel(self) -> None:
        """Do nothing: what was sent sounds already."""

    def follow(self, now_s: float) -> None:
        """Do nothing with `now_s`: a port has no clock of its own."""

    def panic(self) -> None:
        """Tell the channels that had notes to be silent."""
        for channel in sorted(self._channels):
            self._silence(channel)

    def panic_everywhere(self) -> None:
        """Tell all sixteen channels to be silent, in some 50 ms: JACK drops what overflows a period."""
        for channel in range(16):
            self._silence(channel)
            time.sleep(PANIC_PAUSE_S)

    def close(self) -> None:
        """Close the port when what was sent has arrived; what is sent afterwards goes nowhere."""
        client = self._take_client()
        if client is not None:
            self._settle()
            client.close_port()
            client.delete()

    def abandon(self) -> None:
        """Let the port of a dead server be: nothing goes there any more, and it is not closed."""
        client = self._take_client()
        if client is not None:
            _keep_for_ever(client)

    def _silence(self, channel: int) -> None:
        self._send((0xB0 | channel, _ALL_NOTES_OFF, 0))
        self._send((0xB0 | channel, _ALL_SOUND_OFF, 0))

    def _take_client(self) -> Any:  # noqa: ANN401
        with self._lock:
            client, self._client = self._client, None
        return client

    def _send(self, message: tuple[int, int, int]) -> None:
        with self._lock:
            if self._client is None:
                return
            try:
                self._client.send_message(message)
            except (OSError, RuntimeError) as error:
                raise PortError(
                    f"The MIDI port {self.name} does not take notes any more ({error})."
                ) from None


class MidiInput:
    """An open MIDI input, which hands over what is played. Made by `MidiSystem`.

    `client` is rtmidi's, with its port open; `name` is the port's.
    """

    def __init__(self, client: Any, name: str) -> None:  # noqa: ANN401
        self.name = name
        self._client = client

    def close(self) -> None:
        """Take no more notes."""
        client, self._client = self._client, None
        if client is not None:
            client.cancel_callback()
            time.sleep(CALLBACK_PAUSE_S)
            client.close_port()
            client.delete()

    def abandon(self) -> None:
        """Let the input of a dead server be: it is not closed."""
        client, self._client = self._client, None
        if client is not None:
            _keep_for_ever(client)


class MidiSystem:
    """The machine's MIDI system: one client, kept, that lists ports, and what opens them.

    Raises
    ------
    PortError
        There is none; the message tells what to do.
    """

    def __init__(self) -> None:
        rtmidi = _rtmidi()
        self._rtmidi = rtmidi
        self._api, self._server = _choose_api(rtmidi)
        self._probe = open_probe() if self._server is not None else None
        self._frame, self._moved_s = -1, time.monotonic()
        try:
            self._client = rtmidi.MidiOut(self._api, name=f"{CLIENT_NAME} list")
            self._input_client = rtmidi.MidiIn(self._api, name=f"{CLIENT_NAME} list in")
        except (OSError, RuntimeError) as error:
            if self._probe is not None:
                self._probe.close()
            self._close_server()
            raise PortError(f"The MIDI system cannot be reached ({error}).") from None

    @property
    def api_name(self) -> str:
        """What the system is called: ALSA, JACK, CoreMIDI, ..."""
        return str(self._rtmidi.get_api_display_name(self._api))

    @property
    def alive(self) -> bool:
        """Whether the JACK server still runs; other systems always do."""
        if self._server is None:
            return True
        readable, _, _ = select.select([self._server], [], [], 0)
        return not readable  # the server never says anything here: it can only be the end

    def stalled(self) -> bool:
        """Return whether the JACK server has stood still for a second; to be called now and then."""
        if self._probe is None or not self.alive:
            return False
        frame, now_s = self._probe.frame, time.monotonic()
        if frame != self._frame:
            self._frame, self._moved_s = frame, now_s
        return now_s - self._moved_s > STALLED_S

    def _settle(self) -> None:
        """Wait until JACK has gone round: it loses notes in the period in which ports come or go."""
        if self._probe is None:
            return
        end_s, seen = time.monotonic() + SETTLE_S, {self._probe.frame}
        while len(seen) <= SETTLE_PERIODS and self.alive and time.monotonic() < end_s:
            time.sleep(SETTLE_PAUSE_S)
            seen.add(self._probe.frame)

    def names(self) -> tuple[str, ...]:
        """Return the names of the ports that notes can be sent to; none when the server has died."""
        return tuple(_not_ours(self._client.get_ports())) if self.alive else ()

    def input_names(self) -> tuple[str, ...]:
        """Return the names of the ports that notes can come from; none when the server has died."""
        return tuple(_not_ours(self._input_client.get_ports())) if self.alive else ()

    def open(self, name: str) -> MidiPort:
        """Open the port called `name` (a changed ALSA number at its end does not matter).

        Raises
        ------
        PortError
            It is not there, or cannot be opened.
        """
        client = self._new_client()
        names = client.get_ports()
        index = find_port(name, names)
        if index is None:
            client.delete()
            raise PortError(f"There is no MIDI port {name} now.")
        try:
            client.open_port(index, "out")
        except (OSError, RuntimeError) as error:
            client.delete()
            raise PortError(f"The MIDI port {name} cannot be opened ({error}).") from None
        self._settle()
        return MidiPort(client, names[index], virtual=False, settle=self._settle)

    def open_input(self, name: str, received: Callable[[int, int, float], None]) -> MidiInput:
        """Open the input of this name (a changed ALSA number at its end does not matter).

        Parameters
        ----------
        name
            As in `input_names`.
        received
            Is given pitch, velocity (0 ends the note) and the moment, in seconds of the monotonic
            clock, in a thread of the MIDI system; must not block.

        Raises
        ------
        PortError
            It is not there, or cannot be opened.
        """
        client = self._new_client(self._rtmidi.MidiIn, f"{CLIENT_NAME} in")
        names = client.get_ports()
        index = find_port(name, names)
        if index is None:
            client.delete()
            raise PortError(f"There is no MIDI input {name} now.")
        client.set_callback(_hand_over, received)
        try:
            client.open_port(index, "in")
        except (OSError, RuntimeError) as error:
            client.delete()
            raise PortError(f"The MIDI input {name} cannot be opened ({error}).") from None
        self._settle()
        return MidiInput(client, names[index])

    def open_virtual(self, name: str) -> MidiPort:
        """Make a port, called `name`, that other programs can connect to.

        Raises
        ------
        PortError
            The system has no virtual ports (Windows), or refuses.
        """
        client = self._new_client()
        try:
            client.open_virtual_port(name)
        except (OSError, RuntimeError, NotImplementedError) as error:
            client.delete()
            raise PortError(f"A virtual MIDI port cannot be made here ({error}).") from None
        return MidiPort(client, name, virtual=True, settle=self._settle)

    def close(self) -> None:
        """Let go of the system; of a dead one, without touching it."""
        clients = [self._client, self._input_client] if self._client is not None else []
        self._client = self._input_client = None
        if self.alive:
            for client in clients:
                client.delete()
                if self._probe is not None:
                    time.sleep(LEAVE_PAUSE_S)
            if self._probe is not None and clients:
                self._probe.close()
        else:
            for client in clients:
                _keep_for_ever(client)
        self._close_server()

    def _new_client(self, kind: Any = None, name: str = CLIENT_NAME) -> Any:  # noqa: ANN401
        if not self.alive:
            raise PortError("The JACK server has stopped; MIDI ports come back when it runs again.")
        try:
            return (kind or self._rtmidi.MidiOut)(self._api, name=name)
        except (OSError, RuntimeError) as error:
            raise PortError(f"The MIDI system cannot be reached ({error}).") from None

    def _close_server(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def _hand_over(event: tuple[list[int], float], received: Callable[[int, int, float], None]) -> None:
    """Pass a note on at once, with its moment; this runs in a thread of the MIDI system."""
    time_s = time.monotonic()
    message = event[0]
    kind = message[0] & 0xF0
    if kind == _NOTE_ON:
        received(message[1], message[2], time_s)
    elif kind == _NOTE_OFF:
        received(message[1], 0, time_s)


def _not_ours(names: list[str]) -> list[str]:
    return [name for name in names if not name.startswith(CLIENT_NAME)]


def find_port(name: str, names: list[str]) -> int | None:
    """Return which of `names` is `name`, or differs from it only in ALSA's numbers; None if none."""
    if name in names:
        return names.index(name)
    plain = [_without_numbers(other) for other in names]
    wanted = _without_numbers(name)
    return plain.index(wanted) if wanted in plain else None


def _without_numbers(name: str) -> str:
    return re.sub(r" \d+:\d+$", "", name)


def _choose_api(rtmidi: Any) -> tuple[int, socket.socket | None]:  # noqa: ANN401
    """Return the rtmidi API to use, and for JACK a connection that ends with its server."""
    compiled = rtmidi.get_compiled_api()
    if rtmidi.API_UNIX_JACK not in compiled and rtmidi.API_LINUX_ALSA not in compiled:
        return compiled[0], None
    if sys.platform == "darwin":
        return rtmidi.API_MACOSX_CORE, None
    wanted = os.environ.get(API_VARIABLE, "").lower()
    if wanted != "jack" and _ALSA_SEQUENCER.exists() and rtmidi.API_LINUX_ALSA in compiled:
        return rtmidi.API_LINUX_ALSA, None
    server = connect_to_jack() if wanted != "alsa" and rtmidi.API_UNIX_JACK in compiled else None
    if server is None:
        raise PortError(
            "There is no MIDI system here: no ALSA sequencer (`sudo modprobe snd-seq`) and no JACK server "
            "(`jackd -d dummy` will do). Sound goes on without."
        )
    return rtmidi.API_UNIX_JACK, server


def _keep_for_ever(client: object) -> None:
    """Give an object a reference that nobody drops: its destructor would crash the process."""
    with contextlib.suppress(AttributeError):  # no CPython, no such call
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(client))
