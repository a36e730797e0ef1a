"""FluidSynth, the only module that imports it: its binding, its drivers, and rendering offline."""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import sys
from collections.abc import Callable, Iterator
from ctypes import CFUNCTYPE, c_char_p, c_float, c_int, c_short, c_void_p
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from blender_app.core.errors import AudioError, FontError
from blender_app.core.gm import DRUM_BANK, track_controls
from blender_app.core.paths import default_font
from blender_app.engine.jack import jack_runs
from blender_app.engine.track import Kit, TrackSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCK_FRAMES = 64
"""FluidSynth's quantum: it renders so many frames at once, and a note begins with one."""
SAMPLE_RATE = 48000
DEFAULT_GAIN = 0.5
DRUMS_RING_S = 1.5
"""Drums are heard so long even if their notes are short: a note-off costs an 808 its boom (6 dB)."""
_MAX_KITS = 128
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
        """Choose a preset for `channel` (0-15); return whether the font has it.

        `bank` and `program` (0-127) say which.
        """
        done = self._fluid.fluid_synth_program_select(self._synth, channel, self._font_id, bank, program)
        return bool(done == self._fluid.FLUID_OK)

    def sounds(self) -> tuple[Kit, ...]:
        """Return the presets of the font that are no drum kits."""
        presets = (kit for kit in self._presets() if kit.bank != DRUM_BANK)
        return tuple(sorted(presets, key=lambda kit: (kit.bank, kit.program)))

    def shape(self, channel: int, settings: TrackSettings) -> None:
        """Give `channel` (0-15) volume, pan and reverb of `settings`; its preset is for `select`.

        Volume 1 is what a channel of FluidSynth begins with. As with velocity, loudness goes by the
        square.
        """
        for controller, value in track_controls(settings.volume, settings.pan, settings.reverb):
            self.message(0xB0 | channel, controller, value)

    def set_gain(self, gain: float) -> None:
        """Set FluidSynth's `gain`, 0 to 10."""
        self._library.fluid_synth_set_gain(self._synth, gain)

    def message(self, status: int, data1: int, data2: int = 0) -> None:
        """Take a MIDI channel message; program changes stay in their bank.

        Parameters
        ----------
        status
            0x80 to 0xEF, the channel in its lower half.
        data1, data2
            0-127 each; programs and channel pressure have one only.
        """
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
