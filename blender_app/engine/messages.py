"""What the window says to the engine's process, and (from `events`) what the engine says back.

Commands refuse values that nobody can play with ValueError, so that no mistake reaches the engine.
All of it is frozen and picklable. Times are seconds of `time.monotonic()`, which on one machine is
the same clock in every process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from blender_app.core.kit import VOICE_COUNT
from blender_app.core.notes import Note, Pattern
from blender_app.core.parameters import band_parameters, check_values
from blender_app.core.time import MAX_LATENCY_S, MIN_LATENCY_S
from blender_app.engine.events import (
    AudioChanged,
    EngineError,
    Event,
    FontFailed,
    FontLoaded,
    InputLost,
    InputOpened,
    InputsChanged,
    NoteReceived,
    PatternStarted,
    PortLost,
    PortOpened,
    PortsChanged,
    Stats,
    TransportChanged,
)
from blender_app.engine.track import ChangeAt, Kit, TrackSettings, VoiceMix, check

__all__ = [
    "AudioChanged",
    "ChangeAt",
    "Command",
    "EngineError",
    "Event",
    "FontFailed",
    "FontLoaded",
    "InputLost",
    "InputOpened",
    "InputsChanged",
    "Kit",
    "LoadFont",
    "Locate",
    "NoteReceived",
    "OpenInput",
    "OpenPort",
    "OpenVirtualPort",
    "Panic",
    "PatternStarted",
    "Play",
    "PortLost",
    "PortOpened",
    "PortsChanged",
    "Preview",
    "Quit",
    "RemoveTrack",
    "SetAudio",
    "SetLatency",
    "SetMetronome",
    "SetMix",
    "SetParameter",
    "SetPattern",
    "SetThru",
    "SetTrack",
    "Stats",
    "Stop",
    "TrackSettings",
    "TransportChanged",
    "VoiceMix",
]

_LAST_STEP = 10**7  # a week at 240 a minute


def _check_note(note: Note) -> None:
    if not (
        0 <= note.pitch <= 127
        and 1 <= note.velocity <= 127
        and -0.5 <= note.microtiming <= 0.5
        and 0.0 < note.length_steps <= _LAST_STEP
        and (note.voice is None or 0 <= note.voice < VOICE_COUNT)
    ):
        raise ValueError(f"this note cannot be played: {note}")


@dataclass(frozen=True, slots=True)
class Play:
    """Start from where the transport stands, after `count_in_bars` of clicks (0 to 8)."""

    count_in_bars: int = 0

    def __post_init__(self) -> None:
        check("bars of count-in", self.count_in_bars, 0, 8)


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop, silence everything, and go back to step 0."""


@dataclass(frozen=True, slots=True)
class Locate:
    """Go to `step` of the transport, playing on if it plays."""

    step: float

    def __post_init__(self) -> None:
        check("step", self.step, 0, _LAST_STEP)


@dataclass(frozen=True, slots=True)
class SetParameter:
    """Set what holds for all tracks: tempo, swing, groove amount, volume.

    Parameters
    ----------
    name
        Of the row of the table of parameters, one of `band_parameters`.
    value
        The value. A new tempo makes no jump in position.
    """

    name: str
    value: float

    def __post_init__(self) -> None:
        row = band_parameters().get(self.name)
        if row is None:
            raise ValueError(f"there is no parameter {self.name!r} of all tracks")
        object.__setattr__(self, "value", row.check(self.value))


@dataclass(frozen=True, slots=True)
class SetPattern:
    """Play `pattern` on `track` from the next `change_at` on; replaces one that still waits."""

    track: str
    pattern: Pattern
    change_at: ChangeAt = ChangeAt.STEP

    def __post_init__(self) -> None:
        check("length in steps", self.pattern.length_steps, 1, _LAST_STEP)
        check("first step of later rounds", self.pattern.loop_from_step, 0, self.pattern.length_steps - 1)
        for note in self.pattern.notes:
            _check_note(note)

    def __reduce__(self) -> tuple[Callable[..., SetPattern], tuple[object, ...]]:
        """Pickle notes as plain tuples: a fifth of the time, of which a dragged puck needs much."""
        pattern = self.pattern
        notes = [
            (note.step, note.pitch, note.velocity, note.length_steps, note.microtiming, note.voice)
            for note in pattern.notes
        ]
        rest = pattern.serial, pattern.length_steps, pattern.loop_from_step, pattern.anchor_step
        return _unpickle_pattern, (self.track, notes, rest, self.change_at.value)


