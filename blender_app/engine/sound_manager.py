"""The thread that loads fonts and opens the audio device, so that the engine's thread never waits."""

from __future__ import annotations

import math
import queue
import threading
from collections.abc import Callable
from pathlib import Path

from blender_app.core.errors import AudioError, DeviceError, FontError
from blender_app.engine import messages as m
from blender_app.engine.fluid import likely_drivers
from blender_app.engine.live_synth import LiveSynth
from blender_app.engine.output import CLICK_CHANNEL, Output, SynthChannels

WATCH_S = 0.5
STALLED_S = 2.0
"""A stream that renders nothing for so long has lost its device."""
FIRST_RETRY_S, LAST_RETRY_S = 1.0, 30.0
"""Pauses before a device that could not be opened is tried again; each is twice the one before."""


class SoundManager(threading.Thread):
    """Carries out `LoadFont`, `SetAudio`, and what of `SetTrack` and `SetParameter` is about sound.

    A font is loaded into a FluidSynth of its own while the one before plays on; then they are
    exchanged.

    Parameters
    ----------
    attach
        Gives the engine's thread a synth (or None) and returns the one it had, silenced.
    emit
        Is given the events; must not block.
    """

    def __init__(
        self, attach: Callable[[Output | None], Output | None], emit: Callable[[m.Event], None]
    ) -> None:
        super().__init__(name="sound", daemon=True)
        self._attach = attach
        self._emit = emit
        self._commands: queue.SimpleQueue[m.Command] = queue.SimpleQueue()
        self._synth: LiveSynth | None = None
        self._enabled = False
        self._wanted_driver: str | None = None
        self._font: Path | None = None
        self._tried_drivers: tuple[str, ...] = ()
        self._tracks: dict[str, m.TrackSettings] = {}
        self._channels = SynthChannels()
        self._volume = 1.0
        self._frames, self._stalled_s = -1, 0.0
        self._retry_s, self._retry_in_s = FIRST_RETRY_S, math.inf

    def handle(self, command: m.Command) -> None:
        """Take a `command` (those above, or `Quit`) from another thread."""
        self._commands.put(command)

    def run(self) -> None:
        """Work until `Quit`, then free everything."""
        while True:
            try:
                command = self._commands.get(timeout=WATCH_S)
            except queue.Empty:
                self._watch()
                continue
            if isinstance(command, m.Quit):
                break
            self._carry_out(command)
        self._attach(None)
        if self._synth is not None:
            self._synth.close()

    def _carry_out(self, command: m.Command) -> None:
        match command:
            case m.LoadFont(path=path):
                self._load_font(path)
            case m.SetAudio(enabled=enabled, driver=driver):
                self._set_audio(enabled, driver)
            case m.SetTrack(settings=settings):
                self._set_track(settings)
            case m.RemoveTrack(track=track):
                self._tracks.pop(track, None)
                self._channels.free(track)
            case m.SetParameter(name=name, value=value):
                if name == "volume":
                    self._set_volume(value)
            case _:
                raise TypeError(f"not a command about sound: {command}")

    def _load_font(self, path: Path | None) -> None:
        try:
            synth = LiveSynth(path, self._volume)
        except DeviceError as error:
            self._tried_drivers = self._drivers_now()  # another device would not help
            if isinstance(error, FontError):
                self._emit(m.FontFailed(path, str(error)))
            if self._synth is None:
                self._tell(str(error))
            return
        before, self._synth = self._synth, synth
        self._font = synth.font
        self._attach(None)
        if before is not None:
            before.close()
        self._set_up(synth)
        self._emit(m.FontLoaded(synth.font))
        self._begin()

    def _set_audio(self, enabled: bool, driver: str | None) -> None:
        self._enabled, self._wanted_driver = enabled, driver
        if enabled and self._synth is None:
            self._load_font(self._font)
        else:
            self._begin()

    def _begin(self) -> None:
        """Start (again) what should sound, or stop it, and say how it went."""
        self._attach(None)
        message = None
        if self._synth is not None:
            self._synth.stop()
            if self._enabled:
                message = self._start(self._synth)
        self._frames, self._stalled_s = -1, 0.0
        self._tell(message)

    def _start(self, synth: LiveSynth) -> str | None:
        """Open the audio device; return what is wrong, if anything."""
        self._retry_in_s = math.inf
        try:
            self._tried_drivers = likely_drivers()
            synth.start(self._wanted_driver)
        except DeviceError as error:
            if self._tried_drivers:  # a server that is just starting, or another program's device
                self._retry_in_s, self._retry_s = self._retry_s, min(2 * self._retry_s, LAST_RETRY_S)
            return str(error)
        self._retry_s = FIRST_RETRY_S
        self._attach(synth)
        return None

    def _set_up(self, synth: LiveSynth) -> None:
        """Give a new synth the sounds of all tracks, and of the clicks."""
        if kits := synth.kits():
            synth.select(CLICK_CHANNEL, kits[0].bank, kits[0].program)
        for settings in self._tracks.values():
            self._select(synth, settings)
            synth.shape(self._channels.take(settings.track), settings)

    def _set_track(self, settings: m.TrackSettings) -> None:
        before = self._tracks.get(settings.track)
        self._tracks[settings.track] = settings
        channel = self._channels.take(settings.track)
        if self._synth is None:
            return
        if before is None or _preset(before) != _preset(settings):
            self._select(self._synth, settings)
        self._synth.shape(channel, settings)

    def _set_volume(self, volume: float) -> None:
        self._volume = volume
        if self._synth is not None:
            self._synth.set_volume(volume)

    def _select(self, synth: LiveSynth, settings: m.TrackSettings) -> None:
        """Choose the preset of a track, or the font's first one of its kind where it is missing."""
        channel = self._channels.take(settings.track)
        if synth.select(channel, settings.bank, settings.program):
            return
        others = (synth.kits() if settings.drums else synth.sounds()) or synth.kits()
        if others:
            synth.select(channel, others[0].bank, others[0].program)
            what = "kit" if settings.drums else "sound"
            self._emit(m.EngineError(f"This font has no such {what}; {others[0].name} plays instead."))
        else:
            self._emit(m.EngineError("This font has no presets at all; choose another one."))

    def _watch(self) -> None:
        """See whether the audio device still takes sound, or whether there is one now."""
        if not self._enabled:
            return
        if self._synth is None or self._synth.driver is None:
            self._retry_in_s -= WATCH_S
            changed = self._tried_drivers != self._drivers_now()
            if self._wanted_driver is None and (changed or self._retry_in_s <= 0):
                self._set_audio(True, None)
            return
        frames = self._synth.frames
        self._stalled_s = self._stalled_s + WATCH_S if frames == self._frames else 0.0
        self._frames = frames
        if self._stalled_s >= STALLED_S:
            self._abandon(self._synth)

    def _abandon(self, synth: LiveSynth) -> None:
        """Let go of a device that has gone; the next `SetAudio` begins anew."""
        self._attach(None)
        driver = synth.driver
        synth.abandon()
        self._synth, self._retry_in_s = None, math.inf
        self._tried_drivers = self._drivers_now()
        self._tell(f"The audio device ({driver}) has stopped; switch sound off and on to try again.")

    def _drivers_now(self) -> tuple[str, ...]:
        try:
            return likely_drivers()
        except AudioError:
            return ()

    def _tell(self, message: str | None = None) -> None:
        synth = self._synth
        if synth is None:
            self._emit(m.AudioChanged(None, None, (), message))
        else:
            self._emit(m.AudioChanged(synth.driver, synth.font, synth.kits(), message, synth.sounds()))


def _preset(settings: m.TrackSettings) -> tuple[bool, int, int]:
    return settings.drums, settings.bank, settings.program
