"""What the engine's tests share: patterns, and a player on a clock that is turned by hand."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

import pytest

from blender_app.core.drums import VOICE_PITCHES
from blender_app.core.notes import Note, Pattern
from blender_app.engine import messages as m
from blender_app.engine.clock import OfflineClock
from blender_app.engine.host import DRUM_KEYS
from blender_app.engine.output import MIDI, SOUND, RecordingOutput
from blender_app.engine.player import Player

DRUMS = m.TrackSettings("drums", True, bank=128, channel=9)
BASS = m.TrackSettings("bass", False, program=33, channel=1)
MELODY = m.TrackSettings("melody", False, program=4, channel=2)


class Rig:
    """A player with a port (told at the moment) and a sound output (told a look-ahead before).

    It has a drum track, and more if they are given.
    """

    def __init__(self, *tracks: m.TrackSettings) -> None:
        self.clock = OfflineClock(1000.0)
        self.events: list[m.Event] = []
        self.player = Player(self.clock.now, self.events.append, DRUM_KEYS)
        self.port = RecordingOutput()
        self.sound = RecordingOutput(lead_s=0.03, drums_ring_s=0.5, now=self.clock.now)
        self.sent_s: list[float] = []  # when the port was told of each event
        self.player.attach(MIDI, self.port)
        self.player.attach(SOUND, self.sound)
        for settings in (DRUMS, *tracks):
            self.player.handle(m.SetTrack(settings))

    def send(self, *commands: m.Command) -> None:
        for command in commands:
            self.player.handle(command)
        self._advance()

    def run(self, seconds: float) -> None:
        """Let time pass, waking the player exactly when it asked for."""
        end_s = self.clock.now() + seconds
        while (next_s := self._advance()) <= end_s:
            assert next_s > self.clock.now() - 1e-9
            self.clock.wait_until(next_s, threading.Event())
        self.clock.wait_until(end_s, threading.Event())

    def of(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]

    def _advance(self) -> float:
        told = len(self.port.events)
        next_s = self.player.advance()
        self.sent_s += [self.clock.now()] * (len(self.port.events) - told)
        return next_s if math.isfinite(next_s) else math.inf


@pytest.fixture
def rig() -> Rig:
    return Rig()


@pytest.fixture
def pattern() -> Callable[..., Pattern]:
    """Make a pattern of `(step, voice)` pairs, or of one voice on every step."""

    def make(serial: int, hits: list[tuple[int, int]] | int, length: int = 32, **more: object) -> Pattern:
        note_fields = {key: more.pop(key) for key in ("microtiming", "velocity") if key in more}
        if isinstance(hits, int):
            hits = [(step, hits) for step in range(length)]
        notes = tuple(
            Note(
                step,
                VOICE_PITCHES[voice],
                **{"velocity": 100, "length_steps": 0.5, "voice": voice, **note_fields},
            )
            for step, voice in hits
        )
        return Pattern(serial, notes, length, **more)

    return make


@pytest.fixture
def band() -> Rig:
    """Give a player with drums, bass and melody."""
    return Rig(BASS, MELODY)


@pytest.fixture
def make_rig() -> type[Rig]:
    """Make as many as hypothesis wants."""
    return Rig
