"""FluidSynth sounding live and in time, through an audio device or into a file.

Notes
-----
Live notes go through FluidSynth's own sequencer, which runs in the audio thread (no system timer)
and counts milliseconds. Sound is rendered in blocks of 64 frames and a note starts with a block, so
each note is given the millisecond at which the block nearest to its moment begins: onsets are
within half a block (32 frames) of their moment.
"""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

from blender_app.core.errors import AudioError
from blender_app.engine.audio_clock import AudioClock
from blender_app.engine.fluid import (
    BLOCK_FRAMES,
    DRUMS_RING_S,
    SAMPLE_RATE,
    OfflineSynth,
    compiled_drivers,
    likely_drivers,
)
from blender_app.engine.jack import jack_rate_hz
from blender_app.engine.sequencer import LOOK_AHEAD_S

FULL_GAIN = 0.6
"""FluidSynth's gain at our volume of 1: the loudest kit (TR-808) at velocity 100 just does not clip."""
FILE_DRIVER = "file"
_SILENT_BLOCKS = 1  # a voice sounds from its second block on (measured with FluidSynth 2.3.1)
_ANY = -1


class LiveSynth(OfflineSynth):
    """A FluidSynth that sounds: an `Output` for the engine's thread.

    `start` and `stop` belong to one thread, the rest of the `Output` to another.

    Parameters
    ----------
    font
        SoundFont to load; None is the shipped one.
    volume
        0 to 1.
    """

    def __init__(self, font: Path | None = None, volume: float = 1.0) -> None:
        self.lead_s = LOOK_AHEAD_S
        self.latency_s = 0.0
        self.drums_ring_s = DRUMS_RING_S
        self.driver: str | None = None
        self._driver = self._sequencer = self._event = None
        super().__init__(font, SAMPLE_RATE, FULL_GAIN * volume)

    def set_volume(self, volume: float) -> None:
        """Set the `volume`, 0 to 1."""
        self.set_gain(FULL_GAIN * volume)

    # -- the driver

    def start(self, driver: str | None = None) -> None:
        """Begin to sound.

        Parameters
        ----------
        driver
            A name of FluidSynth's, ``"file:some.wav"``, or None for the first that works.

        Raises
        ------
        AudioError
            No driver works; the message tells what to do.
        """
        self.stop()
        names = likely_drivers() if driver is None else (driver,)
        for name in names:
            if self._try_driver(name):
                self.driver = name
                self._start_sequencer()
                return
        raise AudioError(_no_driver_message(driver, names))

    def stop(self) -> None:
        """Stop sounding, and let the audio device go."""
        if self._driver is not None:
            self._fluid.delete_fluid_audio_driver(self._driver)
            self._driver = self.driver = None
        if self._sequencer is not None:
            self._fluid.delete_fluid_event(self._event)
            self._fluid.delete_fluid_sequencer(self._sequencer)
            self._sequencer = self._event = None

    def abandon(self) -> None:
        """Let everything be, freed by nobody: closing a driver whose server died can end the process."""
        self._driver = self._sequencer = self._event = self.driver = None
        self._synth = self._settings = None

    def close(self) -> None:
        """Stop and free everything."""
        self.stop()
        super().close()

    @property
    def frames(self) -> int:
        """How many frames have been rendered since `start`; what stands still has lost its device."""
        # The sequencer tells milliseconds, rounded down; a block is longer than one.
        ticks: int = self._fluid.fluid_sequencer_get_tick(self._sequencer)
        return math.ceil(ticks * self._clock.rate_hz / (1000 * BLOCK_FRAMES)) * BLOCK_FRAMES

    def _try_driver(self, driver: str) -> bool:
        name, _, path = driver.partition(":")
        self._rate_hz = float(SAMPLE_RATE)
        self._library.fluid_synth_set_sample_rate(self._synth, self._rate_hz)
        self._set("audio.driver", name)
        self._set("audio.jack.id", "loopweave")
        self._set("audio.jack.autoconnect", 1)
        if name == FILE_DRIVER:
            self._set("audio.file.name", path or os.devnull)
            self._set("audio.file.type", "wav" if path else "raw")
            self._set("audio.period-size", 480)  # its timer counts whole milliseconds
        self._driver = self._fluid.new_fluid_audio_driver(self._settings, self._synth)
        if self._driver and name == "jack":  # FluidSynth follows the server without telling
            self._rate_hz = jack_rate_hz() or self._rate_hz
        return bool(self._driver)

    def _start_sequencer(self) -> None:
        self._clock = AudioClock(self.sample_rate)
        self._sequencer = self._fluid.new_fluid_sequencer2(0)
        self._target = self._fluid.fluid_sequencer_register_fluidsynth(self._sequencer, self._synth)
        self._event = self._fluid.new_fluid_event()
        self._fluid.fluid_event_set_source(self._event, _ANY)
        self._fluid.fluid_event_set_dest(self._event, self._target)
        for _ in range(20):  # long enough for a period or more of any driver
            self.follow(time.monotonic())
            time.sleep(0.002)

    # -- the output

    def follow(self, now_s: float) -> None:
        """Keep in step with the audio device; called some hundred times a second.

        `now_s` is read from the monotonic clock.
        """
        self._clock.observe(now_s, self.frames)

    def note_on(self, time_s: float, channel: int, key: int, velocity: int) -> None:
        """Let a note begin at `time_s`; see `Output.note_on`."""
        self._fluid.fluid_event_noteon(self._event, channel, key, velocity)
        self._send(time_s)

    def note_off(self, time_s: float, channel: int, key: int) -> None:
        """Let a note end at `time_s`; see `Output.note_off`."""
        self._fluid.fluid_event_noteoff(self._event, channel, key)
        self._send(time_s)

    def cancel(self) -> None:
        """Forget the notes that do not sound yet."""
        self._library.fluid_sequencer_remove_events(self._sequencer, _ANY, _ANY, _ANY)

    def panic(self) -> None:
        """Silence everything at once."""
        self._fluid.fluid_synth_all_sounds_off(self._synth, _ANY)

    def _send(self, time_s: float) -> None:
        block = round(self._clock.frame_at(time_s) / BLOCK_FRAMES) - _SILENT_BLOCKS
        tick = max(0, math.floor(block * BLOCK_FRAMES * 1000 / self._clock.rate_hz))
        self._fluid.fluid_sequencer_send_at(self._sequencer, self._event, tick, 1)


def _no_driver_message(wanted: str | None, tried: tuple[str, ...]) -> str:
    if wanted is not None:
        return (
            f"The audio driver {wanted!r} does not work here; FluidSynth has {', '.join(compiled_drivers())}."
        )
    if tried:
        return f"No audio device could be opened (tried {', '.join(tried)}): is another program using it?"
    return (
        "There is no audio device here. Connect one, or start PipeWire, PulseAudio or JACK, and switch "
        "sound on again; MIDI goes on without."
    )
