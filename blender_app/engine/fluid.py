"""FluidSynth, the only module that touches it: rendering offline, and sounding live in time.

Notes
-----
Live notes go through FluidSynth's own sequencer, which runs in the audio thread (no system timer)
and counts milliseconds. Sound is rendered in blocks of 64 frames and a note starts with a block, so
each note is given the millisecond at which the block nearest to its moment begins: onsets are
within half a block (32 frames) of their moment.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from ctypes import CFUNCTYPE, c_char_p, c_float, c_int, c_short, c_void_p
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from blender_app.core.errors import AudioError, FontError
from blender_app.core.paths import default_font
from blender_app.engine.audio_clock import AudioClock
from blender_app.engine.jack import jack_rate_hz, jack_runs
from blender_app.engine.messages import Kit
from blender_app.engine.sequencer import LOOK_AHEAD_S

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCK_FRAMES = 64
"""FluidSynth's quantum: it renders so many frames at once, and a note begins with one."""
SAMPLE_RATE = 48000
DEFAULT_GAIN = 0.5
FULL_GAIN = 0.6
"""FluidSynth's gain at our volume of 1: the loudest kit (TR-808) at velocity 100 just does not clip."""
_SILENT_BLOCKS = 1  # a voice sounds from its second block on (measured with FluidSynth 2.3.1)
DRUM_BANK = 128
DRUMS_RING_S = 1.5
"""Drums are heard so long even if their notes are short: a note-off costs an 808 its boom (6 dB)."""
FILE_DRIVER = "file"
_MAX_KITS = 128
_ANY = -1
_LEVELS_KEPT_QUIET = (1, 2, 3, 4)  # error, warning, info, debug: what matters is raised by us


def _install_hint() -> str:
    if sys.platform == "darwin":
        return "install it with `brew install fluid-synth`"
    if sys.platform == "win32":
        return "install FluidSynth from https://www.fluidsynth.org and put it on the PATH"
    return "install it with `sudo apt install libfluidsynth3`"


@cache
def _fluid() -> Any:  # noqa: ANN401 - a module of ctypes calls
    """Import FluidSynth's binding, with the few calls that it lacks.

    Raises
    ------
    AudioError
        The library or its binding is not installed.
    """
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it talks when the variable CI is set
            import fluidsynth  # noqa: PLC0415 - only where sound is wanted
    except ImportError as error:
        if getattr(error, "name", None) == "fluidsynth":
            raise AudioError("There is no sound without pyfluidsynth: `pip install pyfluidsynth`.") from None
        raise AudioError(f"There is no sound without the FluidSynth library: {_install_hint()}.") from None
    except (AttributeError, OSError) as error:
        raise AudioError(f"The FluidSynth library does not work ({error}): {_install_hint()}.") from None
    library = fluidsynth._fl  # noqa: SLF001 - the calls below are not bound
    for name, result, arguments in _MORE_CALLS:
        call = getattr(library, name)
        call.restype, call.argtypes = result, arguments
    for level in _LEVELS_KEPT_QUIET:
        library.fluid_set_log_function(level, None, None)
    return fluidsynth


_OPTION = CFUNCTYPE(None, c_void_p, c_char_p, c_char_p)
_MORE_CALLS: tuple[tuple[str, Any, list[Any]], ...] = (
    ("fluid_set_log_function", c_void_p, [c_int, c_void_p, c_void_p]),
    ("fluid_settings_foreach_option", None, [c_void_p, c_char_p, c_void_p, _OPTION]),
    ("fluid_synth_write_float", c_int, [c_void_p, c_int, *[c_void_p, c_int, c_int] * 2]),
    ("fluid_synth_set_gain", None, [c_void_p, c_float]),
    ("fluid_synth_set_sample_rate", None, [c_void_p, c_float]),
    ("fluid_synth_channel_pressure", c_int, [c_void_p, c_int, c_int]),
    ("fluid_synth_set_channel_type", c_int, [c_void_p, c_int, c_int]),
    ("fluid_sfont_iteration_start", None, [c_void_p]),
    ("fluid_sfont_iteration_next", c_void_p, [c_void_p]),
    ("fluid_preset_get_banknum", c_int, [c_void_p]),
    ("fluid_preset_get_num", c_int, [c_void_p]),
    ("fluid_sequencer_remove_events", None, [c_void_p, c_short, c_short, c_int]),
    ("fluid_is_soundfont", c_int, [c_char_p]),
)