def _unpickle_pattern(
    track: str,
    notes: list[tuple[int, int, int, float, float, int | None]],
    rest: tuple[int, int, int, int],
    change_at: str,
) -> SetPattern:
    serial, *lengths = rest
    return SetPattern(
        track, Pattern(serial, tuple(Note(*note) for note in notes), *lengths), ChangeAt(change_at)
    )


@dataclass(frozen=True, slots=True)
class SetMix:
    """Set mute, solo and volume of the `voices` of `track`, in order of voice."""

    track: str
    voices: tuple[VoiceMix, ...]

    def __post_init__(self) -> None:
        for voice in self.voices:
            check_values(voice)


@dataclass(frozen=True, slots=True)
class SetTrack:
    """Add the track of `settings`, or change what one of that name is like; patterns stay."""

    settings: TrackSettings


@dataclass(frozen=True, slots=True)
class RemoveTrack:
    """End `track`: what it sounds, its pattern, and its own MIDI port."""

    track: str


@dataclass(frozen=True, slots=True)
class LoadFont:
    """Load the .sf2 or .sf3 at `path` in the background; None is the shipped one."""

    path: Path | None = None


@dataclass(frozen=True, slots=True)
class SetAudio:
    """Switch sound on (`enabled`) or off.

    `driver` is one of FluidSynth's names ("jack", "pulseaudio", ...), ``"file:out.wav"`` to write
    what would be heard into a file, or None to find one that works. With no font loaded yet, the
    shipped one is loaded first.
    """

    enabled: bool
    driver: str | None = None


@dataclass(frozen=True, slots=True)
class OpenPort:
    """Send notes to the MIDI port called `name`; None closes the port."""

    name: str | None


@dataclass(frozen=True, slots=True)
class OpenVirtualPort:
    """Make a port, called `name`, that other programs can connect to, and send notes there."""

    name: str


@dataclass(frozen=True, slots=True)
class SetLatency:
    """Send MIDI notes `offset_s` seconds later than their time, -0.02 (earlier) to 0.5."""

    offset_s: float

    def __post_init__(self) -> None:
        check("latency in s", self.offset_s, MIN_LATENCY_S, MAX_LATENCY_S)


@dataclass(frozen=True, slots=True)
class Preview:
    """Sound `note` on `track` at once, for its length at the tempo, muted or not."""

    track: str
    note: Note

    def __post_init__(self) -> None:
        _check_note(self.note)


@dataclass(frozen=True, slots=True)
class SetMetronome:
    """Switch a click on each beat on (`enabled`) or off; it is heard in FluidSynth alone."""

    enabled: bool


@dataclass(frozen=True, slots=True)
class OpenInput:
    """Take notes from the MIDI input called `name`, whenever it is there; None takes none."""

    name: str | None


@dataclass(frozen=True, slots=True)
class SetThru:
    """Let what is played on the MIDI input sound on `track` at once; None lets it be silent."""

    track: str | None


@dataclass(frozen=True, slots=True)
class Panic:
    """Silence everything that sounds, here and behind the MIDI port; the transport goes on."""


@dataclass(frozen=True, slots=True)
class Quit:
    """Silence everything and end the process."""


Command = (
    Play
    | Stop
    | Locate
    | SetPattern
    | SetParameter
    | SetMix
    | SetTrack
    | RemoveTrack
    | LoadFont
    | SetAudio
    | OpenPort
    | OpenVirtualPort
    | SetLatency
    | Preview
    | SetMetronome
    | OpenInput
    | SetThru
    | Panic
    | Quit
)