def library_version() -> str:
    """Return the version of the FluidSynth library, such as "2.3.1".

    Raises
    ------
    AudioError
        It is not installed.
    """
    parts = [c_int(), c_int(), c_int()]
    _fluid()._fl.fluid_version(*(ctypes.byref(part) for part in parts))  # noqa: SLF001
    return ".".join(str(part.value) for part in parts)


@cache
def compiled_drivers() -> tuple[str, ...]:
    """Return the audio drivers that the FluidSynth library was built with.

    Raises
    ------
    AudioError
        The library is not installed.
    """
    fluid = _fluid()
    names: list[str] = []
    note = _OPTION(lambda _data, _name, option: names.append(option.decode()))
    settings = fluid.new_fluid_settings()
    fluid._fl.fluid_settings_foreach_option(settings, b"audio.driver", None, note)  # noqa: SLF001
    fluid.delete_fluid_settings(settings)
    return tuple(names)


def likely_drivers() -> tuple[str, ...]:
    """Return the drivers worth trying here, the best first; on Linux those whose server runs.

    Raises
    ------
    AudioError
        The FluidSynth library is not installed.
    """
    compiled = compiled_drivers()
    if not sys.platform.startswith("linux"):
        best = ("coreaudio", "wasapi", "dsound", "pulseaudio", "sdl2")
        return tuple(name for name in best if name in compiled)
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}"))
    sound = Path("/dev/snd")
    has_card = sound.is_dir() and any(sound.glob("pcm*p"))
    running = {
        "jack": jack_runs(),
        "pipewire": (runtime / "pipewire-0").exists(),
        "pulseaudio": "PULSE_SERVER" in os.environ or (runtime / "pulse" / "native").exists(),
        "alsa": has_card,
    }
    return tuple(name for name, runs in running.items() if runs and name in compiled)


class OfflineSynth:
    """A FluidSynth with one font and no audio driver: it renders when told to.

    Parameters
    ----------
    font
        A .sf2 or .sf3 file; None is the shipped one.
    sample_rate
        In Hz.
    gain
        FluidSynth's own gain, 0 to 10.

    Raises
    ------
    AudioError
        The FluidSynth library is not installed.
    FontError
        The font cannot be loaded.
    """

    def __init__(
        self, font: Path | None = None, sample_rate: int = SAMPLE_RATE, gain: float = DEFAULT_GAIN
    ) -> None:
        self._fluid = _fluid()
        self._library = self._fluid._fl  # noqa: SLF001
        self.font = default_font() if font is None else font
        _check_font(self._library, self.font)
        self._settings = self._fluid.new_fluid_settings()
        self._rate_hz = float(sample_rate)
        self._set("synth.sample-rate", self._rate_hz)
        self._set("synth.gain", float(gain))
        self._set("synth.midi-channels", 16)
        self._synth = self._fluid.new_fluid_synth(self._settings)
        self._font_id = self._fluid.fluid_synth_sfload(self._synth, os.fsencode(self.font), 1)
        if self._font_id < 0:
            self.close()
            raise FontError(f"{self.font} is not a SoundFont that FluidSynth can read.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def sample_rate(self) -> float:
        """Frames a second; a JACK server sets its own."""
        return self._rate_hz

    def close(self) -> None:
        """Free everything; nothing but another `close` may follow."""
        if self._synth is not None:
            self._fluid.delete_fluid_synth(self._synth)
            self._fluid.delete_fluid_settings(self._settings)
            self._synth = self._settings = None

    def kits(self) -> tuple[Kit, ...]:
        """Return the drum kits of the font (bank 128), or all its presets if it has none."""
        presets = sorted(self._presets(), key=lambda kit: (kit.bank, kit.program))
        return tuple([kit for kit in presets if kit.bank == DRUM_BANK] or presets)[:_MAX_KITS]

    def select(self, channel: int, bank: int, program: int) -> bool:
        """Choose a preset for a channel (0-15); return whether the font has it."""
        done = self._fluid.fluid_synth_program_select(self._synth, channel, self._font_id, bank, program)
        return bool(done == self._fluid.FLUID_OK)

    def set_gain(self, gain: float) -> None:
        """Set FluidSynth's gain, 0 to 10."""
        self._library.fluid_synth_set_gain(self._synth, gain)

    def message(self, status: int, data1: int, data2: int = 0) -> None:
        """Take a MIDI channel message (status 0x80 to 0xEF); program changes stay in their bank."""
        fluid, synth, channel = self._fluid, self._synth, status & 15
        calls: dict[int, Callable[[], object]] = {
            0x80: lambda: fluid.fluid_synth_noteoff(synth, channel, data1),
            0x90: lambda: fluid.fluid_synth_noteon(synth, channel, data1, data2),
            0xB0: lambda: fluid.fluid_synth_cc(synth, channel, data1, data2),
            0xC0: lambda: fluid.fluid_synth_program_change(synth, channel, data1),
            0xD0: lambda: self._library.fluid_synth_channel_pressure(synth, channel, data1),
            0xE0: lambda: fluid.fluid_synth_pitch_bend(synth, channel, data1 | data2 << 7),
        }
        call = calls.get(status & 0xF0)
        if call is not None:
            call()

    def render(self, frames: int) -> NDArray[np.float32]:
        """Return the next `frames` of sound; float32, shape (frames, 2), 1.0 is full scale."""
        import numpy as np  # noqa: PLC0415 - the live engine does without

        sound = np.empty((frames, 2), np.float32)
        start = sound.ctypes.data
        self._library.fluid_synth_write_float(self._synth, frames, start, 0, 2, start, 1, 2)
        return sound

    def _presets(self) -> Iterator[Kit]:
        fluid, library = self._fluid, self._library
        font = fluid.fluid_synth_get_sfont_by_id(self._synth, self._font_id)
        library.fluid_sfont_iteration_start(font)
        while preset := library.fluid_sfont_iteration_next(font):
            name = fluid.fluid_preset_get_name(preset).decode("latin-1").strip()
            bank, program = library.fluid_preset_get_banknum(preset), library.fluid_preset_get_num(preset)
            yield Kit(bank, program, name)

    def _set(self, name: str, value: str | float) -> None:
        fluid, key = self._fluid, name.encode()
        if isinstance(value, str):
            fluid.fluid_settings_setstr(self._settings, key, value.encode())
        elif isinstance(value, int):
            fluid.fluid_settings_setint(self._settings, key, value)
        else:
            fluid.fluid_settings_setnum(self._settings, key, value)


def _check_font(library: Any, font: Path) -> None:  # noqa: ANN401
    """Raise FontError, with the reason, for what FluidSynth would only fail on."""
    if not font.is_file():
        raise FontError(f"The SoundFont {font} does not exist.")
    if not os.access(font, os.R_OK):
        raise FontError(f"The SoundFont {font} may not be read.")
    if not library.fluid_is_soundfont(os.fsencode(font)):
        raise FontError(f"{font.name} is not a SoundFont (.sf2 or .sf3).")


class LiveSynth(OfflineSynth):
    """A FluidSynth that sounds: an `Output` for the engine's thread.

    `start` and `stop` belong to one thread, the rest of the `Output` to another.
    """

    def __init__(self, font: Path | None = None, volume: float = 1.0) -> None:
        self.lead_s = LOOK_AHEAD_S
        self.latency_s = 0.0
        self.drums_ring_s = DRUMS_RING_S
        self.driver: str | None = None
        self._driver = self._sequencer = self._event = None
        super().__init__(font, SAMPLE_RATE, FULL_GAIN * volume)

    def set_volume(self, volume: float) -> None:
        """Set the volume, 0 to 1."""
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
        """Keep in step with the audio device's clock; called some hundred times a second."""
        self._clock.observe(now_s, self.frames)

    def note_on(self, time_s: float, channel: int, key: int, velocity: int) -> None:
        """Let a note begin at `time_s`."""
        self._fluid.fluid_event_noteon(self._event, channel, key, velocity)
        self._send(time_s)

    def note_off(self, time_s: float, channel: int, key: int) -> None:
        """Let a note end at `time_s`."""
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
